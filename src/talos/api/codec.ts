import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { RolesError } from "../../errors.ts";
import { messageDescriptor } from "./descriptors.ts";

/** Protobuf bytes of `value` as message `typeName`; fields left out have their default. */
export function encode(typeName: string, value: object): Buffer {
  const schema = messageDescriptor(typeName);
  return Buffer.from(toBinary(schema, create(schema, value as never)));
}

/** The message `typeName` in `bytes`; T is its interface in types.ts. Errors: FORMAT_INVALID. */
export function decode<T>(typeName: string, bytes: Uint8Array): T {
  try {
    return fromBinary(messageDescriptor(typeName), bytes) as Message as unknown as T;
  } catch (cause) {
    throw new RolesError("FORMAT_INVALID", `not a ${typeName} message`, { cause });
  }
}

const eventPrefix = "talos/runtime/";

/** The `Any` that carries an event of the Talos event stream. */
export const packEvent = (typeName: string, value: object): { typeUrl: string; value: Buffer } => ({
  typeUrl: `${eventPrefix}${typeName}`,
  value: encode(typeName, value),
});

/** Full message name of an event (`machine.SequenceEvent`), or undefined for the empty hello and for anything that is not an event. */
export const eventTypeName = (typeUrl: string): string | undefined =>
  typeUrl.startsWith(eventPrefix) ? typeUrl.slice(eventPrefix.length) : undefined;
