// Ids of Talos' events: 12 bytes (seconds since the epoch, machine, process, counter) as 20 characters of base32hex. Format: github.com/rs/xid.

const alphabet = "0123456789abcdefghijklmnopqrstuv";

/** The second in which an event with this id came about, milliseconds since the epoch; undefined for what is no such id. */
export function xidTime(id: string): number | undefined {
  if (!/^[0-9a-v]{20}$/.test(id)) return undefined;
  let bits = 0n;
  for (const char of id) bits = (bits << 5n) | BigInt(alphabet.indexOf(char));
  // 20 characters are 100 bits; the last four are no part of the 12 bytes.
  return Number(bits >> 68n) * 1000;
}

/** An id for `counter` (24 bits) at `now`, on the machine and process that `own` stands for (40 bits). Ids sort by time, then counter. */
export function makeXid(now: number, own: bigint, counter: number): string {
  const seconds = BigInt(Math.floor(now / 1000));
  let bits = ((seconds << 64n) | ((own & 0xff_ffff_ffffn) << 24n) | BigInt(counter & 0xff_ffff)) << 4n;
  let id = "";
  for (let at = 0; at < 20; at += 1) {
    id = (alphabet[Number(bits & 31n)] ?? "") + id;
    bits >>= 5n;
  }
  return id;
}
