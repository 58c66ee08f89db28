#!/bin/sh
# Runs every benchmark, prints its figures and draws them: what a tick costs, by itself and with a
# million monitors; what a monitor costs to compile; how the compiler's time grows with the policy;
# what verification takes; what a fuzzer gains; the SSH server beside OpenSSH's and Dropbear; the TCP
# unikernel and the SSH bastion beside Linux as guests of Xen.
#
#   scripts/bench.sh [BUILD_DIRECTORY]       (default: build/bench, made if need be)
#
# Results are in BUILD_DIRECTORY/results; with python3-matplotlib (scripts/install-deps.sh bench)
# also as pictures, which docs/performance.md shows from docs/performance/.
# Nothing here passes or fails by a time: figures depend on the machine. Run it on a quiet one.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
case "${1:-}" in
  -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
build=${1:-$root/build/bench}
results=$build/results
mkdir -p "$results"

echo "== building (Release)"
if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPL_BUILD_BENCH=ON &&
       cmake --build "$build" --target tick_bench many_bench splc read_pcap statecall-sshd; } > "$build.log" 2>&1; then
  tail -n 40 "$build.log" >&2
  echo "the build failed; all of its output is in $build.log" >&2
  exit 1
fi
splc=$build/spl/driver/splc

echo "== what a tick costs"
"$build/tests/bench/tick_bench" --benchmark_out="$results/tick.json"

echo
echo "== many monitors at a time"
"$build/tests/bench/many_bench" --benchmark_out="$results/many.json"

echo
echo "== what a monitor costs to compile"
python3 "$root/tests/bench/compile_cost.py" "$build" --json "$results/compile.json"

echo
echo "== how the compiler's time grows with the policy"
python3 "$root/tests/bench/scaling.py" "$splc"

echo
echo "== verification"
python3 "$root/tests/bench/verification.py" "$splc" "$root"

echo
echo "== how fast captures are judged (1 GB; needs that much disk)"
python3 "$root/tests/bench/capture_bench.py" "$splc" "$build/tests/bench/read_pcap" \
  "$root/xen/policy/tcp.spl"

echo
echo "== what a fuzzer gains by a policy"
python3 "$root/tests/bench/fuzz_kit.py" "$splc"

echo
echo "== SSH servers (needs root)"
if [ "$(id -u)" -eq 0 ]; then
  /usr/bin/python3 "$root/tests/bench/ssh_bench.py" "$build" --json "$results/ssh.json"
else
  echo "none: the servers log in as root"
fi

echo
echo "== a unikernel and a Linux guest under the same Xen (in emulation)"
xen_build=$build/xen-guests
if { cmake -S "$root" -B "$xen_build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPL_BUILD_XEN=ON -DSPL_BUILD_TESTS=OFF &&
     cmake --build "$xen_build" --target xenrt_tcp xenrt_tcp_unpoliced statecall-bastion-guest \
       statecall-bastion-unpoliced; } > "$build.xen.log" 2>&1; then
  /usr/bin/python3 "$root/tests/bench/xen_guest.py" "$xen_build" --json "$results/xen.json"
  echo
  echo "== the SSH bastion and sshd in a Linux guest under the same Xen (in emulation)"
  mkdir -p /run/sshd 2>/dev/null || true
  /usr/bin/python3 "$root/tests/bench/bastion.py" "$xen_build" --json "$results/bastion.json"
  /usr/bin/python3 "$root/tests/bench/attack_surface.py" "$xen_build" --json "$results/attack_surface.json"
else
  echo "none: the build failed; its output is in $build.xen.log" >&2
fi

echo
echo "== pictures"
if /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then
  /usr/bin/python3 "$root/tests/bench/plot.py" "$results" "$results"
else
  echo "none: python3-matplotlib is not installed (scripts/install-deps.sh bench)"
fi
