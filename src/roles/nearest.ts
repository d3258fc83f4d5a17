/** Edit distance with neighbours swapped counting as one (optimal string alignment); stops counting above `limit`. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? limit + 1;
}

/** The beginning of a longer name is as near as the farthest slip. */
function apart(word: string, name: string, limit: number): number {
  const begun = word.length > 2 && name.startsWith(word);
  return Math.min(distance(word, name, limit), begun ? limit : limit + 1);
}

/** The candidates most like `word`, nearest first, at most `count`; none where nothing is near enough to be a slip of the pen. */
export function nearest(word: string, candidates: Iterable<string>, count = 3): string[] {
  const wanted = word.toLowerCase().slice(0, 100);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return [...new Set(candidates)]
    .map((name) => ({ name, distance: apart(wanted, name.toLowerCase(), limit) }))
    .filter((candidate) => candidate.distance <= limit)
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        Number(letters(b.name) === letters(wanted)) - Number(letters(a.name) === letters(wanted)) ||
        (a.name < b.name ? -1 : 1),
    )
    .slice(0, count)
    .map(({ name }) => name);
}

/** Swapped letters are the more likely slip, so they win a tie. */
const letters = (name: string): string => name.toLowerCase().split("").sort().join("");

/** `a`, `b` or `c`, in backticks; empty where there are none. */
export function alternatives(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
