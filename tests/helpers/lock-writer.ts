import { argv, stdout } from "node:process";
import { openLock, writeLock } from "../../src/catalog/lock-file.ts";

// Writes two locks over each other for ever: `lock-writer.ts PATH ONE OTHER`. It is started to be killed.
const [path = "", ...sources] = argv.slice(2);
const locks = await Promise.all(sources.map((source) => openLock(source)));
await writeLock(path, locks[0]!);
stdout.write("ready\n");
for (let turn = 1; ; turn += 1) await writeLock(path, locks[turn % locks.length]!);
