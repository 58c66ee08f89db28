#!/bin/sh
# Runs every benchmark and prints its figures: what a tick costs, how the compiler's time grows with
# the policy, and what verification takes.
# Usage: scripts/bench.sh [BUILD_DIRECTORY]  (default: build/bench, made if need be)
#
# Nothing here passes or fails by a time: figures depend on the machine. Run it on a quiet one.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/bench}
mkdir -p "$(dirname "$build")"

echo "== building (Release)"
if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPL_BUILD_BENCH=ON &&
       cmake --build "$build" --target tick_bench splc read_pcap; } > "$build.log" 2>&1; then
  tail -n 40 "$build.log" >&2
  echo "the build failed; all of its output is in $build.log" >&2
  exit 1
fi

echo "== what a tick costs"
"$build/tests/bench/tick_bench"

echo
echo "== how the compiler's time grows with the policy"
python3 "$root/tests/bench/scaling.py" "$build/spl/driver/splc"

echo
echo "== verification"
python3 "$root/tests/bench/verification.py" "$build/spl/driver/splc" "$root"

echo
echo "== how fast captures are judged (1 GB; needs that much disk)"
python3 "$root/tests/bench/capture_bench.py" "$build/spl/driver/splc" "$build/tests/bench/read_pcap" \
  "$root/xen/policy/tcp.spl"
