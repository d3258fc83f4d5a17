import type { Expected } from "./causes/cause.ts";
import { virtualLayers } from "./causes/waiting.ts";
import type { ObservedExtension } from "./observation.ts";

/** Those of the roles whose image differs least from what a node has: one, or several that cannot be told apart by it. */
export function nearestRoles(
  roles: readonly Expected[],
  extensions: readonly Pick<ObservedExtension, "name">[],
): Expected[] {
  const found = new Set(extensions.map(({ name }) => name).filter((name) => !virtualLayers.has(name)));
  const ranked = roles.map((role) => {
    const wanted = new Set(role.extensions.map(({ name }) => name));
    const missing = [...wanted].filter((name) => !found.has(name)).length;
    const surplus = [...found].filter((name) => !wanted.has(name)).length;
    return { role, distance: missing + surplus };
  });
  const least = Math.min(...ranked.map(({ distance }) => distance));
  return ranked.filter(({ distance }) => distance === least).map(({ role }) => role);
}
