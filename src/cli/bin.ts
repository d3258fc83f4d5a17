#!/usr/bin/env node
import { main } from "./main.ts";

// A reader that has seen enough (`| head`) closes the pipe: that is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (stream === process.stdout) process.exit();
  });
}

process.exitCode = await main(process.argv.slice(2));
