#!/bin/bash
# run.sh BUILD_DIRECTORY SPLC [WORD]: the tests of the debugger's page in
# chromium; with WORD only those that have it in their names.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1 splc=$2
for program in node npm; do
  command -v "$program" >/dev/null || {
    echo "run.sh: '$program' is missing: scripts/install-deps.sh test installs it" >&2
    exit 1
  }
done
chromium=${DEBUGGER_TEST_CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || {
  echo "run.sh: $chromium is missing: scripts/install-deps.sh test installs it" >&2
  exit 1
}
mkdir -p "$build/pictures"
# Installed again only when another version is asked for.
if ! cmp -s "$here/package-lock.json" "$build/installed.json" || [ ! -d "$build/node_modules/playwright-core" ]; then
  rm -f "$build/installed.json"
  cp "$here/package.json" "$here/package-lock.json" "$build/"
  (cd "$build" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || {
    cat "$build/npm.log" >&2
    echo "run.sh: npm could not install playwright-core (what it said is above)" >&2
    exit 1
  }
  cp "$here/package-lock.json" "$build/installed.json"
fi
export DEBUGGER_TEST_MODULES=$build DEBUGGER_TEST_CHROMIUM=$chromium DEBUGGER_TEST_SPLC=$splc
export DEBUGGER_TEST_PICTURES=$build/pictures
if [ "${3:-}" = --picture ]; then
  exec node "$here/picture.mjs" "${@:4}"  # for picture.sh
fi
exec node "$here/page_test.mjs" "${3:-}"
