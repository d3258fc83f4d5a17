const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `0 B`, `12.3 MiB`: three figures at most, the same in every locale. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let index = 0;
  while (value >= 1023.5 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  const digits = index === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[index]}`;
}

/** `0.4 s`, `75 s`, `2 min 05 s`. */
export function secondsText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
