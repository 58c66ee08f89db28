#!/usr/bin/env bash
# Makes what editors need and the repository does not hold, in build/editors or --out DIR:
#
#   scripts/editors.sh tree-sitter     tree-sitter-spl/: the grammar with its parser, src/parser.c and
#                                      spl.so. Needs a C compiler, Node.js, and apt's mirror
#   scripts/editors.sh vscode          statecall-spl.vsix, the extension of VS Code. Needs Node.js 18
#                                      or later, npm, and its registry
#   scripts/editors.sh                 both
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/build/editors
parts=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --out) out=${2:?editors.sh: --out needs a directory}; shift ;;
    tree-sitter | vscode) parts+=("$1") ;;
    *) echo "editors.sh: unknown argument '$1'" >&2; exit 2 ;;
  esac
  shift
done
[ "${#parts[@]}" -gt 0 ] || parts=(tree-sitter vscode)
mkdir -p "$out"
out=$(cd "$out" && pwd)

make_tree_sitter() {
  local target=$out/tree-sitter-spl
  "$root/cmake/fetch_tree_sitter.sh" "$out/tree-sitter-cli"
  rm -rf "$target"
  cp -r "$root/spl/editors/tree-sitter-spl" "$target"
  (cd "$target" && HOME=$target "$out/tree-sitter-cli/tree-sitter" generate --no-bindings)
  "${CC:-cc}" -std=c11 -O2 -fPIC -shared -I "$target/src" -o "$target/spl.so" \
    "$target/src/parser.c" "$target/src/scanner.c"
  echo "$target"
}

for part in "${parts[@]}"; do
  case $part in
    tree-sitter) make_tree_sitter ;;
    vscode) "$root/spl/editors/vscode/build.sh" "$out" ;;
  esac
done
