#!/usr/bin/env bash
# Builds the fuzz targets with ASan and UBSan for libFuzzer (preset fuzz, clang) or AFL++ (preset afl),
# runs each for a given time of the processor, whatever else the machine does, and prints what came
# of it.
#
#   scripts/fuzz.sh [--engine libfuzzer|afl] [--cpu-seconds N] [--jobs N] [--nice N]
#                   [--no-build] [TARGET...]
#
#   --engine E        libfuzzer (default) or afl
#   --cpu-seconds N   for each target (default 600)
#   --jobs N          targets at a time (default: all processors)
#   --nice N          how much others come first (default 19: all of them)
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

engine=libfuzzer seconds=600 jobs=$(nproc) niceness=19 build=yes targets=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,20s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --engine) engine=${2:-}; shift ;;
    --cpu-seconds) number "$1" "${2:-}"; seconds=$2; shift ;;
    --jobs) number "$1" "${2:-}"; jobs=$2; shift ;;
    --nice) number "$1" "${2:-}"; niceness=$2; shift ;;
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

# campaign_ENGINE TARGET DIRECTORY PROGRAM: sets `used`, `executions` and `covered`.

# libFuzzer knows the clock only, and ends at a finding: again, until the time is used.
campaign_libfuzzer() {
  local target=$1 directory=$2 program=$3 runs=0 status took
  while [ "$used" -lt "$seconds" ] && [ "$runs" -lt 50 ]; do
    runs=$((runs + 1))
    status=0
    TIMEFORMAT='%U %S'
    # shellcheck disable=SC2046 # several directories
    { time nice -n "$niceness" "$program" -dict="$root/tests/fuzz/spl.dict" \
      -max_total_time=$((seconds - used)) -timeout=60 -report_slow_units=60 -rss_limit_mb=4096 -print_final_stats=1 \
      -reload=0 -artifact_prefix="$directory/findings/" "$directory/corpus" $(corpora "$target") \
      >"$directory/log" 2>&1 || status=$?; } 2>"$directory/time"
    took=$(awk '{ printf "%d", $1 + $2 + 1 }' "$directory/time")
    used=$((used + took))
    executions=$((executions + $(awk '/stat::number_of_executed_units/ { n = $2 } END { print n + 0 }' "$directory/log")))
    [ $status -eq 0 ] || cp "$directory/log" "$directory/log.failed.$runs"
    echo "$target: $used of $seconds s" >&2
  done
  covered=$(grep -ao 'cov: [0-9]* ft: [0-9]*' "$directory/log" | tail -n 1 || true)
}

# Of the process and all below it, in seconds: AFL++ kills those that run the target, so that nobody
# is told in the end what they have used.
processor_time() {
  local process stat ticks=0 todo=("$1")
  while [ ${#todo[@]} -gt 0 ]; do
    process=${todo[0]}
    todo=("${todo[@]:1}")
    { read -r stat <"/proc/$process/stat"; } 2>/dev/null || continue
    # shellcheck disable=SC2206 # words
    stat=(${stat##*) })
    ticks=$((ticks + stat[11] + stat[12] + stat[13] + stat[14]))
    # shellcheck disable=SC2207 # words
    todo+=($(cat "/proc/$process/task/$process/children" 2>/dev/null || true))
  done
  echo $((ticks / $(getconf CLK_TCK)))
}

afl_says() { awk -v name="$2" '$1 == name { n = $3 } END { print n + 0 }' "$1/corpus/default/fuzzer_stats" 2>/dev/null || echo 0; }

# AFL++ wants the machine set up for it (where core dumps go, how fast the processor is, which
# processor is its own): none of it is needed to find something, and none of it is changed.
campaign_afl() {
  local target=$1 directory=$2 program=$3 input=- status=0 fuzzer before now last=0
  if [ ! -e "$directory/corpus/default/fuzzer_stats" ]; then
    input=$directory/seeds
    rm -rf "$directory/seeds" "$directory/corpus"
    mkdir -p "$directory/seeds"
    # shellcheck disable=SC2046 # several directories
    find $(corpora "$target") -type f -size +0c -exec cp --backup=numbered -t "$directory/seeds" {} +
  fi
  before=$(afl_says "$directory" execs_done)  # it counts on
  AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 \
    AFL_FORKSRV_INIT_TMOUT=60000 AFL_FAST_CAL=1 \
    nice -n "$niceness" afl-fuzz -i "$input" -o "$directory/corpus" -x "$root/tests/fuzz/spl.dict" -m none -t 60000 \
    -- "$program" >"$directory/log" 2>&1 &
  fuzzer=$!
  trap 'kill "$fuzzer"; exit 1' TERM  # it would go on for ever
  while [ "$used" -lt "$seconds" ] && kill -0 "$fuzzer" 2>/dev/null; do
    sleep 2
    now=$(processor_time "$fuzzer")
    used=$((now > used ? now : used))
    if [ $((used / 60)) -gt "$last" ]; then
      last=$((used / 60))
      echo "$target: $used of $seconds s" >&2
    fi
  done
  if ! kill -TERM "$fuzzer" 2>/dev/null; then
    wait "$fuzzer" || status=$?
    echo "fuzz.sh: afl-fuzz has ended by itself with $target ($status); its words are in $directory/log" >&2
    return 1
  fi
  wait "$fuzzer" || true
  executions=$(($(afl_says "$directory" execs_done) - before))
  covered="edges: $(afl_says "$directory" edges_found) inputs: $(afl_says "$directory" corpus_count)"
}

findings_libfuzzer() { find "$1/findings" -type f; }
findings_afl() { find "$1/corpus/default/crashes" "$1/corpus/default/hangs" -type f -name 'id:*'; }

run() {
  local target=$1 directory=$root/build/$preset/runs/$1 used=0 executions=0 covered=
  local program=$root/build/$preset/tests/fuzz/fuzz_$1
  [ -x "$program" ] || { echo "fuzz.sh: there is no $program; run without --no-build" >&2; return 1; }
  mkdir -p "$directory/corpus" "$directory/findings"
  campaign_"$engine" "$target" "$directory" "$program" || return 1
  printf '%-16s %6d %12d %8d %7d   %s\n' "$target" "$used" "$executions" $((executions / used)) \
    "$(findings_"$engine" "$directory" | wc -l)" "$covered" >"$directory/result"
}

# shellcheck disable=SC2046 # several processes
trap 'kill $(jobs -rp); exit 2' INT TERM
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
  found=$(findings_"$engine" "$root/build/$preset/runs/$target")
  if [ -n "$found" ]; then
    printf 'Findings of %s:\n%s\n' "$target" "$found" >&2
    failed=yes
  fi
done
[ $failed = no ]
