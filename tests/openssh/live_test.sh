#!/usr/bin/env bash
# Real OpenSSH sessions on loopback, now: their logs, of both ends, must be accepted by the policy. The
# logs under logs/ are of one version of OpenSSH; this is whatever version is installed.
#
# Usage: live_test.sh SPLC POLICY
set -euo pipefail

splc=$1
policy=$2
scratch=$(mktemp -d "${TMPDIR:-/tmp}/openssh-test.XXXXXX")
chmod 755 "$scratch"
server=
clean_up() {
  status=$?
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$scratch"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fail() {
  echo "FAILED: $1"
  for log in "$scratch/client.log" "$scratch/server.log"; do
    echo "--- $log" && tail -n 30 "$log"
  done
  exit 1
}

account=(-o UsePAM=no)
if [ "$(id -u)" -eq 0 ]; then
  mkdir -p /run/sshd
  account=(-o UsePAM=yes -o PermitRootLogin=prohibit-password)
fi
for key in host user other; do
  ssh-keygen -q -t ed25519 -N '' -C test -f "$scratch/$key"
done
cp "$scratch/user.pub" "$scratch/authorized_keys"

# start_server OPTION...: one server for one session, on a port that is free.
start_server() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + RANDOM % 30000))
    : >"$scratch/server.log"
    /usr/sbin/sshd -D -f /dev/null -E "$scratch/server.log" -p "$port" -o ListenAddress=127.0.0.1 \
      -o HostKey="$scratch/host" -o PidFile=none -o StrictModes=no -o LogLevel=DEBUG3 \
      -o AuthorizedKeysFile="$scratch/authorized_keys" -o PasswordAuthentication=no \
      -o KbdInteractiveAuthentication=no -o Subsystem='sftp internal-sftp' \
      "${account[@]}" "$@" &
    server=$!
    for _ in $(seq 100); do
      if grep -q '^Server listening' "$scratch/server.log"; then return 0; fi
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
  fail "sshd does not start"
}

# session NAME EXPECTED-EXIT-CODE SERVER-OPTION... -- SSH-ARGUMENT...
session() {
  local name=$1 expected=$2 status=0 side
  local options=()
  shift 2
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  start_server "${options[@]}"
  echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$scratch/host.pub")" >"$scratch/known_hosts"
  ssh -F none -vvv -E "$scratch/client.log" -p "$port" -o BatchMode=yes -o IdentitiesOnly=yes \
    -o IdentityAgent=none -o StrictHostKeyChecking=yes -o ConnectTimeout=30 \
    -o UserKnownHostsFile="$scratch/known_hosts" -l "$(id -un)" "$@" \
    >"$scratch/out" 2>"$scratch/errors" </dev/null || status=$?
  [ "$status" -eq "$expected" ] || fail "$name: ssh exited with $status, not $expected"
  for _ in $(seq 100); do
    grep -q '^Disconnected from\|^Connection closed\|^Connection reset' "$scratch/server.log" && break
    sleep 0.1
  done
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
  for side in client server; do
    "$splc" replay --strict --format=openssh "$policy" "$scratch/$side.log" >"$scratch/verdict" ||
      { cat "$scratch/verdict"; fail "$name: the $side's log is refused"; }
    echo "$name, $side: $(sed 's/.*: accepted/accepted/' "$scratch/verdict")"
  done
  rm -f "$scratch/client.log"
}

key=(-i "$scratch/user" 127.0.0.1)
session command 3 -- "${key[@]}" 'echo out; echo err >&2; exit 3'
session terminal 0 -- -tt "${key[@]}" true
session group-exchange 0 -- -o KexAlgorithms=diffie-hellman-group-exchange-sha256 "${key[@]}" true
session group-14 0 -- -o KexAlgorithms=diffie-hellman-group14-sha256 "${key[@]}" true
session curve25519 0 -- -o KexAlgorithms=curve25519-sha256 "${key[@]}" true
session wrong-key 255 -- -i "$scratch/other" 127.0.0.1 true
session subsystem 0 -- -s "${key[@]}" sftp
session rekey 0 -o 'RekeyLimit=200K' -- "${key[@]}" 'head -c 2000000 /dev/zero'
[ "$(wc -c <"$scratch/out")" -eq 2000000 ] || fail "rekey: the data did not come"
