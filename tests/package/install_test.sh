#!/usr/bin/env bash
# Installs the packages with dpkg, builds somebody else's project from nothing but them (with CMake,
# and with make and pkg-config), removes them, and looks for what was left behind.
#
#   install_test.sh PACKAGE_DIRECTORY CONSUMER_DIRECTORY SCRATCH_DIRECTORY SOURCE_DIRECTORY
#
# The machine is not changed: everything happens in a view of it whose changes are kept in memory
# (an overlay file system in a mount namespace of its own), in which the sources cannot be seen.
# Where that cannot be had, the packages are really installed and removed, but only by CI=true and
# root; else the test is skipped (77), with the reason.
set -euo pipefail

fail() { echo "install_test.sh: $*" >&2; exit 1; }

# What is installed, one path a line; without caches, which are not the packages'.
listing() {
  find /usr /etc /opt /var/lib -xdev -not -path '/var/lib/dpkg/*' -not -path '*/__pycache__*' | LC_ALL=C sort
  find /var/lib/dpkg/info | LC_ALL=C sort
}

# expect STATUS PATTERN COMMAND...
expect() {
  local wanted=$1 pattern=$2 status=0 output
  shift 2
  output=$("$@" 2>&1) || status=$?
  if [ "$status" -ne "$wanted" ] || ! grep -qE -- "$pattern" <<<"$output"; then
    fail "$*: exit $status instead of $wanted, or no '$pattern' in:"$'\n'"$output"
  fi
}

expect_light() {
  expect 0 '^finished$' "$1" Show_Red Show_Green Show_Yellow Report_Failure
  expect 3 "'Show_Green' refused by automaton 'light'" "$1" Show_Green
}

# asks_for WORDS...: a project that only asks for the package, in these words.
asks_for() {
  rm -rf asks
  mkdir asks
  printf 'cmake_minimum_required(VERSION 3.20)\nproject(Asks LANGUAGES NONE)\n%s\n' \
    "find_package(Statecall REQUIRED $*)" >asks/CMakeLists.txt
  cmake -S asks -B asks/build 2>&1 | tr -s ' \n' ' '
  return "${PIPESTATUS[0]}"
}

# The server as its unit starts it, but for the port. Its first start makes the keys that --purge removes.
serve() {
  local port server
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  expect 0 '' statecall-sshd -t
  statecall-sshd -D -p "$port" >sshd.log 2>&1 &
  server=$!
  for _ in $(seq 100); do
    if ssh-keyscan -p "$port" 127.0.0.1 2>/dev/null | grep -q ssh; then break; fi
    sleep 0.1
  done
  expect 0 'ssh-ed25519' ssh-keyscan -p "$port" 127.0.0.1
  expect 0 'SFTP' man -P cat statecall-sshd
  kill "$server"
  wait "$server" || fail "statecall-sshd ended with $?: $(cat sshd.log)"
}

# Runs where packages may be installed; the packages and the consumer lie in the current directory.
inside() {
  export LC_ALL=C.UTF-8 HOME=$PWD
  unset CMAKE_PREFIX_PATH PKG_CONFIG_PATH
  if dpkg-query -W -f='${Status}' statecall libstatecall-dev statecall-sshd 2>/dev/null | grep -q 'ok installed'; then
    fail "the packages are installed already: remove them first"
  fi
  listing >before
  dpkg -i ./*.deb >dpkg.log 2>&1 || fail "dpkg -i: $(cat dpkg.log)"
  expect 0 '^splc [0-9.]+$' splc --version
  expect 0 'splc-verify.1' man -w splc-verify
  expect 0 '' splc check /usr/share/statecall/policy/ssh/ssh_all.spl /usr/share/statecall/policy/tcp/tcp.spl

  expect 0 '' cmake -S consumer -B build-cmake -DCMAKE_BUILD_TYPE=Debug
  expect 0 'Compiling policy' cmake --build build-cmake
  expect_light build-cmake/light
  expect 0 '' make -C consumer
  expect_light consumer/light
  expect 0 'up to date' make -C consumer
  expect 0 '' cmake -S /usr/share/doc/statecall/examples/ping -B build-ping -DCMAKE_BUILD_TYPE=Debug

  expect 0 '' asks_for COMPONENTS rt
  expect 1 "no component 'sshd': the components are rt and splc" asks_for COMPONENTS rt sshd
  # Headers without the compiler, as on a machine that only compiles what was generated elsewhere.
  dpkg -r --force-depends statecall >dpkg.log 2>&1 || fail "dpkg -r: $(cat dpkg.log)"
  expect 0 '' asks_for COMPONENTS rt
  expect 1 "Component splc: there is no splc at /usr/.*Debian package 'statecall'" asks_for


  serve
  dpkg --purge libstatecall-dev statecall statecall-sshd >dpkg.log 2>&1 || fail "dpkg --purge: $(cat dpkg.log)"
  listing >after
  diff before after || fail "removing the packages left the above behind (> more, < less than before)"
  echo "installed, used and removed"
}

if [ "${1:-}" = --inside ]; then
  cd "$2"
  inside
  exit 0
fi

packages=$1 consumer=$2 scratch=$3 source=$4
shopt -s nullglob
debs=("$packages"/*.deb)
[ "${#debs[@]}" -gt 0 ] || fail "no packages in $packages"

if [ "${5:-}" = --view ]; then # in a mount namespace of our own
  mount -t tmpfs tmpfs "$scratch"
  mkdir "$scratch"/{changes,work,view}
  mount -t overlay overlay "$scratch/view" \
    -o "lowerdir=/,upperdir=$scratch/changes,workdir=$scratch/work"
  for directory in proc dev; do mount --rbind "/$directory" "$scratch/view/$directory"; done
  place=$(mktemp -d "$scratch/view/root/statecall-test.XXXXXX")
  cp -r "${debs[@]}" "$consumer" "$0" "$place"
  if [ -d "$scratch/view$source" ]; then mount -t tmpfs tmpfs "$scratch/view$source"; fi
  inner=${place#"$scratch/view"}
  exec chroot "$scratch/view" /bin/bash "$inner/${0##*/}" --inside "$inner"
fi

mkdir -p "$scratch"
if [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null &&
  unshare --mount sh -c 'mount -t tmpfs tmpfs "$1" && mkdir "$1/a" "$1/b" "$1/c" &&
    mount -t overlay overlay "$1/c" -o "lowerdir=/,upperdir=$1/a,workdir=$1/b"' sh "$scratch" 2>/dev/null; then
  echo "way: in an overlay over /, which is gone afterwards"
  exec unshare --mount "$BASH" "$0" "$packages" "$consumer" "$scratch" "$source" --view
fi
if [ "$(id -u)" -eq 0 ] && [ "${CI:-}" = true ]; then
  echo "way: on this machine itself (CI=true; no overlay to be had)"
  place=$(mktemp -d)
  trap 'dpkg --purge libstatecall-dev statecall statecall-sshd >/dev/null 2>&1 || true; rm -rf "$place"' EXIT
  cp -r "${debs[@]}" "$consumer" "$place"
  bash "$0" --inside "$place"
  exit 0
fi
echo "skipped: installing packages without changing the machine takes root and an overlay file system"
exit 77
