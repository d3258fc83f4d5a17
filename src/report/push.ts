import type { PushedImage } from "../image/push/push-roles.ts";
import { table } from "./table.ts";
import { bytesText } from "./units.ts";

/** What is in the registry now, and what had to be sent for it. */
export function pushReport({ images }: { images: readonly PushedImage[] }, width?: number): string {
  const rows = table(
    images,
    [
      { title: "role", value: ({ role }) => role },
      { title: "arch", value: ({ arch }) => arch },
      { title: "installer", value: ({ reference }) => reference },
      { title: "digest", value: ({ digest }) => digest.slice(0, 19) },
      { title: "size", value: ({ bytes }) => bytesText(bytes), align: "right" },
      { title: "", value: stateOf },
    ],
    { width },
  );
  const builds = images.map(({ build }) => `  ${build}\n`).join("");
  return `${rows}\nThe same builds, under tags that never move:\n${builds}`;
}

function stateOf({ pushed, moved }: PushedImage): string {
  if (!pushed) return "was there";
  return moved === null ? "pushed" : `pushed; was ${moved.slice(0, 19)}`;
}
