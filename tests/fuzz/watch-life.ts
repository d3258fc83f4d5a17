import { existsSync, readFileSync } from "node:fs";

const processorLimitMs = 120_000;
const wallLimitMs = 3_600_000;
const lookEveryMs = 5000;

export interface LifeWatch {
  /** The process gave a sign of life. */
  alive: () => void;
  stop: () => void;
}

/** Calls `onHang` once when a process gives no sign of life for two minutes of its own processor time, or for an hour: a busy machine is not a hang. */
export function watchLife(pid: number, onHang: () => void): LifeWatch {
  let since = { wall: performance.now(), processor: processorMs(pid) };
  const timer = setInterval(() => {
    const silent = performance.now() - since.wall > wallLimitMs;
    if (!silent && processorMs(pid) - since.processor <= processorLimitMs) return;
    clearInterval(timer);
    onHang();
  }, lookEveryMs);
  return {
    alive: () => (since = { wall: performance.now(), processor: processorMs(pid) }),
    stop: () => clearInterval(timer),
  };
}

/** User and system time from /proc/PID/stat (proc(5), fields 14 and 15, in hundredths of a second); of one that is gone, none. */
function processorMs(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return 0;
  const stat = readFileSync(path, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
