import { z } from "zod";
import { architectures } from "../talos/arch.ts";
import type { Lock } from "./lock-model.ts";

const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe("`sha256:` and 64 hexadecimal digits");
const whole = z.number().int().min(0);
const texts = z.array(z.string());
const perArch = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(architectures), value);

const waits = z.strictObject({
  configuration: z.boolean().describe("an ExtensionServiceConfig document of exactly this service's name"),
  time: z.boolean(),
  paths: texts,
  services: texts,
  network: texts,
});
/** Of one extension or of a role. */
export const contractSchema = z
  .strictObject({
    services: z.array(
      z.strictObject({
        name: z.string(),
        extension: z.string(),
        waitsFor: waits,
        restart: z.enum(["always", "never", "untilSuccess"]),
      }),
    ),
    modules: z.array(z.strictObject({ name: z.string(), release: z.string(), dependsOn: texts })),
    criParts: texts,
    firmwareBytes: whole,
    emptyOn: z.array(z.enum(architectures)),
  })
  .meta({
    id: "contract",
    description: "What an extension, or a role as the sum of its extensions, needs and provides.",
  });

const signature = z.union([
  z.strictObject({ identity: z.string(), issuer: z.string() }),
  z.strictObject({ publicKey: digest.describe("sha256 of the public key") }),
]);
const imageShape = {
  repository: z.string().describe("real name, without tag or digest"),
  tag: z.string().describe("as it was asked for; empty where the reference had a digest only"),
  digest: digest.describe("what the tag pointed at"),
  manifest: digest.describe("the manifest for this architecture: the bytes that are built from"),
  bytes: whole.describe("sum of the compressed layer sizes"),
  signature: signature.exactOptional().describe("who signed it, where `lock --verify` found that out"),
};
const image = z
  .strictObject(imageShape)
  .meta({ id: "image", description: "One image, pinned for one architecture." });

const architecture = z.strictObject({
  base: image.describe("what the installer stands on"),
  bootFiles: image.describe("the image with kernel, initramfs, stub and boot manager"),
  kernelRelease: z.string().regex(/^\S+$/),
  extensions: z
    .record(
      z.string(),
      z.strictObject({ ...imageShape, name: z.string(), version: z.string(), contract: contractSchema }),
    )
    .describe("by the name in a role's `extensions`"),
});

const role = z.strictObject({
  extensions: texts,
  contract: contractSchema,
  schematic: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .describe("Image Factory id, or null where only the factory can know it"),
  schematicReason: z.string().exactOptional(),
  inputsKey: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("sha256 over everything that decides the image's content"),
});

/** `roles.lock.json`; its JSON Schema is made from this. */
export const lockSchema: z.ZodType<Lock> = z
  .strictObject({
    lockVersion: z.literal(1),
    rolesChecksum: digest.describe("of the part of the roles file that the lock covers"),
    talos: z.string().regex(/^v\d+\.\d+\.\d+/),
    architectures: perArch(architecture),
    roles: z.record(z.string(), perArch(role)),
  })
  .meta({
    title: "roles.lock.json of talos-roles",
    description: "Written by `talos-roles lock`; not meant to be edited.",
  });
