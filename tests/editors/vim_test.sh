#!/usr/bin/env bash
# The files for Vim in one of the two editors that read them, without a screen; or Neovim's own client of
# the language server.
#
#   vim_test.sh vim|nvim|nvim-lsp SPLC ROOT DIRECTORY
set -euo pipefail
editor=$1
export SPL_SPLC=$2 SPL_ROOT=$3 SPL_TEMP=$4
export SPL_RESULT=$SPL_TEMP/result
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$SPL_TEMP"
mkdir -p "$SPL_TEMP"
# No settings and no history of whoever runs this.
export HOME=$SPL_TEMP XDG_CONFIG_HOME=$SPL_TEMP XDG_DATA_HOME=$SPL_TEMP XDG_STATE_HOME=$SPL_TEMP TERM=dumb
options=(-u NONE -i NONE -n --cmd "set nocompatible runtimepath^=$SPL_ROOT/spl/editors/vim")
expected="ran 5"
case $editor in
  vim) vim -N -es --not-a-term "${options[@]}" -S "$here/vim_test.vim" </dev/null ;;
  nvim) nvim --headless "${options[@]}" -S "$here/vim_test.vim" </dev/null ;;
  nvim-lsp)
    expected="done"
    nvim --headless "${options[@]}" --cmd 'filetype plugin on' -S "$here/nvim_lsp_test.lua" </dev/null ;;
esac
cat "$SPL_RESULT"
[ "$(cat "$SPL_RESULT")" = "$expected" ]
