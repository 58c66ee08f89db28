#!/usr/bin/env bash
# The extension of VS Code: its tests, and what is in its package.
#
#   vscode_test.sh DIRECTORY SPLC ROOT     DIRECTORY: where scripts/editors.sh has made it
set -euo pipefail
cd "$1"
export SPL_SPLC=$2 SPL_ROOT=$3

(cd vscode && node --test test-out/)

fail() { echo "vscode_test.sh: $*" >&2; exit 1; }
content=$(mktemp -d)
trap 'rm -rf "$content"' EXIT
python3 -m zipfile -e statecall-spl.vsix "$content"
expected='[Content_Types].xml
extension.vsixmanifest
extension/LICENSE.txt
extension/README.md
extension/dist/extension.js
extension/language-configuration.json
extension/package.json
extension/syntaxes/spl.tmLanguage.json'
files=$(cd "$content" && find . -type f | sed 's/^\.\///' | LC_ALL=C sort)
[ "$files" = "$expected" ] || fail "the package has other files:
$files"
size=$(stat -c %s statecall-spl.vsix)
[ "$size" -lt 200000 ] || fail "the package has $size bytes"
! grep -rl "$SPL_ROOT" "$content" || fail "the package names a directory of this machine"

# It loads with nothing but VS Code itself there, and has what VS Code calls.
cat >"$content/load.js" <<'END'
const Module = require('node:module');
const resolve = Module._load;
const asked = new Set();
Module._load = (name, ...more) => {
  asked.add(name);
  // Deep enough for classes to be derived from whatever is taken from it.
  const anything = new Proxy(function () {}, { get: (_, key) => key === 'prototype' ? {} : anything });
  return name === 'vscode' ? anything : resolve(name, ...more);
};
const extension = require('./extension/dist/extension.js');
for (const name of ['activate', 'deactivate']) {
  if (typeof extension[name] !== 'function') throw new Error(`no ${name}()`);
}
const others = [...asked].filter((name) => name !== 'vscode' && !Module.isBuiltin(name) &&
                                           !name.startsWith('./extension'));
if (others.length > 0) throw new Error(`not bundled: ${others}`);
const manifest = require('./extension/package.json');
for (const path of [manifest.main, manifest.contributes.languages[0].configuration,
                    manifest.contributes.grammars[0].path]) require.resolve(`./extension/${path}`);
require('./extension/language-configuration.json');
END
node "$content/load.js"
