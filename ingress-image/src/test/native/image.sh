# Sourced by the scripts beside it, which run in the build root with the image's root at /image: makes of that root what a pod would find.
# shellcheck shell=bash

# As the pod: uid 99, no privilege to be had. "${image[@]}" COMMAND [ARG]...
# shellcheck disable=SC2034,SC2016
image=(setpriv --no-new-privs chroot --userspec=99:99 --groups= /image /bin/sh -c 'export PATH=/usr/local/sbin:/usr/bin:/bin; exec "$@"' -)
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /image/dev/

# A certificate of its own making: certificate KIND, rsa, rsa-BITS, rsa-e3 (an exponent that is rare), ecdsa or ecdsa-CURVE; /tmp/KIND is what a client has to trust
certificate() {
  local options
  case $1 in
    rsa) options=(rsa:2048) ;;
    rsa-e3) options=(rsa:2048 -pkeyopt rsa_keygen_pubexp:3) ;;
    rsa-*) options=("rsa:${1#rsa-}") ;;
    ecdsa) options=(ec -pkeyopt ec_paramgen_curve:P-256) ;;
    ecdsa-*) options=(ec -pkeyopt "ec_paramgen_curve:${1#ecdsa-}") ;;
  esac
  openssl req -x509 -newkey "${options[@]}" -nodes -days 2 -subj /CN=check -addext subjectAltName=DNS:check -keyout /tmp/key -out /tmp/"$1" 2> /dev/null
  cat /tmp/"$1" /tmp/key > /image/etc/haproxy/"$1".pem
  chmod 644 /image/etc/haproxy/"$1".pem
}

# get PORT KIND [OPTION of s_client]...
get() {
  timeout 10 openssl s_client -connect 127.0.0.1:"$1" -CAfile /tmp/"$2" -verify_return_error -servername check -ign_eof "${@:3}" 2>&1 \
    <<< $'GET / HTTP/1.0\r\n\r\n'
}

# command_to SOCKET COMMAND: what HAProxy answers on a socket of its own
command_to() {
  timeout 30 perl -MIO::Socket::UNIX -e '
    my $socket = IO::Socket::UNIX->new(Peer => "/image/var/run/haproxy/$ARGV[0]") or die "$ARGV[0]: $!";
    print $socket "$ARGV[1]\n"; shutdown($socket, 1); print <$socket>' "$1" "$2"
}

# listening PORT: waits for it, at most ten seconds
listening() {
  for _ in $(seq 100); do
    if (: < /dev/tcp/127.0.0.1/"$1") 2> /dev/null; then return 0; fi
    sleep 0.1
  done
  echo "nothing listens on $1" >&2
  return 1
}

# The engine's software path on any CPU, with a double of the library that computes. What it computed stands in /image/tmp/lanes.
computing_double() {
  mkdir /image/tmp/doubles
  gcc -O2 -Wall -Werror -shared -fPIC -Wl,-soname,libcrypto_mb.so.11 -o /image/tmp/doubles/libcrypto_mb.so.11 /check/crypto-mb.c -lcrypto
  head -c 24 /dev/zero > /image/tmp/lanes
  chmod 666 /image/tmp/lanes
  export LD_LIBRARY_PATH=/tmp/doubles${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} CRYPTO_MB_COUNTS=/tmp/lanes
}

# A QAT VF as libqat looks for one, whose device node is only a file: it can be found and opened, and then answers no VFIO call.
broken_vf() {
  local device=devices/pci0000:6b/0000:6b:00.1
  mkdir -p /image/dev/vfio /image/sys/$device /image/sys/kernel/iommu_groups/7/devices
  echo 0x8086 > /image/sys/$device/vendor
  echo 0x4941 > /image/sys/$device/device
  echo 0 > /image/sys/$device/numa_node
  ln -s ../../../../$device /image/sys/kernel/iommu_groups/7/devices/0000:6b:00.1
  : > /image/dev/vfio/vfio
  : > /image/dev/vfio/7
  chmod 666 /image/dev/vfio/*
}
