/**
 * Modules of Talos' own kernel that people list, in it or beside it: loading them needs no extension (siderolabs/pkgs, kernel configs 1.9 to
 * 1.14; CozyStack's list: cozystack-build §5.2).
 */
export const builtInModules: ReadonlySet<string> = new Set([
  "br_netfilter",
  "dm_crypt",
  "dm_mod",
  "dm_multipath",
  "dm_round_robin",
  "dm_snapshot",
  "dm_thin_pool",
  "geneve",
  "ip_vs",
  "nbd",
  "nvme_tcp",
  "openvswitch",
  "overlay",
  "rbd",
  "tun",
  "uio_pci_generic",
  "vfio",
  "vfio_iommu_type1",
  "vfio_pci",
  "vhost_net",
  "vxlan",
  "wireguard",
]);
