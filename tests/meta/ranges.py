#!/usr/bin/env python3
"""No source uses what clang 14 cannot compile with libstdc++ 12: views, and algorithms of std::ranges that return a
subrange. The tests are built with g++; the fuzz targets, with clang, are not built with them."""

import argparse
import re
import sys
from pathlib import Path

UNFIT = re.compile(r"\bstd::(views::\w+|ranges::(views::\w+|subrange|(?:stable_)?partition|unique|remove(?:_if)?|search(?:_n)?"
                   r"|rotate|find_end|equal_range)\b)")
ROOMS = "runtime spl backend-promela backend-cpp distribute ssh-server xen tests/fuzz tests/differential".split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True)
    root = parser.parse_args().root
    files = [f for room in ROOMS for f in (root / room).rglob("*.[ch]pp")]
    if len(files) < 300:
        sys.exit(f"only {len(files)} files: the rooms have moved")
    bad = 0
    for file in files:
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            found = UNFIT.search(line.split("//")[0])
            if found:
                bad += 1
                print(f"{file.relative_to(root)}:{number}: {found[0]}: clang 14 does not compile it")
    sys.exit(bad != 0)


main()
