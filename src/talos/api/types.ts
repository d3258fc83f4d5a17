// What the messages of messages.ts look like once decoded; field names as protobuf writes them for JavaScript.

export interface Timestamp {
  seconds: bigint;
  nanos: number;
}

export interface VersionInfo {
  tag: string;
  sha: string;
  built: string;
  goVersion: string;
  os: string;
  arch: string;
}

export interface VersionResponse {
  messages: { version?: VersionInfo; platform?: { name: string; mode: string } }[];
}

export interface ServiceEvent {
  msg: string;
  state: string;
  ts?: Timestamp;
}

export interface ServiceInfo {
  id: string;
  state: string;
  events?: { events: ServiceEvent[] };
  health?: { unknown: boolean; healthy: boolean; lastMessage: string; lastChange?: Timestamp };
}

export interface ServiceListResponse {
  messages: { services: ServiceInfo[] }[];
}

export interface EventsRequest {
  tailEvents?: number;
  tailId?: string;
  tailSeconds?: number;
}

export interface EventMessage {
  data?: { typeUrl: string; value: Uint8Array };
  id: string;
  actorId: string;
}

export interface SequenceEvent {
  sequence: string;
  action: number;
  error?: { code: number; message: string };
}

export interface ServiceStateEvent {
  service: string;
  action: number;
  message: string;
}

export interface MachineStatusEvent {
  stage: number;
  status?: { ready: boolean; unmetConditions: { name: string; reason: string }[] };
}

export interface Data {
  bytes: Uint8Array;
}

export interface LogsRequest {
  namespace: string;
  id: string;
  driver?: number;
  follow?: boolean;
  tailLines?: number;
}

export interface ResourceMetadata {
  namespace: string;
  type: string;
  id: string;
  version: string;
  owner: string;
  phase: string;
  created?: Timestamp;
  updated?: Timestamp;
}

export interface Resource {
  metadata?: ResourceMetadata;
  spec?: { protoSpec: Uint8Array; yamlSpec: string };
}

export interface ResourceRequest {
  namespace: string;
  type: string;
  id?: string;
}

export interface WatchRequest extends ResourceRequest {
  options?: { bootstrapContents?: boolean; tailEvents?: number };
  apiVersion: number;
}

export interface WatchEvent {
  resource?: Resource;
  eventType: number;
  old?: Resource;
}
