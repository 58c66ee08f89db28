#!/usr/bin/env python3
"""Boots a unikernel under plain QEMU (no KVM, no Xen) and compares with an `expect` file, whose lines are:

append TEXT      the guest's command line            exit N           main()'s exit code, or a bad end's
cpu MODEL        QEMU's -cpu                         line TEXT        a line is exactly this
memory MIB       QEMU's -m                           match REGEX      in some line
once TEXT        in exactly one line                 never TEXT       in no line
module TEXT      the loader's file: so many lines of it as the number says: module 1000 x
differs REGEX    its group differs between two boots
wallclock REGEX  its group is this host's time, in seconds
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 120  # seconds: far beyond what any of them takes


def boot(program, settings, directory):
    qemu = shutil.which("qemu-system-x86_64")
    if qemu is None:
        sys.exit("qemu-system-x86_64 is missing; scripts/install-deps.sh test installs it")
    command = [qemu, "-accel", "tcg", "-cpu", settings.get("cpu", "max"), "-m", settings.get("memory", "64"),
               "-kernel", program, "-append", settings.get("append", ""), "-nodefaults", "-display", "none",
               "-no-reboot", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    if "module" in settings:
        count, text = settings["module"].split(" ", 1)
        with open(os.path.join(directory, "module"), "w", encoding="ascii") as file:
            file.write((text + "\n") * int(count))
        command += ["-initrd", file.name]
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired as late:
        sys.stdout.write((late.stdout or b"").decode("latin-1"))
        sys.exit(f"still running after {LIMIT} s; its output is above")
    sys.stderr.write(run.stderr.decode("latin-1"))
    # isa-debug-exit makes (code << 1) | 1 of it. Even: QEMU ended in another way.
    code = run.returncode >> 1 if run.returncode > 0 and run.returncode & 1 else None
    return code, run.stdout.decode("latin-1").replace("\r", "")


def group(pattern, output):
    found = re.search(pattern, output, re.M)
    return found[1] if found else None


def problems_of(word, value, code, output, again):
    lines = output.splitlines()
    if word == "exit":
        return [] if code == int(value) else [f"exit code {code}, not {value}"]
    if word == "line":
        return [] if value in lines else [f"no line '{value}'"]
    if word == "match":
        return [] if re.search(value, output, re.M) else [f"no match of {value}"]
    if word == "once":
        count = sum(value in line for line in lines)
        return [] if count == 1 else [f"'{value}' {count} times, not once"]
    if word == "never":
        return [f"'{value}' is there"] if value in output else []
    if word == "differs":
        first, second = group(value, output), group(value, again)
        return [] if first and second and first != second else [f"{value}: '{first}', then '{second}'"]
    if word == "wallclock":
        seen = group(value, output)
        return [] if seen and abs(int(seen) - time.time()) < LIMIT else [f"{value}: {seen}, now {time.time():.0f}"]
    sys.exit(f"unknown word in the expect file: {word}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--expect", required=True, type=Path)
    parser.add_argument("program")
    arguments = parser.parse_args()
    wanted, settings = [], {}
    for line in arguments.expect.read_text(encoding="utf-8").splitlines():
        word, value = line.split(" ", 1)
        if word in ("append", "cpu", "memory", "module"):
            settings[word] = value
        else:
            wanted.append((word, value))
    if not any(word == "exit" for word, _ in wanted):
        sys.exit(f"{arguments.expect}: says no exit code")
    with tempfile.TemporaryDirectory() as directory:
        code, output = boot(arguments.program, settings, directory)
        again = ""
        if any(w == "differs" for w, _ in wanted):
            again = boot(arguments.program, settings, directory)[1]
    problems = [p for word, value in wanted for p in problems_of(word, value, code, output, again)]
    if problems:
        print(output)
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
