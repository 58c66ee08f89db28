#!/usr/bin/env python3
"""How long verification takes, and how many states it needs.

Usage: verification.py SPLC SOURCE_DIRECTORY

All automata and properties of the SSH server's policy in one command, cold and with the verdicts of the
run before; the same for the ping policy, from start to verdict. Each is run three times and the
fastest counts. Beside it the states that Spin stored, per property, against the 44 million that an
older implementation needed at least for the corresponding policy.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

OLDER_STATES = 44_000_000


def verify(splc, policy, cache, *more):
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    start = time.perf_counter()
    before = os.times()
    done = subprocess.run([splc, "verify", "--json", *more, policy], env=environment, check=False,
                          stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - start
    after = os.times()
    processor = (after.children_user - before.children_user) + \
        (after.children_system - before.children_system)
    if done.returncode != 0:
        sys.exit(f"splc verify {policy}: exit status {done.returncode}")
    return seconds, processor, [json.loads(line) for line in done.stdout.splitlines()]


def measure(splc, name, policy):
    with tempfile.TemporaryDirectory() as cache:
        cold = min((verify(splc, policy, cache, "--no-cache") for _ in range(3)), key=lambda r: r[0])
        verify(splc, policy, cache)
        warm = min((verify(splc, policy, cache) for _ in range(3)), key=lambda r: r[0])
    cached = sum(r["cached"] for r in warm[2])
    print(f"{name}: {len(cold[2])} checks, cold {cold[0]:.2f} s ({cold[1]:.2f} s of processor time), "
          f"remembered {warm[0] * 1000:.0f} ms ({warm[1] * 1000:.0f} ms of processor time, "
          f"{cached} checks remembered)")
    return cold[2]


def states(results):
    properties = sorted((r for r in results if r["kind"] == "property"), key=lambda r: r["states"])
    counts = [r["states"] for r in properties]
    print(f"states per property: least {counts[0]}, median {counts[len(counts) // 2]}, most "
          f"{counts[-1]} ({properties[-1]['property']}); sum {sum(counts)}; "
          f"{sum(1 for r in properties if r['left_out'])} of {len(counts)} without some automaton")
    print(f"{OLDER_STATES} states, divided by the most: {OLDER_STATES / counts[-1]:.0f}, by the median: "
          f"{OLDER_STATES / counts[len(counts) // 2]:.0f}")


def main():
    splc, root = os.path.abspath(sys.argv[1]), sys.argv[2]
    results = measure(splc, "ssh_all.spl", os.path.join(root, "ssh-server/policy/ssh_all.spl"))
    states(results)
    measure(splc, "ping.spl", os.path.join(root, "examples/ping.spl"))


main()
