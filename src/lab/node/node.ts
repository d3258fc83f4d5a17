import { type Boot, startBoot } from "./boot.ts";
import type { NodeImage, NodeOptions } from "./model.ts";

/** A node over all its boots. */
export interface TalosNodeMachine {
  readonly options: NodeOptions;
  /** The boot that is going on, or undefined while the machine is between two. */
  boot(): Boot | undefined;
  /** Every boot so far: its id and its image. */
  history(): { bootId: string; image: NodeImage }[];
  /** Starts over, as after a power cycle. */
  restart(): void;
  stop(): void;
}

/** How long the firmware and the kernel take until the API answers again. */
const downMs = 30_000;

/**
 * Powers a node on. A boot that fails reboots the node, for ever; where an upgrade is still on probation (`fallback`), the
 * first failure silently goes back to the image before it.
 */
export function startNode(options: NodeOptions): TalosNodeMachine {
  let image = options.image;
  let fallback = options.fallback;
  let current: Boot | undefined;
  let stopped = false;
  const history: { bootId: string; image: NodeImage }[] = [];

  const down = async (): Promise<void> => {
    current?.stop();
    current = undefined;
    await options.clock.sleep(downMs);
    if (!stopped && current === undefined) up();
  };
  const up = (): void => {
    const boot = startBoot(options, image);
    current = boot;
    history.push({ bootId: boot.bootId, image });
    void boot.failed.then(() => {
      if (stopped || current !== boot) return;
      // Once the boot has failed the loader's fallback is used up.
      image = fallback ?? image;
      fallback = undefined;
      return down();
    });
  };
  up();
  return {
    options,
    boot: () => current,
    history: () => history,
    restart: () => void down(),
    stop: () => {
      stopped = true;
      current?.stop();
      current = undefined;
    },
  };
}
