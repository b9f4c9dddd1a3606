# Sourced by scripts that want a CPU with AVX-512 IFMA, which this machine need not have: boots the image in a PC that Bochs computes instruction by instruction, under the
# guest kernel of kata-kernel-config. Wants the emulator's root at /emulator and the kernel at /kernel. About 50 million instructions a second, half a minute until it is up.
# shellcheck shell=bash

# emulate COMMAND [ARG]...: runs a command in a machine whose root is the image's, with what lies at /image (but the controller), with busybox and with
# the programs and files of /tmp/inside. What it prints is printed here; what it and the kernel say besides goes to standard error at the end.
# It has EMULATED_CPUS (1) of the model EMULATED_CPU (Ice Lake), all of which are computed by one of this machine's; its clock counts instructions.
emulate() {
  local from=/emulator/usr libraries=/emulator/usr/lib/x86_64-linux-gnu
  from_emulator() { /emulator/lib64/ld-linux-x86-64.so.2 --library-path $libraries "$@"; }
  mkdir -p /tmp/disc/isolinux /tmp/inside/bb
  install -m 755 /check/emulated-init /tmp/inside/init
  cp $from/bin/busybox /tmp/inside/bb/
  {
    (cd /image && find . -path ./haproxy-ingress-controller -prune -o \( -path './dev/*' -o -path './sys/*' -o -path './proc/*' \) -prune -o -print | /tmp/inside/bb/busybox cpio -o -H newc)
    (cd /tmp/inside && find . | /tmp/inside/bb/busybox cpio -o -H newc)
    cd / && find check | /tmp/inside/bb/busybox cpio -o -H newc
  } > /tmp/disc/files
  cp /kernel/bzImage $from/lib/ISOLINUX/isolinux.bin $from/lib/syslinux/modules/bios/ldlinux.c32 /tmp/disc/isolinux/
  # no_timer_check: the emulated timer and the CPU do not run at each other's pace.
  cat > /tmp/disc/isolinux/isolinux.cfg <<CONFIGURATION
default image
label image
  kernel /isolinux/bzImage
  append initrd=/files console=ttyS0 quiet mitigations=off no_timer_check random.trust_cpu=on panic=-1 -- $*
CONFIGURATION
  from_emulator $from/bin/xorriso -as mkisofs -quiet -o /tmp/disc.iso -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
    /tmp/disc
  cat > /tmp/bochsrc <<CONFIGURATION
display_library: rfb, options="timeout=0"
cpu: model=${EMULATED_CPU:-corei7_icelake_u}, count=${EMULATED_CPUS:-1}, ips=50000000, reset_on_triple_fault=0
megs: 1024
romimage: file=$from/share/bochs/BIOS-bochs-latest
vgaromimage: file=$from/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=/tmp/disc.iso, status=inserted
boot: cdrom
clock: sync=none, time0=utc
com1: enabled=1, mode=file, dev=/tmp/console
com2: enabled=1, mode=file, dev=/tmp/printed
log: /tmp/bochs.log
error: action=ignore
CONFIGURATION
  : > /tmp/printed
  LTDL_LIBRARY_PATH=$libraries/bochs/plugins from_emulator $from/bin/bochs-bin -q -f /tmp/bochsrc < /dev/null > /tmp/bochs.out 2>&1 &
  tail --follow --lines=+1 --sleep-interval=0.5 --pid=$! /tmp/printed | sed --unbuffered 's/\r$//'
  tr -d '\r' < /tmp/console >&2
  grep -q '^ended 0' /tmp/printed || { tail -n 5 /tmp/bochs.out /tmp/bochs.log >&2; echo "the emulated machine did not come to its end" >&2; return 1; }
}
