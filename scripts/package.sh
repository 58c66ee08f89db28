#!/usr/bin/env bash
# Makes the Debian packages: statecall (splc, its manual, policies), libstatecall-dev (what builds a
# program with a monitor inside) and statecall-sshd (the policed SSH server). The same sources give
# the same bytes.
#
#   scripts/package.sh [BUILD_DIRECTORY]     (default: build/package)
#
# Needs what scripts/install-deps.sh package installs. Changes nothing outside the build directory.
set -euo pipefail
umask 022 # its traces are in the packages
root=$(cd "$(dirname "$0")/.." && pwd)
case "${1:-}" in
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
build=${1:-$root/build/package}
mkdir -p "$build"
build=$(cd "$build" && pwd)

# Files carry the time of the last commit; without a repository, that of the changelog.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null) ||
    SOURCE_DATE_EPOCH=$(stat -c %Y "$root/CHANGELOG.md")
fi
export SOURCE_DATE_EPOCH
echo "$SOURCE_DATE_EPOCH" >"$build/source_date_epoch"

# Debian's flags (hardening), without debugging information, and without the paths of this machine.
# Several files are compiled as one: most of the time goes into the headers, and nothing is compiled twice.
# (g++ takes the others for headers then, and warns of what is local to a file.)
flags() { DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get "$1"; }
log=$build/package.log
if ! {
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX=/usr \
    -DCMAKE_CXX_FLAGS="$(flags CPPFLAGS) $(flags CXXFLAGS) -g0 -DNDEBUG \
      -Wno-subobject-linkage -ffile-prefix-map=$build=build -ffile-prefix-map=$root=." \
    -DCMAKE_EXE_LINKER_FLAGS="$(flags LDFLAGS)" -DSPL_BUILD_TESTS=OFF \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8 \
    -DCMAKE_INSTALL_SYSCONFDIR=/etc \
    -DSPL_ZSH_COMPLETION_DIR=share/zsh/vendor-completions &&
    cmake --build "$build" --target splc splc_manual spl_manual statecall-sshd statecall-sftp-server sshd_manual &&
    rm -rf "$build/packages" &&
    (cd "$build" && cpack -G DEB)
} >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "package.sh: failed; all of the output is in $log" >&2
  exit 1
fi

packages=("$build"/packages/*.deb)
printf '%s\n' "${packages[@]}"
echo "To install them: apt-get install ${packages[*]}"
