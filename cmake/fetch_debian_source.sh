#!/usr/bin/env bash
# Fetches and unpacks a file that lies beside a Debian package, from the mirror that apt uses.
#
#   fetch_debian_source.sh PACKAGE FILE SHA256 DIRECTORY
#
# apt knows where PACKAGE is; its source is in the same directory. No deb-src line is needed, and
# nothing outside DIRECTORY is changed.
set -euo pipefail
package=$1 file=$2 hash=$3 directory=$4

mkdir -p "$directory"
cd "$directory"
if ! echo "$hash  $file" | sha256sum --check --status 2>/dev/null; then
  rm -f "$file"
  where() { apt-get "$@" download --print-uris "$package" 2>/dev/null | cut -d"'" -f2 | grep . ; }
  if ! uri=$(where); then
    # apt's lists are empty, as in a fresh container: lists of our own.
    mkdir -p apt/lists/partial apt/cache/archives/partial
    own=(-o "Dir::State::lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt/cache")
    apt-get "${own[@]}" update -q >&2
    uri=$(where "${own[@]}") || {
      echo "fetch_debian_source.sh: apt knows no package $package" >&2
      exit 1
    }
  fi
  /usr/lib/apt/apt-helper download-file "${uri%/*}/$file" "$PWD/$file" "SHA256:$hash" >&2
fi
echo "$hash  $file" | sha256sum --check --quiet
tar --extract --no-same-owner --file "$file"
