import { create, createFileRegistry, type DescMessage, type FileRegistry } from "@bufbuild/protobuf";
import {
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_empty,
  file_google_protobuf_timestamp,
} from "@bufbuild/protobuf/wkt";
import { RolesError } from "../../errors.ts";
import { packages } from "./messages.ts";

const scalars: Record<string, Type> = {
  string: Type.STRING,
  bytes: Type.BYTES,
  bool: Type.BOOL,
  int32: Type.INT32,
  int64: Type.INT64,
};

const wellKnown = [file_google_protobuf_any, file_google_protobuf_timestamp, file_google_protobuf_empty];
const fileName = (name: string) => `${name}.proto`;

/** `3 id optional string` → a field descriptor; `optional` only matters for presence, which the reader asks for by itself. */
function fieldOf(text: string): FieldDescriptorProto {
  const [number = "", name = "", ...rest] = text.trim().split(" ");
  const type = rest.at(-1) ?? "";
  const bare = type.replace("*", "");
  const scalar = scalars[bare];
  return create(FieldDescriptorProtoSchema, {
    name,
    number: Number(number),
    label: type.endsWith("*") ? Label.REPEATED : Label.OPTIONAL,
    type: scalar ?? Type.MESSAGE,
    ...(scalar === undefined ? { typeName: `.${bare}` } : {}),
    ...(rest[0] === "optional" ? { proto3Optional: true, oneofIndex: 0 } : {}),
  });
}

function messageOf([name, fields]: [string, string]) {
  const field = fields.split(",").map(fieldOf);
  const oneofDecl = field.filter((one) => one.proto3Optional).map((one) => ({ name: `_${one.name}` }));
  return { name, field, oneofDecl };
}

function fileOf(name: string) {
  return create(FileDescriptorProtoSchema, {
    name: fileName(name),
    package: name,
    syntax: "proto3",
    dependency: [...wellKnown.map((file) => file.proto.name), ...(dependencies[name] ?? []).map(fileName)],
    messageType: Object.entries(packages[name] ?? {}).map(messageOf),
  });
}

const dependencies: Record<string, string[]> = {
  machine: ["common"],
  "cosi.resource": ["common"],
  specs: ["machine"],
};

let registry: FileRegistry | undefined;

/** The descriptor of a message by its full name (`machine.VersionResponse`). */
export function messageDescriptor(typeName: string): DescMessage {
  registry ??= createFileRegistry(
    create(FileDescriptorSetSchema, {
      file: [...wellKnown.map((file) => file.proto), ...Object.keys(packages).map(fileOf)],
    }),
  );
  const found = registry.getMessage(typeName);
  if (!found)
    throw new RolesError("USAGE", `no message ${typeName} is described in src/talos/api/messages.ts`);
  return found;
}
