#!/usr/bin/env python3
"""Every diagnostic of `splc --list-diagnostics` has a golden case bad_NAME that shows it.

A case counts only if its expected output holds the id as it is printed, "[SPL0033 name".
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--splc", required=True)
    parser.add_argument("--cases", required=True, type=Path)
    options = parser.parse_args()
    listed = subprocess.run([options.splc, "--list-diagnostics"], capture_output=True, text=True,
                            check=True).stdout
    diagnostics = re.findall(r"\b(SPL\d{4})\s+([a-z0-9-]+)", listed)
    if not diagnostics:
        sys.exit("splc --list-diagnostics lists nothing")
    names = {name.replace("-", "_") for _, name in diagnostics}
    problems = []
    for identifier, name in diagnostics:
        path = options.cases / f"bad_{name.replace('-', '_')}.expected"
        if not path.exists():
            problems.append(f"{identifier} {name}: no golden case {path.name}")
        elif f"[{identifier} {name}".encode() not in path.read_bytes():
            problems.append(f"{identifier} {name}: {path.name} does not show it")
    for path in sorted(options.cases.glob("bad_*.spl")):
        # bad_NAME or bad_NAME_and_more: every bad_ case is about one diagnostic.
        stem = path.stem.removeprefix("bad_")
        if not any(stem == name or stem.startswith(name + "_") for name in names):
            problems.append(f"{path.name}: named after no diagnostic")
    for problem in problems:
        print(problem)
    print(f"{len(diagnostics)} diagnostics, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
