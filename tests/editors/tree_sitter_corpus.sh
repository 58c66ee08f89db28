#!/usr/bin/env bash
# The grammar's corpus, the colours of highlights.scm, and that every query is a query.
#
#   tree_sitter_corpus.sh DIRECTORY POLICY     what `scripts/editors.sh tree-sitter` has made; a
#                                             policy with everything in it
set -euo pipefail
policy=$(realpath "$2")
cd "$1"
tree_sitter=../tree-sitter-cli/tree-sitter
export XDG_CACHE_HOME=$PWD/cache HOME=$PWD

output=$("$tree_sitter" test 2>&1) || { echo "$output"; exit 1; }
echo "$output"
# A corpus that is not found is no failure of `tree-sitter test`.
[ "$(grep -c '^ *[0-9]*\. ' <<<"$output")" -ge 9 ]
grep -q 'policy.spl.*assertions' <<<"$output"

for query in queries/*.scm; do
  found=$("$tree_sitter" query "$query" "$policy")
  # The first line names the file.
  [ "$(wc -l <<<"$found")" -gt 3 ] || { echo "$query finds nothing"; exit 1; }
done
