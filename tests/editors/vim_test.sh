#!/usr/bin/env bash
# The files for Vim in one of the two editors that read them, without a screen.
#
#   vim_test.sh vim|nvim SPLC ROOT DIRECTORY
set -euo pipefail
editor=$1
export SPL_SPLC=$2 SPL_ROOT=$3 SPL_TEMP=$4
export SPL_RESULT=$SPL_TEMP/result
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$SPL_TEMP"
mkdir -p "$SPL_TEMP"
# No settings and no history of whoever runs this.
export HOME=$SPL_TEMP XDG_CONFIG_HOME=$SPL_TEMP XDG_DATA_HOME=$SPL_TEMP XDG_STATE_HOME=$SPL_TEMP TERM=dumb
options=(-u NONE -i NONE -n --cmd "set nocompatible runtimepath^=$SPL_ROOT/spl/editors/vim" -S "$here/vim_test.vim")
case $editor in
  vim) vim -N -es --not-a-term "${options[@]}" </dev/null ;;
  nvim) nvim --headless "${options[@]}" </dev/null ;;
esac
cat "$SPL_RESULT"
[ "$(cat "$SPL_RESULT")" = "ran 5" ]
