#!/usr/bin/env python3
"""Golden tests of splc: what it prints, word for word.

A case is cases/NAME.spl with cases/NAME.expected beside it. The policy opens with header lines:

    // RUN: check %s                     one or more; %s is the policy itself
    // STDIN: ["head", [300, "multiple {"]]     optional: standard input, as texts and repeated texts

NAME.expected holds, for each RUN line, the command, what it wrote to standard output, what it wrote
to standard error, and its exit status. Commands run in the directory of the cases, so that paths
in messages are short and the same everywhere.

    run.py --splc PATH              run all cases
    run.py --splc PATH NAME...      run some
    run.py --splc PATH --update     write the expected files anew; then read the diff

The exit status is 0 if all cases passed, 1 if one failed, 2 on wrong usage.
"""

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CASES = Path(__file__).resolve().parent / "cases"
TIMEOUT_SECONDS = 120


def header(case):
    """The RUN commands of a case, and its standard input."""
    commands, stdin = [], b""
    for line in (CASES / f"{case}.spl").read_bytes().splitlines():
        match = re.match(rb"// (RUN|STDIN): (.*)", line)
        if not match:
            break
        text = match.group(2).decode()
        if match.group(1) == b"RUN":
            commands.append(text.replace("%s", f"{case}.spl").split())
        else:
            for part in json.loads(text):
                count, unit = (1, part) if isinstance(part, str) else part
                stdin += unit.encode() * count
    return commands, stdin


def transcript(splc, case):
    """What the case prints now, in the form of an expected file."""
    commands, stdin = header(case)
    if not commands:
        raise ValueError("no '// RUN:' line at the top")
    environment = {**os.environ, "LC_ALL": "C", "NO_COLOR": "1"}
    out = b""
    for command in commands:
        done = subprocess.run([splc, *command], cwd=CASES, input=stdin, env=environment,
                              capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        out += b"$ splc " + " ".join(command).encode() + b"\n" + done.stdout
        if done.stderr:
            out += b"-- standard error\n" + done.stderr
        out += f"-- exit {done.returncode}\n".encode()
    return out


def check(splc, case, update):
    """None if the case passes, else what to tell about it."""
    path = CASES / f"{case}.expected"
    try:
        now = transcript(splc, case)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"{case}: {error}\n"
    expected = path.read_bytes() if path.exists() else b""
    if now == expected:
        return None
    if update:
        path.write_bytes(now)
        print(f"updated {path.name}")
        return None
    lines = [text.decode(errors="backslashreplace").splitlines(keepends=True)
             for text in (expected, now)]
    return "".join(difflib.unified_diff(*lines, f"{case}.expected", f"{case} (now)"))


def main():
    parser = argparse.ArgumentParser(description="Golden tests of splc; see the top of this file.")
    parser.add_argument("--splc", required=True, help="the program under test")
    parser.add_argument("--update", action="store_true", help="write the expected files anew")
    parser.add_argument("case", nargs="*", help="names of cases (all)")
    options = parser.parse_args()
    splc = str(Path(options.splc).resolve())
    known = sorted(p.stem for p in CASES.glob("*.spl") if p.read_bytes().startswith(b"// RUN:"))
    unknown = sorted(set(options.case) - set(known))
    if unknown or not os.access(splc, os.X_OK):
        parser.error(f"no such case: {unknown[0]}" if unknown else f"cannot run {splc}")
    stale = sorted({p.stem for p in CASES.glob("*.expected")} - set(known))
    failures = [f"{name}.expected: no such case; remove the file\n" for name in stale]
    cases = options.case or known
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda case: check(splc, case, options.update), cases))
    failures += [text for text in results if text is not None]
    for text in failures:
        sys.stdout.write(text + "\n")
    print(f"{len(cases)} golden cases, {len(failures)} failed")
    if failures:
        print("If the new output is right, run this again with --update and read the diff.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
