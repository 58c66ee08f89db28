#!/usr/bin/env bash
# Fetches the command of tree-sitter, which Debian has from release 13 (trixie) on, with apt and with
# Debian's signatures checked, into a directory of its own:
#
#   fetch_tree_sitter.sh DIRECTORY       afterwards DIRECTORY/tree-sitter is the command
#
# Debian 12 has the library only, and the package of the npm registry fetches a program from
# elsewhere when it is installed. The C library that the program wants comes along, and is used by
# this program alone. Nothing outside DIRECTORY is changed. A `tree-sitter` of PATH that is new
# enough (0.22) is taken as it is.
set -euo pipefail
directory=$1
mkdir -p "$directory"
cd "$directory"
[ ! -x tree-sitter ] || exit 0

if version=$(tree-sitter --version 2>/dev/null) && [[ $version =~ ^tree-sitter\ (0\.(2[2-9]|[3-9][0-9])|[1-9]) ]]; then
  ln -s "$(command -v tree-sitter)" tree-sitter
  exit 0
fi

# The mirror that apt is configured for.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "bookworm" && $3 == "main" && !found { print $1; found = 1 }')
if [ -z "$mirror" ]; then
  echo "fetch_tree_sitter.sh: apt has no source for Debian 12's main" >&2
  exit 1
fi
rm -rf apt root
mkdir -p apt/lists/partial apt/cache/archives/partial root
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $mirror trixie main" >apt/sources.list
own=(-q -o "Dir::Etc::sourcelist=$PWD/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o "Dir::State::lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt/cache" -o APT::Sandbox::User=root)
apt-get "${own[@]}" update >apt/log 2>&1 || { cat apt/log >&2; exit 1; }
(cd apt && apt-get "${own[@]}" download tree-sitter-cli libc6 libgcc-s1 >>log 2>&1) ||
  { cat apt/log >&2; exit 1; }
for package in apt/*.deb; do dpkg-deb --extract "$package" root; done
rm -rf apt

# Debian 13 has all of /lib below /usr.
loader=$(find "$PWD/root/usr/lib" -name 'ld-linux*.so.*' -path '*-linux-gnu*' | head -n 1)
cat >tree-sitter.new <<END
#!/bin/sh
exec "$loader" --library-path "${loader%/*}" "$PWD/root/usr/bin/tree-sitter" "\$@"
END
chmod +x tree-sitter.new
./tree-sitter.new --version >/dev/null
mv tree-sitter.new tree-sitter
