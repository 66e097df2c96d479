#!/usr/bin/env bash
# Builds mediasoup's worker from the C++ sources inside its npm package against Debian's libraries, for
# machines that reach neither mediasoup's prebuilt binaries nor the sources its own build downloads.
#
#   usage: build.sh WORKER_SOURCES OUTPUT      (node_modules/mediasoup/worker, the file to make)
#
# Safe to run again and by two at once: one builds under a lock, the other waits and finds it made. A build
# that was interrupted goes on where it stopped. The output appears by a rename, so it is whole or not there.
set -euo pipefail

sources=$(realpath "$1")
output=$(realpath -m "$2")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

mkdir -p "$(dirname "$output")"
exec 9>"$output.lock"
flock 9
[ ! -x "$output" ] || exit 0

build="$output.build"
mkdir -p "$build"
cd "$build"

if [ ! -d worker ]; then
  rm -rf worker.new
  mkdir worker.new
  cp -a "$sources"/{src,include,fbs,deps,meson.build} worker.new/

  # The callback of the DTLS transport's memory BIO answers 1 to every control call, because it compares the
  # operation with BIO_CB_RETURN where that is one bit of it. An OpenSSL with kernel TLS compiled in (Debian's)
  # then takes the BIO for a kernel TLS socket and crashes in the first handshake with a browser.
  dtls=worker.new/src/RTC/DtlsTransport.cpp
  wrong='(operationType == BIO_CB_RETURN)'
  right='(operationType \& BIO_CB_RETURN)'
  if [ "$(grep -cF "$wrong" "$dtls")" != 1 ]; then
    echo "$dtls: the BIO callback is not as expected; this script is for another version of mediasoup" >&2
    exit 1
  fi
  sed -i "s/$wrong/$right/" "$dtls"
  mv worker.new worker
fi

run_make() { make -s -f "$here/Makefile" SRC=worker SHIM="$here/include" "$@"; }
total=$(run_make count)
run_make -j"$(nproc)" mediasoup-worker |
  awk -v total="$total" '/^compiled / { n++; if (n % 25 == 0) { print "  compiled " n " of " total; fflush() } }'

mv mediasoup-worker "$output"
cd /
rm -rf "$build"
