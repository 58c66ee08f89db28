#!/bin/sh
# lintian has nothing to say against the packages: no error, no warning. What is overridden has its
# reason written in packaging/debian/*.lintian-overrides.
set -eu
[ "$(id -u)" -ne 0 ] || as_root=--allow-root
exec lintian ${as_root:-} --no-cfg --fail-on error,warning "$1"/*.deb
