#!/usr/bin/env bash
# Builds the fuzz targets (preset fuzz: clang, libFuzzer, ASan, UBSan), runs each for a given time of
# the processor, whatever else the machine does, and prints what came of it.
#
#   scripts/fuzz.sh [--cpu-seconds N] [--jobs N] [--no-build] [TARGET...]
#
#   --cpu-seconds N   for each target (default 600)
#   --jobs N          targets at a time (default: all processors)
#   --no-build        with what is built
#   TARGET            compile, ssh_session, ...: tests/fuzz/fuzz_TARGET.cpp (default: all)
#
# New inputs, findings and logs of a target go to build/fuzz/runs/TARGET; a later run goes on with
# them. Ends with 1 if there are findings, 2 if it could not run.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

fail() { echo "fuzz.sh: $*" >&2; exit 2; }
number() { [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || fail "$1 wants a number from 1, not '$2'"; }

seconds=600 jobs=$(nproc) build=yes targets=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --cpu-seconds) number "$1" "${2:-}"; seconds=$2; shift ;;
    --jobs) number "$1" "${2:-}"; jobs=$2; shift ;;
    --no-build) build=no ;;
    -*) fail "unknown option '$1'; --help lists them" ;;
    *) [ -f "tests/fuzz/fuzz_$1.cpp" ] || fail "no target '$1': there is no tests/fuzz/fuzz_$1.cpp"
       targets+=("$1") ;;
  esac
  shift
done
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/fuzz_*.cpp; do
    source=${source##*/fuzz_}
    targets+=("${source%.cpp}")
  done
fi

if [ $build = yes ]; then
  cmake --preset fuzz
  cmake --build --preset fuzz -- "${targets[@]/#/fuzz_}"
fi

# Its kept inputs, as in tests/fuzz/CMakeLists.txt.
corpora() {
  case $1 in
    compile | format | engines) echo "$root/tests/fuzz/corpus/policies $root/tests/differential/regressions" ;;
    *) echo "$root/tests/fuzz/corpus/$1" ;;
  esac
}

# libFuzzer knows the clock only, and ends at a finding: again, until the time is used.
run() {
  local target=$1 directory=$root/build/fuzz/runs/$1 used=0 runs=0 executions=0 status took
  local program=$root/build/fuzz/tests/fuzz/fuzz_$1
  [ -x "$program" ] || { echo "fuzz.sh: there is no $program; run without --no-build" >&2; return 1; }
  mkdir -p "$directory/corpus" "$directory/findings"
  while [ "$used" -lt "$seconds" ] && [ "$runs" -lt 50 ]; do
    runs=$((runs + 1))
    status=0
    TIMEFORMAT='%U %S'
    # shellcheck disable=SC2046 # several directories
    { time nice -n 19 "$program" -dict="$root/tests/fuzz/spl.dict" \
      -max_total_time=$((seconds - used)) -timeout=60 -report_slow_units=60 -rss_limit_mb=4096 -print_final_stats=1 \
      -reload=0 -artifact_prefix="$directory/findings/" "$directory/corpus" $(corpora "$target") \
      >"$directory/log" 2>&1 || status=$?; } 2>"$directory/time"
    took=$(awk '{ printf "%d", $1 + $2 + 1 }' "$directory/time")
    used=$((used + took))
    executions=$((executions + $(awk '/stat::number_of_executed_units/ { n = $2 } END { print n + 0 }' "$directory/log")))
    [ $status -eq 0 ] || cp "$directory/log" "$directory/log.failed.$runs"
    echo "$target: $used of $seconds s" >&2
  done
  local covered
  covered=$(grep -ao 'cov: [0-9]* ft: [0-9]*' "$directory/log" | tail -n 1 || true)
  printf '%-16s %6d %12d %8d %7d   %s\n' "$target" "$used" "$executions" \
    $((executions / used)) "$(find "$directory/findings" -type f | wc -l)" "$covered" >"$directory/result"
}

failed=no
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || failed=yes; done
  rm -f "build/fuzz/runs/$target/result"
  run "$target" &
done
while [ -n "$(jobs -rp)" ]; do wait -n || failed=yes; done
[ $failed = no ] || exit 2

printf '%-16s %6s %12s %8s %7s   %s\n' target "CPU s" executions "per s" found coverage
for target in "${targets[@]}"; do cat "build/fuzz/runs/$target/result"; done
for target in "${targets[@]}"; do
  if [ -n "$(ls "build/fuzz/runs/$target/findings")" ]; then
    echo "Findings of $target: build/fuzz/runs/$target/findings" >&2
    failed=yes
  fi
done
[ $failed = no ]
