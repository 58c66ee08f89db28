#!/usr/bin/env bash
# Builds the fuzz targets with ASan and UBSan for libFuzzer (preset fuzz, clang) or AFL++ (preset afl),
# runs each for a given time of the processor, whatever else the machine does, and prints what came
# of it.
#
#   scripts/fuzz.sh [--engine libfuzzer|afl] [--cpu-seconds N] [--jobs N] [--no-build] [TARGET...]
#
#   --engine E        libfuzzer (default) or afl
#   --cpu-seconds N   for each target (default 600)
#   --jobs N          targets at a time (default: all processors)
#   --no-build        with what is built
#   TARGET            compile, ssh_session, ...: tests/fuzz/fuzz_TARGET.cpp (default: all)
#
# New inputs, findings and logs of a target go to build/fuzz/runs/TARGET, or build/afl/runs/TARGET; a
# later run goes on with them. Needs no settings of the machine's. Ends with 1 if there are findings, 2
# if it could not run.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

fail() { echo "fuzz.sh: $*" >&2; exit 2; }
number() { [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || fail "$1 wants a number from 1, not '$2'"; }

engine=libfuzzer seconds=600 jobs=$(nproc) build=yes targets=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,18s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --engine) engine=${2:-}; shift ;;
    --cpu-seconds) number "$1" "${2:-}"; seconds=$2; shift ;;
    --jobs) number "$1" "${2:-}"; jobs=$2; shift ;;
    --no-build) build=no ;;
    -*) fail "unknown option '$1'; --help lists them" ;;
    *) [ -f "tests/fuzz/fuzz_$1.cpp" ] || fail "no target '$1': there is no tests/fuzz/fuzz_$1.cpp"
       targets+=("$1") ;;
  esac
  shift
done
case $engine in
  libfuzzer) preset=fuzz ;;
  afl)
    preset=afl
    command -v afl-fuzz >/dev/null || fail "there is no afl-fuzz: scripts/install-deps.sh fuzz" ;;
  *) fail "--engine wants libfuzzer or afl, not '$engine'" ;;
esac
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/fuzz_*.cpp; do
    source=${source##*/fuzz_}
    targets+=("${source%.cpp}")
  done
fi

if [ $build = yes ]; then
  cmake --preset $preset
  cmake --build "build/$preset" --target "${targets[@]/#/fuzz_}"
fi

# Its kept inputs, as in tests/fuzz/CMakeLists.txt.
corpora() {
  case $1 in
    compile | format | engines) echo "$root/tests/fuzz/corpus/policies $root/tests/differential/regressions" ;;
    *) echo "$root/tests/fuzz/corpus/$1" ;;
  esac
}

# Once, for at most that many seconds of the clock: run_ENGINE TARGET DIRECTORY PROGRAM SECONDS.
run_libfuzzer() {
  # shellcheck disable=SC2046 # several directories
  nice -n 19 "$3" -dict="$root/tests/fuzz/spl.dict" \
    -max_total_time="$4" -timeout=60 -report_slow_units=60 -rss_limit_mb=4096 -print_final_stats=1 \
    -reload=0 -artifact_prefix="$2/findings/" "$2/corpus" $(corpora "$1")
}

# AFL++ wants the machine set up for it (where core dumps go, how fast the processor is, which
# processor is its own): none of it is needed to find something, and none of it is changed.
run_afl() {
  local input=$2/seeds
  if [ -e "$2/corpus/default/fuzzer_stats" ]; then
    input=-
  else
    # shellcheck disable=SC2046 # several directories
    rm -rf "$2/seeds" "$2/corpus" && mkdir -p "$2/seeds" && find $(corpora "$1") -type f -size +0c \
      -exec cp --backup=numbered -t "$2/seeds" {} +
  fi
  env AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 \
    AFL_FORKSRV_INIT_TMOUT=60000 AFL_FAST_CAL=1 \
    nice -n 19 afl-fuzz -i "$input" -o "$2/corpus" -x "$root/tests/fuzz/spl.dict" -m none -t 60000 \
    -V "$4" -- "$3"
}

# What the last run says of itself.
executions_libfuzzer() { awk '/stat::number_of_executed_units/ { n = $2 } END { print n + 0 }' "$1/log"; }
coverage_libfuzzer() { grep -ao 'cov: [0-9]* ft: [0-9]*' "$1/log" | tail -n 1; }
# The engine counts on when it goes on.
executions_afl() {
  awk '$1 == "execs_done" { n = $3 } END { print n + 0 }' "$1/corpus/default/fuzzer_stats" 2>/dev/null || echo 0
}
coverage_afl() {
  awk '{ of[$1] = $3 } END { print "edges: " of["edges_found"] " inputs: " of["corpus_count"] }' \
    "$1/corpus/default/fuzzer_stats"
}
findings_libfuzzer() { find "$1/findings" -type f; }
findings_afl() { find "$1/corpus/default/crashes" "$1/corpus/default/hangs" -type f -name 'id:*' 2>/dev/null; }

# The engines know the clock only, and libFuzzer ends at a finding: again, until the time is used.
run() {
  local target=$1 directory=$root/build/$preset/runs/$1 used=0 runs=0 executions=0 before=0 status took
  local program=$root/build/$preset/tests/fuzz/fuzz_$1
  [ -x "$program" ] || { echo "fuzz.sh: there is no $program; run without --no-build" >&2; return 1; }
  mkdir -p "$directory/corpus" "$directory/findings"
  [ $engine = libfuzzer ] || before=$(executions_afl "$directory")
  while [ "$used" -lt "$seconds" ] && [ "$runs" -lt 50 ]; do
    runs=$((runs + 1))
    status=0
    TIMEFORMAT='%U %S'
    { time run_$engine "$target" "$directory" "$program" $((seconds - used)) \
      >"$directory/log" 2>&1 || status=$?; } 2>"$directory/time"
    took=$(awk '{ printf "%d", $1 + $2 + 1 }' "$directory/time")
    used=$((used + took))
    if [ $engine = libfuzzer ]; then
      executions=$((executions + $(executions_libfuzzer "$directory")))
    else
      executions=$(($(executions_afl "$directory") - before))
    fi
    [ $status -eq 0 ] || cp "$directory/log" "$directory/log.failed.$runs"
    # AFL++ goes on after a finding: what ends it otherwise is that it cannot run.
    if [ $engine = afl ] && [ $status -ne 0 ]; then
      echo "fuzz.sh: afl-fuzz does not run $target; its words are in $directory/log" >&2
      return 1
    fi
    echo "$target: $used of $seconds s" >&2
  done
  printf '%-16s %6d %12d %8d %7d   %s\n' "$target" "$used" "$executions" $((executions / used)) \
    "$(findings_$engine "$directory" | wc -l)" "$(coverage_$engine "$directory" || true)" >"$directory/result"
}

failed=no
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || failed=yes; done
  rm -f "build/$preset/runs/$target/result"
  run "$target" &
done
while [ -n "$(jobs -rp)" ]; do wait -n || failed=yes; done
[ $failed = no ] || exit 2

printf '%-16s %6s %12s %8s %7s   %s\n' target "CPU s" executions "per s" found coverage
for target in "${targets[@]}"; do cat "build/$preset/runs/$target/result"; done
for target in "${targets[@]}"; do
  found=$(findings_$engine "$root/build/$preset/runs/$target" || true)
  if [ -n "$found" ]; then
    printf 'Findings of %s:\n%s\n' "$target" "$found" >&2
    failed=yes
  fi
done
[ $failed = no ]
