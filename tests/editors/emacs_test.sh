#!/usr/bin/env bash
# spl-mode in Emacs: byte-compiled without a warning, documented as checkdoc wants it, and tested.
#
#   emacs_test.sh SPLC ROOT DIRECTORY
set -euo pipefail
export SPL_SPLC=$1 SPL_ROOT=$2
directory=$3
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$directory"
mkdir -p "$directory"
export HOME=$directory
cp "$SPL_ROOT/spl/editors/emacs/spl-mode.el" "$directory"
emacs=(emacs --batch --quick --directory "$directory")

"${emacs[@]}" --eval '(setq byte-compile-error-on-warn t)' -f batch-byte-compile "$directory/spl-mode.el"
remarks=$("${emacs[@]}" --eval "(checkdoc-file \"$directory/spl-mode.el\")" 2>&1)
[ -z "$remarks" ] || { echo "$remarks"; exit 1; }
"${emacs[@]}" --load "$here/emacs_test.el" -f ert-run-tests-batch-and-exit
