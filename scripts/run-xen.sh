#!/usr/bin/env bash
# Runs a guest under the real Xen 4.17 on a machine without Xen: Xen and a dom0 out of Debian's packages, in QEMU's
# emulation (xen/dom0). The guest's console is here, and ports of 127.0.0.1 lead to it.
#
#   scripts/run-xen.sh                          builds the TCP services (in build/xen), and runs them
#   scripts/run-xen.sh my.elf -- one two        any unikernel, with its command line
#   scripts/run-xen.sh --linux                  Debian's Linux as the guest
#   scripts/run-xen.sh --help                   all options
#
# BUILD_DIR=... builds in another directory.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD_DIR:-$root/build/xen}

fail() { echo "run-xen: error: $1" >&2; [ -z "${2:-}" ] || echo "hint: $2" >&2; exit 2; }

# Whether the words name a guest, or one is not wanted: what is left of them is for run.py.
wants_build=yes skip='' cache=''
for word in "$@"; do
  if [ -n "$skip" ]; then skip=''; continue; fi
  case $word in
    --) break ;;
    -h | --help | --linux) wants_build= ;;
    --cache) skip=yes cache=given ;;
    --cache=*) cache=given ;;
    -p | --port | -m | --memory | --ramdisk) skip=yes ;;
    -*) ;;
    *) wants_build= ;;
  esac
done

if [ -n "$wants_build" ]; then
  "$root/scripts/install-deps.sh" xen || fail "packages are missing" "as root: scripts/install-deps.sh xen"
  echo "run-xen: building the TCP services in $build" >&2
  mkdir -p "$build"
  if ! { [ -f "$build/build.ninja" ] || cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
           -DSPL_BUILD_XEN=ON -DSPL_BUILD_TESTS=OFF -DSPL_BUILD_SSH=OFF; } >"$build/run-xen.log" 2>&1 ||
    ! cmake --build "$build" --target xenrt_tcp >>"$build/run-xen.log" 2>&1; then
    tail -n 25 "$build/run-xen.log" >&2
    fail "the build failed" "all of its output is in $build/run-xen.log"
  fi
  set -- "$build/xen/guest/xenrt_tcp.elf.stripped" "$@"
fi
for program in python3 qemu-system-x86_64 objdump; do
  command -v "$program" >/dev/null || fail "there is no $program" "as root: scripts/install-deps.sh xen"
done
[ -n "$cache" ] || set -- --cache "$root/build/xen-dom0" "$@"
PYTHONDONTWRITEBYTECODE=1 exec python3 "$root/xen/dom0/run.py" "$@"
