/**
 * The messages of the Talos and COSI APIs that we speak, each as `number name type`; `*` after the type means repeated.
 * Enumerations travel as int32 (the same bytes); their values are in `enums.ts`. Names and numbers: the published
 * protocol definitions of Talos 1.9 … 1.14 and of COSI runtime.
 */
const machine: Record<string, string> = {
  VersionInfo: "1 tag string, 2 sha string, 3 built string, 4 go_version string, 5 os string, 6 arch string",
  PlatformInfo: "1 name string, 2 mode string",
  Version: "1 metadata common.Metadata, 2 version machine.VersionInfo, 3 platform machine.PlatformInfo",
  VersionResponse: "1 messages machine.Version*",
  ServiceEvent: "1 msg string, 2 state string, 3 ts google.protobuf.Timestamp",
  ServiceEvents: "1 events machine.ServiceEvent*",
  ServiceHealth:
    "1 unknown bool, 2 healthy bool, 3 last_message string, 4 last_change google.protobuf.Timestamp",
  ServiceInfo: "1 id string, 2 state string, 3 events machine.ServiceEvents, 4 health machine.ServiceHealth",
  ServiceList: "1 metadata common.Metadata, 2 services machine.ServiceInfo*",
  ServiceListResponse: "1 messages machine.ServiceList*",
  EventsRequest: "1 tail_events int32, 2 tail_id string, 3 tail_seconds int32, 4 with_actor_id string",
  Event: "1 metadata common.Metadata, 2 data google.protobuf.Any, 3 id string, 4 actor_id string",
  SequenceEvent: "1 sequence string, 2 action int32, 3 error common.Error",
  PhaseEvent: "1 phase string, 2 action int32",
  TaskEvent: "1 task string, 2 action int32",
  ServiceStateEvent: "1 service string, 2 action int32, 3 message string, 4 health machine.ServiceHealth",
  RestartEvent: "1 cmd int64",
  ConfigLoadErrorEvent: "1 error string",
  ConfigValidationErrorEvent: "1 error string",
  AddressEvent: "1 hostname string, 2 addresses string*",
  UnmetCondition: "1 name string, 2 reason string",
  MachineStatus: "1 ready bool, 2 unmet_conditions machine.UnmetCondition*",
  MachineStatusEvent: "1 stage int32, 2 status machine.MachineStatus",
  DmesgRequest: "1 follow bool, 2 tail bool",
  LogsRequest: "1 namespace string, 2 id string, 3 driver int32, 4 follow bool, 5 tail_lines int32",
};

const common: Record<string, string> = {
  Metadata: "1 hostname string, 2 error string",
  Data: "1 metadata common.Metadata, 2 bytes bytes",
  Error: "1 code int32, 2 message string",
};

const cosi: Record<string, string> = {
  Metadata:
    "1 namespace string, 2 type string, 3 id string, 4 version string, 5 owner string, 6 phase string, " +
    "7 created google.protobuf.Timestamp, 8 updated google.protobuf.Timestamp, 9 finalizers string*",
  Spec: "1 proto_spec bytes, 2 yaml_spec string",
  Resource: "1 metadata cosi.resource.Metadata, 2 spec cosi.resource.Spec",
  GetRequest: "1 namespace string, 2 type string, 3 id string",
  GetResponse: "1 resource cosi.resource.Resource",
  ListRequest: "1 namespace string, 2 type string",
  ListResponse: "1 resource cosi.resource.Resource",
  WatchOptions: "1 bootstrap_contents bool, 2 tail_events int32",
  WatchRequest:
    "1 namespace string, 2 type string, 3 id optional string, 4 options cosi.resource.WatchOptions, 5 api_version int32",
  Event:
    "1 resource cosi.resource.Resource, 2 event_type int32, 3 old cosi.resource.Resource, 5 bookmark bytes",
  WatchResponse: "1 event cosi.resource.Event*",
};

// Specs of the resources that nodes publish, for clients that read the binary form. The package name is ours: it does not travel.
const specs: Record<string, string> = {
  NetIP: "1 ip bytes",
  NetIPPrefix: "1 ip bytes, 2 prefix_length int32",
  AddressStatus: "1 address specs.NetIPPrefix, 7 link_name string",
  BootID: "1 boot_id string",
  Diagnostic: "1 message string, 2 details string*",
  ExtensionServiceConfigStatus: "1 spec_version string",
  TalosConstraint: "1 version string",
  Compatibility: "1 talos specs.TalosConstraint",
  ExtensionMetadata:
    "1 name string, 2 version string, 3 author string, 4 description string, 5 compatibility specs.Compatibility, 6 extra_info string",
  ExtensionLayer: "1 image string, 2 metadata specs.ExtensionMetadata",
  KernelModuleSpec: "1 name string, 2 parameters string*",
  KernelModuleStatus:
    "1 type int32, 2 size int64, 3 reference_count int64, 4 dependencies string*, 5 state int32, 6 address string",
  KernelParamStatus: "1 current string, 2 default string, 3 unsupported bool",
  LinkStatus: "1 index int32, 11 kind string, 10 operational_state int32",
  LoadedKernelModule:
    "1 size int64, 2 reference_count int64, 3 dependencies string*, 4 state string, 5 address string",
  MachineStatus: "1 stage int32, 2 status machine.MachineStatus",
  Member:
    "1 node_id string, 2 addresses specs.NetIP*, 3 hostname string, 4 machine_type int32, 5 operating_system string",
  MemoryStats: "1 total int64, 2 used int64, 3 free int64",
  NetworkStatus:
    "1 address_ready bool, 2 connectivity_ready bool, 3 hostname_ready bool, 4 etc_files_ready bool",
  NodeIP: "1 addresses specs.NetIP*",
  NodeStatus:
    "1 nodename string, 2 node_ready bool, 3 unschedulable bool, 4 labels specs.Label*, 5 annotations specs.Label*",
  ProbeStatus: "1 success bool, 2 last_error string",
  RouteStatus: "2 dst specs.NetIPPrefix, 6 out_link_name string, 7 table int32",
  VolumeStatus: "1 phase int32, 3 error_message string",
  // A protobuf map is a repeated pair on the wire.
  Label: "1 key string, 2 value string",
  PrintColumn: "1 name string, 2 json_path string",
  ResourceDefinition:
    "1 resource_type string, 2 display_type string, 3 default_namespace string, 4 aliases string*, 5 all_aliases string*, " +
    "6 print_columns specs.PrintColumn*, 7 sensitivity int32",
  SecurityState: "1 secure_boot bool, 7 module_signature_enforced bool",
  Service: "1 running bool, 2 healthy bool, 3 unknown bool",
  TimeStatus: "1 synced bool, 2 epoch int64, 3 sync_disabled bool",
};

export const packages: Record<string, Record<string, string>> = {
  common,
  machine,
  "cosi.resource": cosi,
  specs,
};
