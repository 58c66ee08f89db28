#!/bin/bash
# picture.sh OUTPUT.png [URL [dark]]: a picture of the debugger's page, of a demonstration or of a
# server that runs. Needs what tests/debugger/run.sh needs; installs into build/picture.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
exec "$here/run.sh" "$here/../../build/picture" none --picture "$@"
