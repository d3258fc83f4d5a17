import { Option } from "@commander-js/extra-typings";
import { architectures } from "../../../talos/arch.ts";
import { command } from "../../command.ts";
import { numberWithin } from "../../numbers.ts";
import { cacheDirOption, jsonOption, progressOption } from "../../options.ts";
import { openOutput } from "../../output.ts";

export const upstreamCommand = () =>
  command("upstream", {
    summary: "serves stand-ins for Talos' own images from loopback, until Ctrl-C",
    examples: [
      ["talos-roles lab upstream", "prints the --mirror option for lock and build in another terminal"],
      ["talos-roles lab upstream --talos v1.12.11 --arch amd64", "another version and architecture"],
      ["talos-roles lab upstream --refresh", "with the newest Debian packages"],
    ],
  })
    .option("--talos <version>", "the Talos version that is stood in for", "v1.13.6")
    .addOption(
      new Option("--arch <arch...>", "architectures that have images")
        .choices(architectures)
        .default(["arm64" as const]),
    )
    .option(
      "--port <number>",
      "port on loopback; any free one by default",
      numberWithin({ from: 1, to: 65_535 }),
    )
    .option("--debian-mirror <url>", "where Debian packages come from, instead of this machine's own mirror")
    .option("--refresh", "look for newer Debian packages")
    .addOption(cacheDirOption())
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async ({ talos, arch, port, debianMirror, refresh, cacheDir, ...options }) => {
      const output = openOutput(options);
      const { startUpstream } = await import("../../../lab/upstream/upstream.ts");
      const { upstreamReport } = await import("../../../report/upstream.ts");
      const upstream = await startUpstream({
        version: talos,
        archs: arch,
        cacheDir,
        emit: output.emit,
        ...(port === undefined ? {} : { port }),
        ...(debianMirror === undefined ? {} : { debianMirror }),
        ...(refresh === undefined ? {} : { refresh }),
      });
      const { mirror, url, images } = upstream;
      output.result({ talos, archs: arch, mirror, url, images, standIn: true }, upstreamReport);
      await new Promise<void>((resolve) =>
        output.signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      await upstream.close();
    });
