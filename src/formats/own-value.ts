/**
 * What a table has under a name that comes from outside; undefined where it has none. A plain `table[name]` answers for `constructor` and
 * `__proto__` too, with what every object inherits.
 */
export const ownValue = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
