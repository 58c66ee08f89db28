cd "$(dirname "$0")" || exit 1
here=$(pwd)
[ ! -f result ] || exit 0

fail() {
  echo "run.sh: $*" >&2
  exit 1
}

# Why a tool did not do its work, with the last that it said.
tool_failed() {
  tail -n 3 said >&2
  if [ "$status" -gt 128 ]; then
    fail "$1 was ended by signal $((status - 128))"
  fi
  fail "$1 failed with exit status $status"
}

[ "$(cksum <model.pml)" = "$model" ] || fail "model.pml is not the one that this job is about"
spin=$(command -v "${SPIN:-spin}") ||
  fail "cannot find '${SPIN:-spin}': install Spin (Debian package 'spin'), or name it with SPIN"
for cc in ${CC:-cc gcc clang tcc ''}; do
  cc=$(command -v "$cc") && break
done
[ -n "$cc" ] || fail "cannot find a C compiler: install one (Debian package 'gcc'), or name it with CC"

# The directory's name ends in the process, for whoever has to stop this from outside.
work="$here/work.$(uname -n).$$"
child=
dog=
clean() {
  for p in $child $dog; do kill -9 "$p" 2>/dev/null; done
  cd "$here" && rm -rf "$work"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work" && cp model.pml "$work" && cd "$work" || fail "cannot write to $here"

begin=$(date +%s)

# Ends a process when the time is over, or when this script was killed.
watch() {
  while kill -0 $$ && { [ "$timeout" -eq 0 ] || [ "$(date +%s)" -lt $((begin + timeout)) ]; }; do
    sleep 1
  done
  kill -0 $$ && : >late && kill -2 "$1" && sleep 2
  kill -9 "$1"
}

# Runs a command with the time that is left. What it says is in the file "said", how it ended in
# $status; there is a file "late" if it was stopped.
limited() {
  "$@" >said 2>&1 </dev/null &
  child=$!
  watch "$child" >/dev/null 2>&1 </dev/null &
  dog=$!
  wait "$child"
  status=$?
  child=
  # A TERM that comes before the new process has put this script's traps aside would be lost.
  { kill -9 "$dog" && wait "$dog"; } 2>/dev/null
  dog=
}

put() {
  echo "$*" >>result || fail "cannot write the result"
}
put_said() {
  { cat said && echo; } | sed 's/^/|/' >>result || fail "cannot write the result"
}

limited generate
if [ ! -f late ] && { [ "$status" -ne 0 ] || [ ! -s pan.c ] || grep -q 'Error:' said; }; then
  tool_failed spin
fi
if [ ! -f late ]; then
  limited compile
  [ -f late ] || [ "$status" -eq 0 ] || tool_failed "the C compiler"
fi

put "splc-result 1"
put "job $job"
put "host $(uname -n)"
put "spin $("$spin" -V)"
for claim in $claims; do
  : >said
  status=0
  depth=$first_depth
  while [ ! -f late ]; do
    rm -f model.pml.trail
    limited search
    [ -f late ] || [ "$status" -le 128 ] || tool_failed "the verifier"
    [ ! -f model.pml.trail ] && grep -q 'max search depth too small' said || break
    depth=$((depth * depth_factor))
  done
  put "claim $claim"
  put "status $status"
  [ ! -f late ] || put late
  put_said
  if [ -f model.pml.trail ]; then
    limited replay
    [ -f late ] || [ "$status" -eq 0 ] || tool_failed "spin -t"
    put "trail $status"
    put_said
    rm -f model.pml.trail
  fi
done
put "seconds $(($(date +%s) - begin))"
put "cksum $(cksum <result)"
mv -f result "$here/result" || fail "cannot write the result"
