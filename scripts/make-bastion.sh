#!/usr/bin/env bash
# Writes what an SSH bastion needs to boot: a configuration with a new host key in it, and an xl.cfg.
#
#   scripts/make-bastion.sh [options] DIRECTORY
#
#   --address A/PREFIX   the bastion's address; with --gateway A. Without: DHCP
#   --dns A              a name server, if jumps go to names
#   --user NAME          who may log in (default: you)
#   --key FILE           the user's public key (default: what `ssh-add -L` or ~/.ssh has)
#   --jump HOST:PORTS    where the user may go, as in 10.0.0.0/8:22 or '*.internal:22'; may be repeated
#   --image FILE         the unikernel (default: the newest statecall-bastion.elf.stripped below build/)
#   --bridge NAME        Xen's network bridge (default: xenbr0)
#
# Nothing that is there already is overwritten. What it writes can be changed by hand; then
# `statecall-bastion --check DIRECTORY/bastion.conf` says whether a bastion would start with it.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
fail() { echo "make-bastion.sh: $1" >&2; [ -z "${2:-}" ] || echo "hint: $2" >&2; exit 2; }
usage() { sed -n '2,16s/^# \{0,1\}//p' "$0"; }

address='' gateway='' dns='' user=$(id -un) key='' image='' bridge=xenbr0 directory='' jumps=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --address | --gateway | --dns | --user | --key | --jump | --image | --bridge)
      [ $# -ge 2 ] || fail "$1 wants a value" "--help lists the options"
      case $1 in
        --address) address=$2 ;; --gateway) gateway=$2 ;; --dns) dns=$2 ;; --user) user=$2 ;;
        --key) key=$2 ;; --jump) jumps+=("$2") ;; --image) image=$2 ;; --bridge) bridge=$2 ;;
      esac
      shift ;;
    -*) fail "unknown option '$1'" "--help lists them" ;;
    *) [ -z "$directory" ] || fail "one directory, not '$directory' and '$1'"; directory=$1 ;;
  esac
  shift
done
[ -n "$directory" ] || { usage >&2; exit 2; }
command -v ssh-keygen >/dev/null || fail "ssh-keygen is missing" "apt-get install openssh-client"

# The user's keys: those of the agent, else those that lie in the home directory.
if [ -n "$key" ]; then
  [ -r "$key" ] || fail "cannot read $key"
  keys=$(cat "$key")
else
  keys=$(ssh-add -L 2>/dev/null || true)
  case $keys in
    ssh-* | ecdsa-* | sk-*) ;;
    *) keys=$(cat ~/.ssh/id_*.pub 2>/dev/null || true) ;;
  esac
fi
[ -n "$keys" ] || fail "you have no public key" "ssh-keygen makes one; or name one: --key FILE"
ssh-keygen -l -f /dev/stdin <<<"$keys" >/dev/null || fail "that is no public key: ${key:-of the agent or ~/.ssh}"

if [ -z "$image" ]; then
  image=$(find "$root/build" -name statecall-bastion.elf.stripped -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d' ' -f2-)
  [ -n "$image" ] || echo "note: no statecall-bastion.elf.stripped is built yet; $directory/bastion.cfg has a place for its path" >&2
fi

umask 077
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
for file in bastion.conf bastion.cfg known_hosts; do
  [ ! -e "$directory/$file" ] || fail "$directory/$file is there already"
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ssh-keygen -q -t ed25519 -N '' -C bastion -f "$scratch/host"

{
  echo "# The bastion's configuration; docs/bastion.md explains every keyword. It holds the host key: keep it secret."
  echo "hostname bastion"
  if [ -n "$address" ]; then
    echo "address $address"
    [ -z "$gateway" ] || echo "gateway $gateway"
  else
    echo "dhcp yes"
  fi
  [ -z "$dns" ] || echo "dns $dns"
  echo
  echo "host-key"
  cat "$scratch/host"
  echo
  echo "user $user"
  echo "  console yes"
  while IFS= read -r line; do [ -z "$line" ] || echo "  key $line"; done <<<"$keys"
  if [ "${#jumps[@]}" -gt 0 ]; then
    printf '  jump %s\n' "${jumps[@]}"
  else
    echo "  # Where to: jump 10.0.0.0/8:22 *.internal:22"
  fi
} >"$directory/bastion.conf"

cat >"$directory/bastion.cfg" <<END
# xl create $directory/bastion.cfg
name = "bastion"
type = "pvh"
memory = 32
kernel = "${image:-/path/to/statecall-bastion.elf.stripped}"
ramdisk = "$directory/bastion.conf"
vif = [ 'bridge=$bridge' ]
END

host=${address%/*}
{ echo -n "${host:-bastion} "; cut -d' ' -f1,2 "$scratch/host.pub"; } >"$directory/known_hosts"

check=${STATECALL_BASTION:-$(find "$root/build" -name statecall-bastion -type f -perm -u+x 2>/dev/null | head -n 1)}
[ -n "$check" ] || check=$(command -v statecall-bastion || true)
if [ -n "$check" ]; then
  "$check" --check "$directory/bastion.conf" || { rm -f "$directory"/bastion.{conf,cfg} "$directory/known_hosts"; exit 1; }
fi

cat <<END
Written: $directory/bastion.conf (secret), bastion.cfg, known_hosts

  xl create -c $directory/bastion.cfg      on a Xen host; its console says the address
  cat $directory/known_hosts >>~/.ssh/known_hosts
  ssh ${user}@${host:-ADDRESS} status
  ssh -J ${user}@${host:-ADDRESS} INNER-HOST
END
