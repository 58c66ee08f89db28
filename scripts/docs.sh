#!/usr/bin/env bash
# Builds the documentation's site in build/site. Warnings are errors; no page may need another server.
#
#   scripts/docs.sh                  with the splc of build/release, build/dev, or the PATH
#   scripts/docs.sh --splc PROGRAM   with this one
#   scripts/docs.sh --site DIR       somewhere else
#   scripts/docs.sh --serve          and shows it on http://127.0.0.1:8000 (search needs a server)
#
# Needs the packages of scripts/install-deps.sh docs.
set -euo pipefail
cd "$(dirname "$0")/.."

splc='' site=build/site serve=''
while [ $# -gt 0 ]; do
  case "$1" in
    --splc) splc=${2:?docs.sh: --splc needs a program}; shift 2 ;;
    --site) site=${2:?docs.sh: --site needs a directory}; shift 2 ;;
    --serve) serve=yes; shift ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "docs.sh: unknown argument '$1'" >&2; exit 2 ;;
  esac
done
if [ -z "$splc" ]; then
  for candidate in build/release/spl/driver/splc build/dev/spl/driver/splc "$(command -v splc || true)"; do
    if [ -x "$candidate" ]; then splc=$candidate; break; fi
  done
fi
if [ -z "$splc" ]; then
  echo "docs.sh: no splc: cmake --preset release && cmake --build --preset release --target splc" >&2
  exit 2
fi
# What an earlier build has fetched need not be fetched again.
lwip=()
for directory in build/*/third_party/lwip-2.1.3; do
  if [ -d "$directory/src" ]; then lwip=(--lwip "$PWD/$directory"); break; fi
done
# Debian's mkdocs is a program of Debian's Python.
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 docs/site/build.py --root . --splc "$splc" --site "$site" \
  --work "$site.work" "${lwip[@]}"
if [ -n "$serve" ]; then exec /usr/bin/python3 -m http.server --bind 127.0.0.1 --directory "$site" 8000; fi
