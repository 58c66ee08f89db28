#!/usr/bin/env bash
# In Emacs, without a screen:
#
#   emacs_test.sh mode SPLC ROOT DIRECTORY     spl-mode: byte-compiled without a warning, documented as
#                                              checkdoc wants it, and tested
#   emacs_test.sh eglot SPLC ROOT DIRECTORY    eglot, a client of the language server
set -euo pipefail
export SPL_SPLC=$2 SPL_ROOT=$3
directory=$4
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$directory"
mkdir -p "$directory"
export HOME=$directory
cp "$SPL_ROOT/spl/editors/emacs/spl-mode.el" "$directory"

case $1 in
  mode)
    emacs=(emacs --batch --quick --directory "$directory")
    "${emacs[@]}" --eval '(setq byte-compile-error-on-warn t)' -f batch-byte-compile "$directory/spl-mode.el"
    remarks=$("${emacs[@]}" --eval "(checkdoc-file \"$directory/spl-mode.el\")" 2>&1)
    [ -z "$remarks" ] || { echo "$remarks"; exit 1; }
    "${emacs[@]}" --load "$here/emacs_test.el" -f ert-run-tests-batch-and-exit ;;
  eglot)
    # A package of its own before Emacs 29, so it is found with the system's packages.
    emacs --batch --no-site-file --no-init-file --eval '(package-initialize)' --directory "$directory" \
      --load "$here/eglot_test.el" -f ert-run-tests-batch-and-exit ;;
esac
