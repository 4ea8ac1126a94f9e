import type { Tap } from '../../namespaces/tap.ts';

export interface Machine {
  readonly image: string;
  readonly initramfs: string;
  readonly tap: Tap;
}

// Of a network card that leaves nothing undone: every segment is one packet, with its checksum.
const NO_OFFLOADS = [
  ...['csum', 'gso', 'guest_csum', 'guest_tso4', 'guest_tso6', 'guest_ecn', 'guest_ufo'],
  ...['host_tso4', 'host_tso6', 'host_ecn', 'host_ufo', 'mrg_rxbuf'],
]
  .map((name) => `${name}=off`)
  .join(',');

/** The words that start a virtual machine whose serial console is its standard output. */
export function qemu({ image, initramfs, tap }: Machine): string[] {
  return [
    'qemu-system-x86_64',
    // By emulation: there is no KVM in most containers, nor inside most virtual machines.
    ...['-M', 'pc,accel=tcg', '-cpu', 'max', '-m', '256', '-no-reboot'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio'],
    ...['-kernel', image, '-initrd', initramfs],
    // A panic ends it at once, by way of the reboot that is not done.
    ...['-append', 'console=ttyS0 quiet panic=-1 random.trust_cpu=1'],
    ...['-netdev', `tap,id=lab,ifname=${tap.name},script=no,downscript=no,vnet_hdr=off`],
    ...['-device', `virtio-net-pci,netdev=lab,romfile=,mac=${tap.targetMac},${NO_OFFLOADS}`],
  ];
}
