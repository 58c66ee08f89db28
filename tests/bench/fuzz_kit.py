#!/usr/bin/env python3
"""How many runs a fuzzer needs to find the mistake in examples/fuzz, with the kit and without.

Usage: fuzz_kit.py SPLC [SEEDS]   (needs clang++)

Two fuzzers of the same program, each started with nothing for several seeds:
  kit           mutates lawful traces, and counts the monitor's states as coverage
  dictionary    libFuzzer's own mutations of the text, with the kit's dictionary
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
MOST = 2_000_000


def without(text, *names):
    """The harness without these functions."""
    for name in names:
        text = re.sub(r'extern "C" std::size_t %s\([^{]*\{.*?\n\}\n' % name, "", text, flags=re.S)
    return text


def runs_needed(fuzzer, dictionary, seed, directory):
    done = subprocess.run(
        [fuzzer, "-print_final_stats=1", f"-seed={seed}", f"-runs={MOST}", f"-dict={dictionary}", "-artifact_prefix=" + directory + "/"],
        cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode == 0:
        return MOST
    return int(re.search(r"stat::number_of_executed_units: *(\d+)", done.stderr).group(1))


def main():
    splc, seeds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 11
    with open(os.path.join(SOURCE, "examples/fuzz/ping_fuzz.cpp")) as f:
        harness = f.read()
    plain = without(harness, "LLVMFuzzerCustomMutator", "LLVMFuzzerCustomCrossOver")
    variants = [("kit", harness), ("dictionary", plain)]
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([splc, "fuzz", "-q", os.path.join(SOURCE, "examples/ping.spl"), "--out-dir", directory], check=True)
        print(f"{'fuzzer':<14} {'runs needed: least':>18} {'median':>9} {'most':>9}   of {seeds} seeds")
        for name, text in variants:
            source = os.path.join(directory, "variant.cpp")
            with open(source, "w") as f:
                f.write(text)
            fuzzer = os.path.join(directory, "variant")
            subprocess.run(["clang++", "-std=c++20", "-O1", "-fsanitize=fuzzer", "-DPING_PROGRAM_FORGETS",
                            "-I", directory, "-I", os.path.join(SOURCE, "runtime/include"),
                            "-I", os.path.join(SOURCE, "examples/fuzz"), source, "-o", fuzzer], check=True)
            needed = [runs_needed(fuzzer, os.path.join(directory, "ping.dict"), s + 1, directory) for s in range(seeds)]
            shown = [f">{MOST}" if n >= MOST else str(int(n)) for n in (min(needed), statistics.median(needed), max(needed))]
            print(f"{name:<14} {shown[0]:>18} {shown[1]:>9} {shown[2]:>9}")


if __name__ == "__main__":
    main()
