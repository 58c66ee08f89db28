#!/usr/bin/env bash
# The policed SSH bastion under the real Xen, on a machine without Xen: builds the unikernel, writes a
# configuration, boots Xen 4.17 and a dom0 out of Debian's packages in QEMU's emulation, creates the guest, jumps
# through it to an SSH server here, looks at its policies, and attacks it.
#
#   scripts/quickstart.sh --xen        as root, or as a user who may use sudo if packages are missing
#
# Everything it makes is in build/xen (BUILD_DIR=... for another place) and in a temporary directory that is
# removed. It listens on 127.0.0.1 only, on free ports, while it runs.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD_DIR:-$root/build/xen}
scratch='' target='' machine=''
started=$SECONDS
bold='' plain='' red=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m' red=$'\e[31m'; fi

title() { printf '\n%s[%d/6] %s%s\n' "$bold" "$1" "$2" "$plain"; }
say() { printf '      %s\n' "$*"; }
indent() { sed 's/^/      | /'; }
fail() {
  printf '\n%squickstart-xen.sh: %s%s\n' "$red" "$1" "$plain" >&2
  [ -z "${2:-}" ] || { echo "The last lines of $2:" >&2; tail -n 25 "$2" | indent >&2; }
  exit 1
}
clean_up() {
  status=$?
  trap - EXIT INT TERM
  for pid in $target $machine; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [ -z "$scratch" ] || rm -rf "$scratch"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# The bastion, as the user "me", and a host behind it, as ourselves.
client() { ssh -F "$scratch/ssh_config" "$@"; }

build_it() {
  title 1 "Installing what is needed, and building the unikernel"
  "$root/scripts/install-deps.sh" xen
  "$root/scripts/install-deps.sh" quickstart
  mkdir -p "$build"
  local begun=$SECONDS
  if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPL_BUILD_XEN=ON -DSPL_BUILD_TESTS=OFF -DSPL_BUILD_SSH=ON &&
         cmake --build "$build" --target statecall-bastion-guest statecall-bastion ssh_attack; } >"$build/quickstart.log" 2>&1; then
    fail "the build failed" "$build/quickstart.log"
  fi
  image=$build/xen/guest/statecall-bastion.elf.stripped
  say "$(stat -c %s "$image") bytes, in $((SECONDS - begun)) s: $image"
}

write_configuration() {
  title 2 "A configuration, and an SSH server to jump to"
  ssh-keygen -q -t ed25519 -N '' -f "$scratch/id"
  ssh-keygen -q -t ed25519 -N '' -f "$scratch/target"
  cp "$scratch/id.pub" "$scratch/authorized_keys"
  target_port=$(free_port) bastion_port=$(free_port)
  # In QEMU's network, 10.0.2.2 is this machine's loopback.
  "$root/scripts/make-bastion.sh" --user me --key "$scratch/id.pub" --address 10.0.2.20/24 --gateway 10.0.2.2 \
    --jump "10.0.2.2:$target_port" --image "$image" "$scratch/bastion" >/dev/null
  "$build/xen/hosted/statecall-bastion" --check "$scratch/bastion/bastion.conf" | sed "s|$scratch/||" | indent
  cat >"$scratch/sshd_config" <<END
ListenAddress 127.0.0.1:$target_port
HostKey $scratch/target
AuthorizedKeysFile $scratch/authorized_keys
StrictModes no
UsePAM no
PidFile none
PermitRootLogin yes
END
  [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
  /usr/sbin/sshd -D -e -f "$scratch/sshd_config" </dev/null 2>"$scratch/sshd.log" &
  target=$!
  { echo "bastion $(cut -d' ' -f2- "$scratch/bastion/known_hosts")"
    echo "[10.0.2.2]:$target_port $(cut -d' ' -f1,2 "$scratch/target.pub")"; } >"$scratch/known_hosts"
  cat >"$scratch/ssh_config" <<END
Host *
  BatchMode yes
  IdentitiesOnly yes
  IdentityFile $scratch/id
  UserKnownHostsFile $scratch/known_hosts
  StrictHostKeyChecking yes
  UpdateHostKeys no
  LogLevel ERROR
Host bastion
  HostName 127.0.0.1
  Port $bastion_port
  HostKeyAlias bastion
  User me
Host inner
  HostName 10.0.2.2
  Port $target_port
  User $(id -un)
  ProxyJump bastion
END
}

boot() {
  title 3 "Xen 4.17 in QEMU's emulation, dom0, and the bastion as its guest"
  PYTHONDONTWRITEBYTECODE=1 python3 "$root/xen/dom0/run.py" --cache "$root/build/xen-dom0" \
    --ramdisk "$scratch/bastion/bastion.conf" -p "$bastion_port:22" "$image" -- </dev/null >"$scratch/console" 2>"$scratch/run.log" &
  machine=$!
  for _ in $(seq 600); do
    grep -q 'serving SSH' "$scratch/console" && break
    kill -0 "$machine" 2>/dev/null || fail "the guest did not come up" "$scratch/run.log"
    sleep 0.5
  done
  grep -q 'serving SSH' "$scratch/console" || fail "the guest did not come up in five minutes" "$scratch/run.log"
  say "its console:"
  indent <"$scratch/console"
}

jump() {
  title 4 "ssh -J: through the unikernel to a server that is not reachable otherwise"
  local text
  text=$(client inner 'echo "here is $(hostname), reached by ${SSH_CONNECTION%% *}"') || fail "no jump" "$scratch/console"
  printf '%s\n' "$text" | indent
  say "to where the configuration does not allow it:"
  client -o LogLevel=INFO bastion -W 10.0.2.2:1 2>&1 | indent || true
}

look() {
  title 5 "ssh bastion policy: where the policies of this connection are"
  client bastion policy >"$scratch/policy" || fail "the bastion does not say" "$scratch/console"
  say "of SSH and of its channel $(grep -cE '^(ssh|channel)' "$scratch/policy") lines, as the client may do many things now; of TCP:"
  grep -E '^(of|tcp)' "$scratch/policy" | indent
}

attack() {
  title 6 "An attack: the client says that it is logged in (CVE-2018-10933)"
  "$build/examples/ssh_attack/ssh_attack" "$bastion_port" forged-success 2>&1 | indent ||
    fail "the attack was not refused" "$scratch/console"
  say "and its console:"
  for _ in $(seq 60); do grep -q 'refused by automaton' "$scratch/console" && break; sleep 0.5; done
  grep -A4 'refused by automaton' "$scratch/console" | indent || fail "the console does not say so" "$scratch/console"
}

main() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/quickstart.XXXXXX")
  chmod 755 "$scratch"
  build_it
  write_configuration
  boot
  jump
  look
  attack
  printf '\n%sDone in %d s.%s docs/bastion.md: how to run it on a Xen host.\n' "$bold" "$((SECONDS - started))" "$plain"
  exit 0 # bash reads no further: the file may change while it runs
}

case "${1:-}" in
  '') main ;;
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0" ;;
  *) echo "quickstart-xen.sh: unknown argument '$1'; --help explains" >&2; exit 2 ;;
esac
