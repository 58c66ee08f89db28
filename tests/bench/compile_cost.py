#!/usr/bin/env python3
"""What it costs to compile a monitor, against other engines for the same automaton.

Usage: compile_cost.py BUILD_DIRECTORY [--json FILE]   (a tree in which tick_bench was built)

Each engine is one translation unit with its tick() behind a call, compiled by g++ -O2. The fastest
of three runs counts; memory is the compiler's largest resident set; size is text and constant data
of the object.
"""

import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
RUNS = 3
BOOST_LIMITS = ["-DBOOST_MPL_CFG_NO_PREPROCESSED_HEADERS", "-DBOOST_MPL_LIMIT_VECTOR_SIZE=50",
                "-DBOOST_MPL_LIMIT_LIST_SIZE=50"]

MONITOR = """#include "{policy}.hpp"
bool tick({policy}::Monitor& monitor, {policy}::Statecall s);
bool tick({policy}::Monitor& monitor, {policy}::Statecall s) {{
  return monitor.tick(s) == spl::rt::Verdict::accepted;
}}
"""
RIVAL = """#include "{policy}_{kind}.hpp"
using Engine = {policy}_{kind}::{name};
bool tick(Engine& engine, std::uint32_t s);
bool tick(Engine& engine, std::uint32_t s) {{ return engine.tick(s); }}
"""
ENGINES = [  # shown as, kind, class, policies
    ("monitor", None, None, ("kex", "ssh")),
    ("switch", "switch", "Switch", ("kex", "ssh")),
    ("Ragel -G2", "ragel_g2", "Ragel", ("kex", "ssh")),
    ("Boost.MSM", "msm", "Msm", ("kex",)),
    ("Boost.Statechart", "statechart", "Statechart", ("kex",)),
]


def compile_once(command):
    """Seconds of processor time, and MiB."""
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def object_size(path):
    fields = subprocess.run(["size", path], capture_output=True, text=True, check=True).stdout.splitlines()[1].split()
    return int(fields[0])


def measure(build, directory, policy, kind, name):
    source = os.path.join(directory, "engine.cpp")
    with open(source, "w") as f:
        f.write((RIVAL if kind else MONITOR).format(policy=policy, kind=kind, name=name))
    output = os.path.join(directory, "engine.o")
    command = ["g++", "-std=c++20", "-O2", *BOOST_LIMITS, "-I", os.path.join(SOURCE, "runtime/include"),
               "-I", os.path.join(build, "tests/bench/statecall/tick_bench"),
               "-I", os.path.join(build, "tests/bench/rivals"), "-c", source, "-o", output]
    runs = [compile_once(command) for _ in range(RUNS)]
    return {"policy": policy, "seconds": min(r[0] for r in runs), "mib": max(r[1] for r in runs),
            "bytes": object_size(output)}


def main():
    arguments = sys.argv[1:]
    if not arguments or arguments[0].startswith("-"):
        sys.exit(__doc__)
    build = os.path.abspath(arguments[0])
    results = []
    print(f"{'engine':<18} {'policy':<6} {'seconds':>8} {'MiB':>6} {'bytes':>8}")
    with tempfile.TemporaryDirectory() as directory:
        for shown, kind, name, policies in ENGINES:
            for policy in policies:
                got = {"engine": shown, **measure(build, directory, policy, kind, name)}
                results.append(got)
                print(f"{shown:<18} {policy:<6} {got['seconds']:>8.2f} {got['mib']:>6.0f} {got['bytes']:>8}", flush=True)
    if "--json" in arguments:
        with open(arguments[arguments.index("--json") + 1], "w") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
