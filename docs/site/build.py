#!/usr/bin/env python3
"""Builds the documentation's site: pages put together, mkdocs, and a look at the outcome.

    build.py --root DIR --splc PROGRAM --site DIR --work DIR [--lwip DIR]

Exit status: 0; 1 something is wrong in the pages; 2 usage, or a tool is missing.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import check
import links
import stage


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True, type=lambda p: Path(p).resolve(), help="the repository")
    parser.add_argument("--splc", required=True, type=lambda p: str(Path(p).resolve()), help="the compiler")
    parser.add_argument("--site", required=True, type=lambda p: Path(p).resolve(), help="where the site goes")
    parser.add_argument("--work", required=True, type=lambda p: Path(p).resolve(), help="for what is in between")
    parser.add_argument("--lwip", help="lwIP's source, so that it need not be fetched")
    tools = parser.parse_args()
    missing = [tool for tool in ("mkdocs", "bison", "cmake", "dot", "tred") if not shutil.which(tool)]
    if missing:
        print(f"docs: not there: {', '.join(missing)} (scripts/install-deps.sh docs)", file=sys.stderr)
        return 2
    staged = tools.work / "stage"
    try:
        stage.Stage(tools.root, staged, tools).build()
    except links.Problem as problem:
        print(f"docs: {problem}", file=sys.stderr)
        return 1
    environment = {**os.environ, "STATECALL_DOCS_STAGE": str(staged), "STATECALL_DOCS_SITE": str(tools.site)}
    config = Path(__file__).resolve().parent / "mkdocs.yml"
    # Not --quiet: then warnings are not even counted.
    done = subprocess.run(["mkdocs", "build", "--strict", "--clean", "-f", str(config)], env=environment,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "WARNING" in line or "ERROR" in line]
        print("\n".join(lines) or done.stderr, file=sys.stderr)
        return 1
    found = check.problems(tools.site)
    for problem in found:
        print(f"docs: {problem}", file=sys.stderr)
    pages = len(list(tools.site.rglob("*.html")))
    print(f"{pages} pages in {tools.site}, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
