#!/usr/bin/env bash
# The whole of this project in one go, on a fresh Debian 12 machine: build the tools, prove the SSH
# server's policy, compile it to a monitor, run a real OpenSSH session, and two attacks on it, through that
# monitor; then log in to an SSH server that has the monitor inside, and attack it.
#
#   scripts/quickstart.sh            as root, or as a user who may use sudo if packages are missing
#   scripts/quickstart.sh --xen      instead: the policed bastion, a unikernel, under the real Xen
#
# Everything it makes is in build-quickstart/ (BUILD_DIR=... for another place) and in a temporary
# directory that is removed. It listens on 127.0.0.1 only, on a free port, while it runs.
set -euo pipefail
case "${1:-}" in
  '') ;;
  --xen) exec "$(dirname "$0")/quickstart-xen.sh" ;;
  -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "quickstart.sh: unknown argument '$1'; --help explains" >&2; exit 2 ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD_DIR:-$root/build-quickstart}
policy=ssh-server/policy/ssh_all.spl
scratch=
server=
job=
started=$SECONDS
steps=8

# ---- what is shown ------------------------------------------------------------------------------

tty=
[ -t 1 ] && tty=1
bold='' dim='' red='' green='' plain=''
if [ -n "$tty" ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi

title() { printf '\n%s[%d/%d] %s%s\n' "$bold" "$1" "$steps" "$2" "$plain"; }
say() { printf '      %s\n' "$*"; }
indent() { sed 's/^/      | /'; }
fail() {
  printf '\n%squickstart.sh: %s%s\n' "$red" "$1" "$plain" >&2
  [ -z "${2:-}" ] || { echo "The last lines of $2:" >&2; tail -n 25 "$2" | indent >&2; }
  exit 1
}

# run LOG COMMAND...: runs a slow command with its output in LOG and shows that it is alive.
run() {
  local log=$1 begun=$SECONDS shown=0 status=0 last
  shift
  set -m # a process group of its own, so that all of it can be ended
  "$@" >"$log" 2>&1 </dev/null &
  job=$!
  set +m
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.5
    if [ -n "$tty" ]; then
      last=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c 1-60 || true)
      printf '\r\e[K      %s%3d s  %s%s' "$dim" "$((SECONDS - begun))" "$last" "$plain"
    elif [ $((SECONDS - begun - shown)) -ge 15 ]; then
      shown=$((SECONDS - begun))
      last=$(tail -n 1 "$log" | tr -d "\r" | cut -c 1-60)
      say "... still at it after $shown s${last:+: $last}"
    fi
  done
  wait "$job" || status=$?
  job=
  [ -z "$tty" ] || printf '\r\e[K'
  [ "$status" -eq 0 ] || fail "'$*' failed" "$log"
  took=$((SECONDS - begun))
}

clean_up() {
  status=$?
  trap - EXIT INT TERM
  for pid in ${job:+-$job} $server; do kill -- "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [ -z "$scratch" ] || rm -rf "$scratch"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- the steps ----------------------------------------------------------------------------------

install_packages() {
  title 1 "Installing what is needed"
  local had_server=1
  [ -x /usr/sbin/sshd ] || had_server=
  run "$scratch/install.log" "$root/scripts/install-deps.sh" quickstart
  say "compiler, CMake, Bison, Flex, Spin, OpenSSH: all there ($took s)"
  if [ -z "$had_server" ]; then
    say "openssh-server is new on this machine; 'apt-get remove openssh-server' if it is not to stay"
  fi
}

build_tools() {
  title 2 "Building splc, the policy compiler"
  mkdir -p "$build"
  run "$build/configure.log" cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DSPL_BUILD_TESTS=OFF
  run "$build/build.log" cmake --build "$build" --target splc
  splc=$build/spl/driver/splc
  say "built ($took s): $splc"
}

prove_policy() {
  title 3 "Proving the SSH server's policy with Spin"
  say "every state that a connection can be in is visited, for each property"
  run "$build/verify.txt" "$splc" verify "$root/$policy"
  proved=$(sed -n 's/^\([0-9]*\) proved.*/\1/p' "$build/verify.txt")
  states=$(awk '$1 == "proved" && $NF == "MB" { for (i = 2; i <= NF; i++)
                if ($i ~ /^[0-9]+$/) { if ($i + 0 > most) most = $i + 0; break } }
                END { print most }' "$build/verify.txt")
  say "nothing failed: $(tail -n 1 "$build/verify.txt") ($took s)"
  say "at most $states states for one property; among what is proved:"
  for name in no_forged_success strict_means_strict login_before_commands \
    serv_auth_implies_encrypted success_at_most_once full_login_with_exec; do
    grep -E "^proved +$name " "$build/verify.txt" | cut -c 1-60 | indent || true
  done
}

compile_monitor() {
  title 4 "Compiling the same policy to a monitor"
  run "$build/monitor.log" cmake --build "$build" --target ssh_replay
  replay=$build/examples/ssh_replay/ssh_replay
  say "generated C++ and the program around it (examples/ssh_replay) built ($took s)"
}

# Starts sshd on a free port: tries until it can listen.
start_server() {
  local try user_options=(-o UsePAM=no)
  if [ "$(id -u)" -eq 0 ]; then
    # sshd wants its empty directory, and an account without password needs PAM to be let in.
    mkdir -p /run/sshd
    user_options=(-o UsePAM=yes -o PermitRootLogin=prohibit-password)
  fi
  for try in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + (RANDOM + try) % 30000))
    : >"$scratch/server.log"
    /usr/sbin/sshd -D -f /dev/null -E "$scratch/server.log" -p "$port" \
      -o ListenAddress=127.0.0.1 -o HostKey="$scratch/host_key" -o PidFile=none \
      -o AuthorizedKeysFile="$scratch/authorized_keys" -o StrictModes=no -o LogLevel=DEBUG3 \
      -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no "${user_options[@]}" &
    server=$!
    for _ in $(seq 50); do
      if grep -q '^Server listening' "$scratch/server.log"; then return 0; fi
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  done
  fail "sshd does not start" "$scratch/server.log"
}

run_session() {
  title 5 "A real OpenSSH session"
  ssh-keygen -q -t ed25519 -N '' -C 'quickstart host' -f "$scratch/host_key"
  ssh-keygen -q -t ed25519 -N '' -C 'quickstart user' -f "$scratch/user_key"
  cp "$scratch/user_key.pub" "$scratch/authorized_keys"
  start_server
  echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$scratch/host_key.pub")" >"$scratch/known_hosts"
  say "sshd listens on 127.0.0.1:$port with keys made a moment ago"
  local command='echo "hello from inside the session"; exit 0'
  say "\$ ssh -vvv -p $port $(id -un)@127.0.0.1 '$command'"
  if ! ssh -F none -vvv -E "$scratch/client.log" -p "$port" -i "$scratch/user_key" \
    -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes -o ConnectTimeout=20 \
    -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$scratch/known_hosts" \
    -o GlobalKnownHostsFile=none "$(id -un)@127.0.0.1" "$command" \
    >"$scratch/output" 2>"$scratch/errors" </dev/null; then
    tail -n 15 "$scratch/server.log" | indent >&2
    fail "the login failed; the server's last words are above" "$scratch/client.log"
  fi
  indent <"$scratch/output"
  # The server writes its last lines after the client has gone.
  for _ in $(seq 50); do
    grep -q '^Disconnected from\|^Connection closed' "$scratch/server.log" && break
    sleep 0.1
  done
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}

check_session() {
  title 6 "That session, message by message, through the monitor"
  local side
  for side in client server; do
    "$replay" --print "$scratch/$side.log" >"$build/session.$side.trace" ||
      fail "no session in the $side's log" "$scratch/$side.log"
    say "as the $side logged it:"
    "$replay" "$build/session.$side.trace" | indent ||
      fail "the monitor refuses what OpenSSH did: a bug in the policy or in the log reader"
  done
  "$splc" replay --format=openssh "$root/$policy" "$scratch/client.log" >"$scratch/replay.txt" 2>&1 ||
    fail "splc replay disagrees with the monitor" "$scratch/replay.txt"
  say "splc replay --format=openssh says the same; it reads any log of ssh -vvv or sshd -ddd"
}

# attack NAME TRACE: the monitor must refuse it.
attack() {
  local status=0
  "$replay" "$2" >"$scratch/attack.txt" 2>&1 || status=$?
  indent <"$scratch/attack.txt"
  [ "$status" -eq 1 ] || fail "the monitor did not refuse the attack '$1'"
}

attack_session() {
  title 7 "Two attacks on the same session"
  local trace=$build/session.server.trace
  say "CVE-2018-10933: instead of asking to be authenticated, the client sends the server's own"
  say "USERAUTH_SUCCESS, and then opens a session. libssh's server let it in."
  {
    sed '/^Receive_Auth_/,$d' "$trace"
    echo Receive_Auth_Success
    echo Receive_Connection_Open_Session
    echo Receive_Channel_Request_Exec
  } >"$build/attack.forged-success.trace"
  attack "forged success" "$build/attack.forged-success.trace"
  echo
  say "CVE-2023-48795 (Terrapin): somebody on the way injects an IGNORE before NEWKEYS, to remove a"
  say "later message unnoticed. Strict key exchange forbids it."
  if grep -q '^Notify_Kex_Plain' "$trace"; then
    say "(The OpenSSH of this machine is older than strict key exchange; the session is taken as if"
    say "both sides had offered it. Without it the protocol allows the IGNORE.)"
  fi
  sed -e 's/^Notify_Kex_Plain$/Notify_Kex_Strict/' \
    -e '/^Receive_Kex_/{' -e 'i Receive_Transport_Ignore' -e '}' "$trace" \
    >"$build/attack.terrapin.trace"
  attack "Terrapin" "$build/attack.terrapin.trace"
}

# Starts statecall-sshd as whoever runs this, on a free port.
start_policed_server() {
  local try
  for try in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + (RANDOM + try) % 30000))
    : >"$scratch/policed.log"
    "$build/ssh-server/statecall-sshd" --user-mode --port "$port" -h "$scratch/host_key" \
      -o ListenAddress=127.0.0.1 -o AuthorizedKeysFile="$scratch/authorized_keys" -o StrictModes=no \
      -E "$scratch/policed.log" >"$scratch/policed.out" 2>&1 &
    server=$!
    for _ in $(seq 50); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return 0; fi
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  done
  cat "$scratch/policed.out" >>"$scratch/policed.log"
  fail "statecall-sshd does not start" "$scratch/policed.log"
}

policed_server() {
  title 8 "An SSH server with the monitor inside"
  run "$build/server.log" cmake --build "$build" --target statecall-sshd ssh_attack
  say "statecall-sshd built ($took s)"
  start_policed_server
  echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$scratch/host_key.pub")" >"$scratch/known_hosts"
  local command='echo "hello from a policed server"'
  say "\$ ssh -p $port $(id -un)@127.0.0.1 '$command'"
  ssh -F none -p "$port" -i "$scratch/user_key" -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
    -o ConnectTimeout=20 -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$scratch/known_hosts" \
    -o GlobalKnownHostsFile=none -o LogLevel=ERROR "$(id -un)@127.0.0.1" "$command" \
    >"$scratch/output" 2>"$scratch/errors" </dev/null ||
    { indent <"$scratch/errors" >&2; fail "the login failed" "$scratch/policed.log"; }
  indent <"$scratch/output"
  say "the same attack as above, now on this server:"
  "$build/examples/ssh_attack/ssh_attack" "$port" forged-success >"$scratch/attack.txt" 2>&1 ||
    { indent <"$scratch/attack.txt" >&2; fail "the server did not refuse the attack" "$scratch/policed.log"; }
  indent <"$scratch/attack.txt"
  say "and its log:"
  # In short: what was refused, the line of the policy, what came before.
  sed 's/^.*sshd\[[0-9]*\]: //' "$scratch/policed.log" |
    awk '/refused by automaton/ { print; next } /^ *::: / { show = 1 } /^accepted here/ { show = 0 }
         /^the last statecalls/ { show = 1 } /^Connection closed/ { show = 0 } show' | indent
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}

summary() {
  printf '\n%s%sDone in %d s.%s\n\n' "$bold" "$green" "$((SECONDS - started))" "$plain"
  cat <<TEXT
  One text, $policy, says in which order an SSH server may receive and
  send its messages. From it,
    - Spin has proved $proved statements about every possible run (all of them: $build/verify.txt);
    - splc has made a monitor. It let a real OpenSSH session pass, from both ends' logs, and refused
      the first wrong message of two well-known attacks, naming the lines of the policy;
    - statecall-sshd has that monitor inside: you logged in to it, and it refused the attack.
  What the monitor lets pass is a run that the proof has covered: that is the point.

  Next:
    $splc check $policy
    $splc simulate $policy
    ssh -vvv HOST true 2>log; $splc replay --format=openssh ssh-server/policy/ssh.spl log
    less $build/verify.txt
    $build/ssh-server/statecall-sshd --user-mode --port 2222        (docs/ssh-server.md)
TEXT
}

main() {
  cd "$root"
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/quickstart.XXXXXX")
  chmod 755 "$scratch"
  install_packages
  build_tools
  prove_policy
  compile_monitor
  run_session
  check_session
  attack_session
  policed_server
  summary
  exit 0 # bash reads no further: the file may change while it runs
}

main
