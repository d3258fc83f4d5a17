import { type Notice, type NoticeId, notice } from "./notice.ts";

/** A notice where several places tell the same thing and do not agree; a place that does not tell it is passed over. */
export function differences(
  id: NoticeId,
  what: string,
  told: Readonly<Record<string, string | null | undefined>>,
): Notice[] {
  const places = Object.entries(told).filter(([, value]) => value);
  if (new Set(places.map(([, value]) => value)).size < 2) return [];
  const list = places.map(([place, value]) => `${place} says ${value}`).join(", ");
  return [notice("error", id, `${what}: ${list}`)];
}
