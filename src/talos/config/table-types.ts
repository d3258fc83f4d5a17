// Made by scripts/talos-config-table (see its README) from the Go types of Talos' machinery module, releases 1.9 to 1.14.

/**
 * `TYPE FIELD[@SINCE[-UNTIL]]:KIND …`. Kinds: s text, b boolean, i number (capital: may be absent, so that a zero counts), * anything,
 * [X] list, {X} map, else the name of a type; `!` a right-hand value replaces, `#` lists that Talos merges by key.
 */
export const typeLines = `
block.DiskSelector match:*
block.EncryptionKey slot:i static:block.EncryptionKeyStatic nodeID:block.EncryptionKeyNodeID kms:block.EncryptionKeyKMS tpm:block.EncryptionKeyTPM lockToState@11:B
block.EncryptionKeyKMS endpoint:s
block.EncryptionKeyNodeID
block.EncryptionKeyStatic passphrase:s
block.EncryptionKeyTPM checkSecurebootStatusOnEnroll:B options@12:block.EncryptionKeyTPMOptions
block.EncryptionKeyTPMOptions pcrs:[i]
block.EncryptionSpec provider:* keys:[block.EncryptionKey] cipher:s keySize:i blockSize:i options:[s] allowDiscards@14:B
block.ExistingMountSpec readOnly:B disableAccessTime:B secure:B
block.ExistingVolumeConfig apiVersion:s kind:s name:s discovery:block.VolumeDiscoverySpec mount:block.ExistingMountSpec trim@14:block.TrimConfig scrub@14:block.ScrubConfig
block.ExternalMountSpec readOnly:B disableAccessTime:B secure:B virtiofs:block.VirtiofsMountSpec
block.ExternalVolumeConfig apiVersion:s kind:s name:s filesystemType:* mount:block.ExternalMountSpec
block.FilesystemScrubConfig apiVersion:s kind:s interval:i
block.FilesystemSpec type:* projectQuotaSupport@11:B xfs@14:block.XFSSpec
block.FilesystemTrimConfig apiVersion:s kind:s interval:i
block.MountSpec readOnly@11-12:B secure@13:B disableAccessTime@14:B
block.ProvisioningSpec diskSelector:block.DiskSelector grow:B minSize:* maxSize:*
block.RawVolumeConfig apiVersion:s kind:s name:s provisioning:block.ProvisioningSpec encryption:block.EncryptionSpec
block.ScrubConfig enabled:B interval:i
block.SwapVolumeConfig apiVersion:s kind:s name:s provisioning:block.ProvisioningSpec encryption:block.EncryptionSpec
block.SystemVolumeFilesystemSpec xfs:block.XFSSpec
block.TrimConfig enabled:B interval:i
block.UserMountSpec disableAccessTime:B secure:B
block.UserVolumeConfig apiVersion:s kind:s name:s provisioning:block.ProvisioningSpec filesystem:block.FilesystemSpec encryption:block.EncryptionSpec volumeType@12:* mount@13:block.UserMountSpec trim@14:block.TrimConfig scrub@14:block.ScrubConfig
block.VirtiofsMountSpec tag:s
block.VolumeConfig apiVersion:s kind:s name:s provisioning:block.ProvisioningSpec encryption@11:block.EncryptionSpec mount@13:block.MountSpec filesystem@14:block.SystemVolumeFilesystemSpec trim@14:block.TrimConfig scrub@14:block.ScrubConfig
block.VolumeDiscoverySpec volumeSelector:block.VolumeSelector
block.VolumeSelector match:*
block.XFSSpec minAllocationGroupSize:*
block.ZswapConfig apiVersion:s kind:s maxPoolPercent:I shrinkerEnabled:B
cluster.DiscoveryIdentityConfig apiVersion:s kind:s clusterID:s clusterSecret:s
cluster.DiscoveryServiceConfig apiVersion:s kind:s name:s endpoint:*
container.ContainerCapabilities add:[s] drop:[s]
container.ContainerConfig apiVersion:s kind:s name:s image:s entrypoint:[s] args:[s] workingDir:s runAs:container.ContainerRunAs environment:[s] mounts:[container.ContainerMount] security:container.ContainerSecurity network:container.ContainerNetwork resources:container.ContainerResources dependsOn:container.ContainerDependsOn
container.ContainerDependsOn paths:[s] networks:[s] time:B containers:[s]
container.ContainerMount userVolume:container.UserVolumeMount tmpfs:container.TmpfsMount hostPath:container.HostPathMount
container.ContainerNetwork mode:s
container.ContainerResourceLimits cpu:s memory:s
container.ContainerResources limits:container.ContainerResourceLimits
container.ContainerRunAs uid:I gid:I
container.ContainerSecurity profile:s capabilities:container.ContainerCapabilities
container.HostPathMount source:s destination:s options:[s]
container.TmpfsMount destination:s size:s options:[s]
container.UserVolumeMount name:s destination:s options:[s]
cri.CRIBaseRuntimeSpecConfig apiVersion:s kind:s overrides:meta.Unstructured!
cri.CRICustomizationConfig apiVersion:s kind:s name:s content:s
cri.ImageCacheConfig apiVersion:s kind:s local:cri.LocalImageCacheConfig
cri.LocalImageCacheConfig enabled:B
cri.RegistryAuthConfig apiVersion:s kind:s name:s username:s password:s auth:s identityToken:s
cri.RegistryEndpoint url:* overridePath:B
cri.RegistryMirrorConfig apiVersion:s kind:s name:s endpoints:[cri.RegistryEndpoint] skipFallback:B
cri.RegistryTLSConfig apiVersion:s kind:s name:s clientIdentity:meta.CertificateAndKey ca:s insecureSkipVerify:B
extensions.ConfigFile content:s mountPath:s
extensions.ServiceConfig apiVersion:s kind:s name:s configFiles:[extensions.ConfigFile]#ConfigFileList environment:[s]
hardware.PCIDriverRebindConfig apiVersion:s kind:s name:s targetDriver:s
k8s.AcceptedServiceAccountConfig publicKeys:[s] issuers:[*] audiences:[s]
k8s.IssuerServiceAccountConfig privateKey:s issuerURL:*
k8s.KubeAPIServerCAConfig apiVersion:s kind:s issuingCA:meta.CertificateAndKey acceptedCAs:[s]
k8s.KubeAPIServerConfig apiVersion:s kind:s image:s extraArgs:{*} env:{s} resources:k8s.ResourcesConfig apiPort:I certExtraSANs:[s] startupProbes:B
k8s.KubeAdmissionControlConfig apiVersion:s kind:s name:s configuration:meta.Unstructured
k8s.KubeAggregatorCAConfig apiVersion:s kind:s issuingCA:meta.CertificateAndKey acceptedCAs:[s]
k8s.KubeAuditPolicyConfig apiVersion:s kind:s configuration:meta.Unstructured!
k8s.KubeAuthenticationConfig apiVersion:s kind:s configuration:meta.Unstructured!
k8s.KubeAuthorizerConfig apiVersion:s kind:s name:s type:s webhook:meta.Unstructured
k8s.KubeClusterConfig apiVersion:s kind:s clusterName:s endpoint:*
k8s.KubeControllerManagerConfig apiVersion:s kind:s enabled:B image:s extraArgs:{*} env:{s} resources:k8s.ResourcesConfig
k8s.KubeCoreDNSConfig apiVersion:s kind:s enabled:B image:s
k8s.KubeCredentialProviderConfig apiVersion:s kind:s configuration:meta.Unstructured!
k8s.KubeEtcdEncryptionConfig apiVersion:s kind:s config:meta.Unstructured
k8s.KubeExternalManifestConfig apiVersion:s kind:s name:s headers:{s} url:*
k8s.KubeFlannelCNIConfig apiVersion:s kind:s backendType:s backendPort:i backendMTU:i backendExtraConfig:meta.Unstructured resources:k8s.ResourcesConfig extraArgs:[s] kubeNetworkPoliciesEnabled:B
k8s.KubeInlineManifestConfig apiVersion:s kind:s name:s manifest:s
k8s.KubeNetworkConfig apiVersion:s kind:s dnsDomain:s podSubnets:[*]! serviceSubnets:[*]! nodeCIDRMaskSizeIPv4:i nodeCIDRMaskSizeIPv6:i
k8s.KubeNodeConfig apiVersion:s kind:s skipNodeRegistration:B registerWithFQDN:B nodeIP:k8s.NodeIPConfig labels:{s} annotations:{s} taints:{s}
k8s.KubePrismConfig apiVersion:s kind:s port:i tlsServerName:s
k8s.KubeProxyConfig apiVersion:s kind:s enabled:B image:s mode:s config:meta.Unstructured extraArgs:{*} resources:k8s.ResourcesConfig
k8s.KubeSchedulerConfig apiVersion:s kind:s enabled:B image:s config:meta.Unstructured extraArgs:{*} env:{s} resources:k8s.ResourcesConfig
k8s.KubeServiceAccountConfig apiVersion:s kind:s issuer:k8s.IssuerServiceAccountConfig accepted:k8s.AcceptedServiceAccountConfig
k8s.KubeStaticPodConfig apiVersion:s kind:s name:s pod:meta.Unstructured!
k8s.KubeTalosAPIAccessConfig apiVersion:s kind:s allowedRoles:[s] allowedKubernetesNamespaces:[s]
k8s.KubeletConfig apiVersion:s kind:s image:s config:meta.Unstructured extraArgs:{*} clusterDNS:[s] defaultRuntimeSeccompProfileEnabled:B
k8s.NodeIPConfig validSubnets:[s]
k8s.ResourcesConfig requests:meta.Unstructured limits:meta.Unstructured
meta.CertificateAndKey cert:s key:s
meta.Unstructured ...:*
network.AddressConfig address:* routePriority:I
network.BGPBFDConfig transmitInterval:i receiveInterval:i detectMultiplier:i
network.BGPImportRoute bgpInstance:s prefixes:[*]
network.BGPInstanceConfig apiVersion:s kind:s name:s vrf:s localASN:i routerID:* routeSource:* advertise:[s]! multipath:B maxPaths:i installRoutes:B importRoutes:[network.BGPImportRoute]! neighbors:[network.BGPNeighborConfig]!
network.BGPNeighborConfig address:* link:s peerASN:i localASN:i passive:b holdTime:i bfd:network.BGPBFDConfig
network.BlackholeRouteConfig apiVersion:s kind:s name:s metric:i
network.BondConfig apiVersion:s kind:s name:s hardwareAddr:* links:[s] bondMode:* miimon:I updelay:I downdelay:I useCarrier:B xmitHashPolicy:* arpInterval:I arpIpTargets:[*] nsIp6Targets:[*] arpValidate:* arpAllTargets:* lacpRate:* failOverMac:* adSelect:* adActorSysPrio:I adUserPortKey:I adLACPActive:* primaryReselect:* resendIGMP:I minLinks:I lpInterval:I packetsPerSlave:I numPeerNotif:I tlbLogicalLb:I allSlavesActive:I peerNotifDelay:I missedMax:I up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.BridgeConfig apiVersion:s kind:s name:s hardwareAddr:* links:[s] stp:network.BridgeSTPConfig vlan:network.BridgeVLANConfig up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.BridgeSTPConfig enabled:B
network.BridgeVLANConfig filtering:B
network.DHCPv4Config apiVersion:s kind:s name:s routeMetric:i ignoreHostname:B clientIdentifier:* duidRaw:* ignoreRoutes@14:B
network.DHCPv6Config apiVersion:s kind:s name:s routeMetric:i ignoreHostname:B clientIdentifier:* duidRaw:*
network.DefaultActionConfig apiVersion:s kind:s ingress:*
network.DummyLinkConfig apiVersion:s kind:s name:s hardwareAddr:* up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.EthernetChannelsConfig rx:I tx:I other:I combined:I
network.EthernetConfig apiVersion:s kind:s name:s features:{b} rings:network.EthernetRingsConfig channels:network.EthernetChannelsConfig wakeOnLan@12:[*]
network.EthernetRingsConfig rx:I tx:I rx-mini:I rx-jumbo:I rx-buf-len:I cqe-size:I tx-push:B rx-push:B tx-push-buf-len:I tcp-data-split:B
network.HCloudVIPConfig apiVersion:s kind:s name:s link:s apiToken:s
network.HTTPProbeConfig apiVersion:s kind:s name:s interval:i failureThreshold:i url:* timeout:i
network.HostDNSConfig enabled:B forwardKubeDNSToHost:B resolveMemberNames:B
network.HostnameConfig apiVersion:s kind:s auto:* hostname:s
network.IngressRule subnet:* except:*
network.KubeSpanConfig apiVersion:s kind:s enabled:B advertiseKubernetesNetworks:B allowDownPeerBypass:B harvestExtraEndpoints:B mtu:I filters:network.KubeSpanFiltersConfig
network.KubeSpanFiltersConfig endpoints:[s] excludeAdvertisedNetworks:[*]
network.KubespanEndpointsConfig apiVersion:s kind:s extraAnnouncedEndpoints:[*]
network.Layer2VIPConfig apiVersion:s kind:s name:s link:s
network.LinkAliasConfig apiVersion:s kind:s name:s selector:network.LinkSelector
network.LinkConfig apiVersion:s kind:s name:s up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.LinkSelector match:*
network.NTPConfig servers:[s] useNTS@14:B
network.NameserverConfig address:* protocol@14:* tlsServerName@14:s
network.PTPConfig devices:[s]
network.ResolverConfig apiVersion:s kind:s nameservers:[network.NameserverConfig] searchDomains:network.SearchDomainsConfig hostDNS@14:network.HostDNSConfig
network.RouteConfig destination:* gateway:* source:* metric:i mtu:i table:*
network.RoutingRuleConfig apiVersion:s kind:s name:s src:* dst:* table:* action:* iifName:s oifName:s fwMark:i fwMask:i
network.RuleConfig apiVersion:s kind:s name:s portSelector:network.RulePortSelector ingress:[network.IngressRule]!
network.RulePortSelector ports:[*]! protocol:*
network.SearchDomainsConfig domains:[s] disableDefault:B
network.StaticHostConfig apiVersion:s kind:s name:s hostnames:[s]
network.TCPProbeConfig apiVersion:s kind:s name:s interval:i failureThreshold:i endpoint:s timeout:i
network.TimeSyncConfig apiVersion:s kind:s enabled:B bootTimeout:i ntp:network.NTPConfig ptp:network.PTPConfig
network.VLANConfig apiVersion:s kind:s name:s vlanID:i vlanMode:* parent:s up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.VRFConfig apiVersion:s kind:s name:s hardwareAddr:* links:[s] table:* up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.VethConfig apiVersion:s kind:s name:s peer:network.VethPeerConfig up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.VethPeerConfig name:s up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.WireguardConfig apiVersion:s kind:s name:s privateKey:s listenPort:i firewallMark:i peers:[network.WireguardPeer] up:B mtu:i addresses:[network.AddressConfig] routes:[network.RouteConfig] multicast:B
network.WireguardPeer publicKey:s presharedKey:s endpoint:* persistentKeepaliveInterval:i allowedIPs:[*]
runtime.DiskSelectorSpec match:*
runtime.Environment apiVersion:s kind:s variables:{s}
runtime.EtcFileConfig apiVersion:s kind:s name:s mode:i contents:s
runtime.EventSink apiVersion:s kind:s endpoint:s
runtime.InstallerSpec image:s
runtime.KernelModuleConfig apiVersion:s kind:s name:s parameters:[s]
runtime.KmsgLog apiVersion:s kind:s name:s url:*
runtime.OOM apiVersion:s kind:s triggerExpression:* cgroupRankingExpression:* strictCgroupClassOrdering:B sampleInterval:i
runtime.ProvisioningSpec diskSelector:runtime.DiskSelectorSpec wipe:B
runtime.SecurityProfileConfig apiVersion:s kind:s workloadIsolation:B
runtime.SysctlConfig apiVersion:s kind:s params:{s}
runtime.SysfsConfig apiVersion:s kind:s params:{s}
runtime.UdevRulesConfig apiVersion:s kind:s rules:[s]
runtime.UnattendedInstallConfig apiVersion:s kind:s reboot:B installer:runtime.InstallerSpec provisioning:runtime.ProvisioningSpec
runtime.WatchdogTimer apiVersion:s kind:s device:s timeout:i
security.ImageKeylessVerifier issuer:s subject:s subjectRegex:s
security.ImagePublicKeyVerifier certificate:s
security.ImageVerificationConfig apiVersion:s kind:s rules:[security.ImageVerificationRule]#ImageVerificationRules
security.ImageVerificationRule image:s skip:B deny:B keyless:security.ImageKeylessVerifier publicKey:security.ImagePublicKeyVerifier
security.TrustedRootsConfig apiVersion:s kind:s name:s certificates:s
siderolink.Config apiVersion:s kind:s apiUrl:* uniqueToken@10:s
storage.LVMLogicalVolumeConfig apiVersion:s kind:s name:s type:* mirrors:I stripes:I provisioning:storage.LVMLogicalVolumeProvisioningSpec
storage.LVMLogicalVolumeProvisioningSpec volumeGroup:s minSize:* maxSize:*
storage.LVMVolumeGroupConfig apiVersion:s kind:s name:s provisioning:storage.ProvisioningSpec
storage.LVMVolumeSelectorSpec match:*
storage.ProvisioningSpec volumeSelector:storage.LVMVolumeSelectorSpec
storage.RAIDArrayConfig apiVersion:s kind:s name:s level:* metadata:* provisioning:storage.RAIDProvisioningSpec
storage.RAIDProvisioningSpec volumeSelector:storage.RAIDVolumeSelector
storage.RAIDVolumeSelector match:*
APIServerConfig image:s extraArgs:{*} extraVolumes:[VolumeMountConfig] env:{s} certSANs:[s] disablePodSecurityPolicy:B admissionControl:[AdmissionPluginConfig]#AdmissionPluginConfigList auditPolicy:meta.Unstructured! resources:ResourcesConfig authorizationConfig:[AuthorizationConfigAuthorizerConfig]
AdminKubeconfigConfig certLifetime:i
AdmissionPluginConfig name:s configuration:meta.Unstructured
AuthorizationConfigAuthorizerConfig type:s name:s webhook:meta.Unstructured
Bond interfaces:[s] deviceSelectors:[NetworkDeviceSelector] arpIPTarget:[s] mode:s xmitHashPolicy:s lacpRate:s adActorSystem:s arpValidate:s arpAllTargets:s primary:s primaryReselect:s failOverMac:s adSelect:s miimon:i updelay:i downdelay:i arpInterval:i resendIgmp:i minLinks:i lpInterval:i packetsPerSlave:i numPeerNotif:i tlbDynamicLb:i allSlavesActive:i useCarrier:B adActorSysPrio:i adUserPortKey:i peerNotifyDelay:i
Bridge interfaces:[s] stp:STP vlan:BridgeVLAN
BridgePort master:s
BridgeVLAN vlanFiltering:B
CNIConfig name:s urls:[s] flannel:FlannelCNIConfig
ClusterConfig id:s secret:s controlPlane:ControlPlaneConfig clusterName:s network:ClusterNetworkConfig token:s aescbcEncryptionSecret:s secretboxEncryptionSecret:s ca:* acceptedCAs:[*] aggregatorCA:* serviceAccount:* apiServer:APIServerConfig controllerManager:ControllerManagerConfig proxy:ProxyConfig scheduler:SchedulerConfig discovery:ClusterDiscoveryConfig etcd:EtcdConfig coreDNS:CoreDNS externalCloudProvider:ExternalCloudProviderConfig extraManifests:[s] extraManifestHeaders:{s} inlineManifests:* adminKubeconfig:AdminKubeconfigConfig allowSchedulingOnMasters:B allowSchedulingOnControlPlanes:B
ClusterDiscoveryConfig enabled:B registries:DiscoveryRegistriesConfig
ClusterNetworkConfig cni:CNIConfig dnsDomain:s podSubnets:[s]! serviceSubnets:[s]!
Config version:s debug:B persist:B machine:MachineConfig cluster:ClusterConfig
ControlPlaneConfig endpoint:* localAPIServerPort:i
ControllerManagerConfig image:s extraArgs:{*} extraVolumes:[VolumeMountConfig] env:{s} resources:ResourcesConfig
CoreDNS disabled:B image:s
DHCPOptions routeMetric:i ipv4:B ipv6:B duidv6:s
Device interface:s deviceSelector:NetworkDeviceSelector addresses:[s] cidr:s routes:[Route] bond:Bond bridge:Bridge bridgePort:BridgePort vlans:[Vlan]#VlanList mtu:i dhcp:B ignore:B dummy:B dhcpOptions:DHCPOptions wireguard:DeviceWireguardConfig vip:DeviceVIPConfig
DeviceVIPConfig ip:s equinixMetal:VIPEquinixMetalConfig hcloud:VIPHCloudConfig
DeviceWireguardConfig privateKey:s listenPort:i firewallMark:i peers:[DeviceWireguardPeer]
DeviceWireguardPeer publicKey:s endpoint:s persistentKeepaliveInterval:i allowedIPs:[s]
DiscoveryRegistriesConfig kubernetes:RegistryKubernetesConfig service:RegistryServiceConfig
DiskPartition size:* mountpoint:s
EncryptionConfig provider:s keys:[EncryptionKey] cipher:s keySize:i blockSize:i options:[s]
EncryptionKey static:EncryptionKeyStatic nodeID:EncryptionKeyNodeID kms:EncryptionKeyKMS slot:i tpm:EncryptionKeyTPM
EncryptionKeyKMS endpoint:s
EncryptionKeyNodeID
EncryptionKeyStatic passphrase:s
EncryptionKeyTPM checkSecurebootStatusOnEnroll:B
EtcdConfig image:s ca:* extraArgs:{*} subnet:s advertisedSubnets:[s] listenSubnets:[s]
ExternalCloudProviderConfig enabled:B manifests:[s]
ExtraHost ip:s aliases:[s]
ExtraMount destination:s type:s source:s options:[s] uidMappings:[LinuxIDMapping] gidMappings:[LinuxIDMapping]
FeaturesConfig rbac:B stableHostname:B kubernetesTalosAPIAccess:KubernetesTalosAPIAccessConfig apidCheckExtKeyUsage:B diskQuotaSupport:B kubePrism:KubePrism hostDNS:HostDNSConfig imageCache:ImageCacheConfig nodeAddressSortAlgorithm:s
FlannelCNIConfig extraArgs:[s] kubeNetworkPoliciesEnabled@13:B
HostDNSConfig enabled:B forwardKubeDNSToHost:B resolveMemberNames:B
ImageCacheConfig localEnabled:B
InstallConfig disk:s diskSelector:InstallDiskSelector extraKernelArgs:[s] image:s extensions:[InstallExtensionConfig] bootloader:B wipe:B legacyBIOSSupport:B grubUseUKICmdline@12:B
InstallDiskSelector size:* name:s model:s serial:s modalias:s uuid:s wwid:s type:s busPath:s
InstallExtensionConfig image:s
KernelConfig modules:[KernelModuleConfig]
KernelModuleConfig name:s parameters:[s]
KubePrism enabled:B port:i
KubeSpanFilters endpoints:[s] excludeAdvertisedNetworks@12:[s]
KubeletConfig image:s clusterDNS:[s] extraArgs:{*} extraMounts:[ExtraMount] extraConfig:meta.Unstructured credentialProviderConfig:meta.Unstructured defaultRuntimeSeccompProfileEnabled:B registerWithFQDN:B nodeIP:KubeletNodeIPConfig skipNodeRegistration:B disableManifestsDirectory:B
KubeletNodeIPConfig validSubnets:[s]
KubernetesTalosAPIAccessConfig enabled:B allowedRoles:[s] allowedKubernetesNamespaces:[s]
LinuxIDMapping containerID:i hostID:i size:i
LoggingConfig destinations:[LoggingDestination]
LoggingDestination endpoint:* format:s extraTags:{s}
MachineConfig type:s token:s ca:* acceptedCAs:[*] certSANs:[s] controlPlane:MachineControlPlaneConfig kubelet:KubeletConfig pods:[meta.Unstructured] network:NetworkConfig disks:[MachineDisk] install:InstallConfig files:[MachineFile] env:{s} time:TimeConfig sysctls:{s} sysfs:{s} registries:RegistriesConfig systemDiskEncryption:SystemDiskEncryptionConfig features:FeaturesConfig udev:UdevConfig logging:LoggingConfig kernel:KernelConfig seccompProfiles:[MachineSeccompProfile] baseRuntimeSpecOverrides:meta.Unstructured nodeLabels:{s} nodeAnnotations:{s} nodeTaints:{s}
MachineControlPlaneConfig controllerManager:MachineControllerManagerConfig scheduler:MachineSchedulerConfig
MachineControllerManagerConfig disabled:B
MachineDisk device:s partitions:[DiskPartition]
MachineFile content:s permissions:i path:s op:s
MachineSchedulerConfig disabled:B
MachineSeccompProfile name:s value:meta.Unstructured
NetworkConfig hostname:s interfaces:[Device]#NetworkDeviceList nameservers:[s] searchDomains:[s] extraHostEntries:[ExtraHost] kubespan:NetworkKubeSpan disableSearchDomain:B
NetworkDeviceSelector busPath:s hardwareAddr:s permanentAddr:s pciID:s driver:s physical:B
NetworkKubeSpan enabled:B advertiseKubernetesNetworks:B allowDownPeerBypass:B harvestExtraEndpoints:B mtu:I filters:KubeSpanFilters
ProxyConfig disabled:B image:s mode:s extraArgs:{*}
RegistriesConfig mirrors:{RegistryMirrorConfig} config:{RegistryConfig}
RegistryAuthConfig username:s password:s auth:s identityToken:s
RegistryConfig tls:RegistryTLSConfig auth:RegistryAuthConfig
RegistryKubernetesConfig disabled:B
RegistryMirrorConfig endpoints:[s] overridePath:B skipFallback:B
RegistryServiceConfig disabled:B endpoint:s
RegistryTLSConfig clientIdentity:* ca:* insecureSkipVerify:B
ResourcesConfig requests:meta.Unstructured limits:meta.Unstructured
Route network:s gateway:s source:s metric:i mtu:i
STP enabled:B
SchedulerConfig image:s extraArgs:{*} extraVolumes:[VolumeMountConfig] env:{s} resources:ResourcesConfig config:meta.Unstructured
SystemDiskEncryptionConfig state:EncryptionConfig ephemeral:EncryptionConfig
TimeConfig disabled:B servers:[s] bootTimeout:i
UdevConfig rules:[s]
Unstructured ...:*
VIPEquinixMetalConfig apiToken:s
VIPHCloudConfig apiToken:s
Vlan addresses:[s] cidr:s routes:[Route] dhcp:B vlanId:i mtu:i vip:DeviceVIPConfig dhcpOptions:DHCPOptions
VolumeMountConfig hostPath:s mountPath:s readonly:b
`;
