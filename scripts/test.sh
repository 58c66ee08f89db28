#!/usr/bin/env bash
# Installs what the tests need, builds everything with AddressSanitizer and
# UndefinedBehaviorSanitizer (preset dev), and runs all tests. Arguments go to ctest:
#
#   scripts/test.sh                 everything
#   scripts/test.sh -R promela      tests whose name matches
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

step() { printf '\n== %s\n' "$*"; }

step "Packages"
scripts/install-deps.sh test
step "Build (preset dev: sanitizers on)"
cmake --preset dev >build-dev.log 2>&1 || { cat build-dev.log >&2; rm -f build-dev.log; exit 1; }
rm -f build-dev.log
cmake --build --preset dev
step "Tests"
ctest --preset dev -j "$(nproc)" "$@"
