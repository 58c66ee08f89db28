#!/usr/bin/env bash
# Installs the Debian 12 packages that this project needs.
#
#   scripts/install-deps.sh build        to build and use splc: compilers, generators, libraries, Spin
#   scripts/install-deps.sh package      those, and what makes Debian packages
#   scripts/install-deps.sh quickstart   as build, the SSH server, and OpenSSH's client and server
#   scripts/install-deps.sh xen          as build, and what the unikernel and scripts/run-xen.sh need
#   scripts/install-deps.sh test         all that, and what the tests need
#   scripts/install-deps.sh docs         as build, and what scripts/docs.sh needs
#   scripts/install-deps.sh bench        what the benchmarks and their pictures need
#   scripts/install-deps.sh fuzz         what scripts/fuzz.sh needs, with both of its engines
#
# Does nothing if all are there. Needs root, or sudo.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build ccache bison flex xz-utils
  libfmt-dev libcli11-dev libpcap-dev libboost1.81-dev
  spin tcc gcc graphviz
)
# statecall-sshd
server_packages=(
  libssl-dev zlib1g-dev libexpected-dev libboost1.81-dev libseccomp-dev libpam0g-dev libcrypt-dev
)
# The unikernel: Xen's headers; QEMU boots it and Xen in the tests, dnsmasq gives it addresses.
unikernel_packages=(libxen-dev libssl-dev qemu-system-x86 seabios python3 binutils dpkg-dev dnsmasq-base)
test_packages=(
  mold
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  libboost1.81-dev ragel clang python3 man-db tcpdump iproute2
  python3-pil fontconfig fonts-dejavu-core  # how wide the texts of pictures are
  parallel rsync slurmctld slurmd slurm-client munge iproute2
)
browser_packages=(chromium)  # looks at the debugger's page
package_packages=(dpkg-dev file go-md2man)
shell_packages=(zsh fish pkg-config make lintian)  # completions, packages: looked at
# The files for editors are tested in the editors.
editor_packages=(vim neovim emacs-nox elpa-eglot libtree-sitter-dev)
# Node.js of another source may have npm in it, and does not go together with Debian's.
node_packages=(nodejs npm)
if command -v node >/dev/null && command -v npm >/dev/null; then node_packages=(); fi
docs_packages=(mkdocs mkdocs-material)  # scripts/docs.sh; draws with graphviz
bench_packages=(python3-matplotlib)
fuzz_packages=(clang libclang-rt-dev afl++ dpkg-dev)
ssh_packages=(openssh-client openssh-server)
# Other people's clients, which the SSH server is tested with.
client_packages=(
  dropbear-bin putty-tools python3-paramiko python3-asyncssh lftp sshfs ssh-audit curl git ansible-core fail2ban
)

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0"; }

case "${1:-test}" in
  build) wanted=("${build_packages[@]}") ;;
  package) wanted=("${build_packages[@]}" "${server_packages[@]}" "${package_packages[@]}") ;;
  quickstart) wanted=("${build_packages[@]}" "${ssh_packages[@]}"
    "${server_packages[@]}") ;;
  xen) wanted=("${build_packages[@]}" "${unikernel_packages[@]}") ;;
  test | all) wanted=("${build_packages[@]}" "${ssh_packages[@]}" "${test_packages[@]}"
    "${server_packages[@]}" "${client_packages[@]}" "${unikernel_packages[@]}"
    "${package_packages[@]}" "${shell_packages[@]}" "${docs_packages[@]}" "${editor_packages[@]}"
    "${node_packages[@]}" "${browser_packages[@]}") ;;
  docs) wanted=("${build_packages[@]}" "${server_packages[@]}" "${unikernel_packages[@]}" "${docs_packages[@]}") ;;
  bench) wanted=("${build_packages[@]}" "${ssh_packages[@]}" "${test_packages[@]}" "${server_packages[@]}"
    "${client_packages[@]}" "${unikernel_packages[@]}" "${bench_packages[@]}") ;;
  fuzz) wanted=("${build_packages[@]}" "${server_packages[@]}" "${unikernel_packages[@]}"
    "${test_packages[@]}" "${fuzz_packages[@]}") ;;
  -h | --help) usage; exit 0 ;;
  *) echo "install-deps.sh: unknown argument '$1'" >&2; usage >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install-deps.sh: these packages are missing, and neither root nor sudo is at hand:" >&2
    echo "  ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "install-deps.sh: '$*' failed; its output is above" >&2
    exit 1
  fi
}
run apt-get update -q
run apt-get install -q -y --no-install-recommends "${missing[@]}"
