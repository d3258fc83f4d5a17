import { decode, encode } from "./codec.ts";
import type * as T from "./types.ts";

/** One gRPC method: its path, the messages it carries, and whether the answer is a stream. */
export interface Method<Request extends object, Response> {
  path: string;
  stream: boolean;
  encodeRequest: (value: Request) => Buffer;
  decodeRequest: (bytes: Buffer) => Request;
  encodeResponse: (value: object) => Buffer;
  decodeResponse: (bytes: Buffer) => Response;
}

function method<Request extends object, Response>(
  path: string,
  [request, response]: [string, string],
  stream = false,
): Method<Request, Response> {
  return {
    path,
    stream,
    encodeRequest: (value) => encode(request, value),
    decodeRequest: (bytes) => decode<Request>(request, bytes),
    encodeResponse: (value) => encode(response, value),
    decodeResponse: (bytes) => decode<Response>(response, bytes),
  };
}

const empty = "google.protobuf.Empty";
type Empty = Record<string, never>;

/** Every method we call; all of them only read, and an `os:reader` certificate may call each. */
export const methods = {
  version: method<Empty, T.VersionResponse>("/machine.MachineService/Version", [
    empty,
    "machine.VersionResponse",
  ]),
  serviceList: method<Empty, T.ServiceListResponse>("/machine.MachineService/ServiceList", [
    empty,
    "machine.ServiceListResponse",
  ]),
  events: method<T.EventsRequest, T.EventMessage>(
    "/machine.MachineService/Events",
    ["machine.EventsRequest", "machine.Event"],
    true,
  ),
  dmesg: method<{ follow?: boolean; tail?: boolean }, T.Data>(
    "/machine.MachineService/Dmesg",
    ["machine.DmesgRequest", "common.Data"],
    true,
  ),
  logs: method<T.LogsRequest, T.Data>(
    "/machine.MachineService/Logs",
    ["machine.LogsRequest", "common.Data"],
    true,
  ),
  get: method<T.ResourceRequest, { resource?: T.Resource }>("/cosi.resource.State/Get", [
    "cosi.resource.GetRequest",
    "cosi.resource.GetResponse",
  ]),
  list: method<T.ResourceRequest, { resource?: T.Resource }>(
    "/cosi.resource.State/List",
    ["cosi.resource.ListRequest", "cosi.resource.ListResponse"],
    true,
  ),
  watch: method<T.WatchRequest, { event: T.WatchEvent[] }>(
    "/cosi.resource.State/Watch",
    ["cosi.resource.WatchRequest", "cosi.resource.WatchResponse"],
    true,
  ),
} as const;

/** Methods that change a node. We never call them; our server answers them with a refusal and counts the call. */
export const mutatingMethods: readonly string[] = [
  ...[
    "ApplyConfiguration",
    "Bootstrap",
    "EtcdAlarmDisarm",
    "EtcdDefragment",
    "EtcdDowngradeCancel",
    "EtcdDowngradeEnable",
    "EtcdForfeitLeadership",
    "EtcdLeaveCluster",
    "EtcdRecover",
    "EtcdRemoveMemberByID",
    "ImagePull",
    "MetaDelete",
    "MetaWrite",
    "Reboot",
    "Reset",
    "Restart",
    "Rollback",
    "ServiceRestart",
    "ServiceStart",
    "ServiceStop",
    "Shutdown",
    "Upgrade",
  ].map((name) => `/machine.MachineService/${name}`),
  "/machine.DebugService/ContainerRun",
  "/machine.LifecycleService/Install",
  "/machine.LifecycleService/Upgrade",
  "/machine.ImageService/Import",
  "/machine.ImageService/Pull",
  "/machine.ImageService/Remove",
  "/storage.StorageService/BlockDeviceWipe",
  "/cosi.resource.State/Create",
  "/cosi.resource.State/Destroy",
  "/cosi.resource.State/Update",
];
