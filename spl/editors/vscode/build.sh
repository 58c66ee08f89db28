#!/usr/bin/env bash
# Checks, bundles and packages the extension, away from the sources.
#
#   build.sh DIRECTORY       makes DIRECTORY/statecall-spl.vsix, works in DIRECTORY/vscode
#
# npm is asked for packages only if the lock file is not the one of the last time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$out/vscode
mkdir -p "$work"

# Everything but node_modules is new.
find "$work" -mindepth 1 -maxdepth 1 ! -name node_modules -exec rm -rf {} +
cp -r "$here"/. "$work"
cp "$here/../../../LICENSE" "$work/LICENSE"
cd "$work"

export npm_config_cache=$out/npm-cache npm_config_update_notifier=false
if ! cmp -s package-lock.json node_modules/.statecall-lock; then
  # No script of a package is run: none of them needs one.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.statecall-lock
fi
npm run --silent check
npm run --silent bundle
npm run --silent bundle-tests
npm run --silent package -- --out "$out/statecall-spl.vsix"
