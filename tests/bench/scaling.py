#!/usr/bin/env python3
"""How the time of `splc check` and `splc cpp` grows with the policy. Usage: scaling.py SPLC

Policies of three shapes and growing length are compiled; the fastest of three runs counts. The last
column is the growth of time over the growth of length between two lines: 1 is linear.
"""
import os
import subprocess
import sys
import tempfile
import time

SIZES = [1250, 2500, 5000, 10000, 20000]
RUNS = 3


def sequence(statements):
    """One automaton after the other, statecalls in a row: the plainest policy of that length."""
    out = []
    for a in range((statements + 999) // 1000):
        body = [f"  Step_{a}_{i % 100};" for i in range(min(1000, statements - a * 1000))]
        out.append(f"automaton a{a} () {{\n" + "\n".join(body) + "\n}\n")
    return "\n".join(out)


def mixed(statements):
    """Automata of about 100 statements with every construct, as a person would write them."""
    part = """  multiple {{
    either (n < 3) {{ Receive_{a}_{i}; n = n + 1; }} or {{ Transmit_{a}_{i}; }}
    optional {{ Notify_{a}_{i}; n = 0; }}
  }}
  during {{ Enter_{a}_{i}; Leave_{a}_{i}; }} handle {{ Interrupt_{a}; }}
"""
    per_part = 9
    out = []
    written = 0
    while written < statements:
        a = len(out)
        parts = [part.format(a=a, i=i) for i in range(11)]
        out.append(f"automaton a{a} (int (0 .. 3) n) {{\n" + "".join(parts) + "}\n")
        written += 11 * per_part
    return "".join(out)


def one_automaton(statements):
    """All statements in one automaton, in a loop, so that it has one large table."""
    body = [f"    Step_{i % 200};" for i in range(statements)]
    return "automaton a () {\n  multiple {\n" + "\n".join(body) + "\n  }\n}\n"


def fastest(command):
    best = None
    for _ in range(RUNS):
        begin = time.perf_counter()
        result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        took = time.perf_counter() - begin
        if result.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{result.stderr[-2000:]}")
        best = took if best is None else min(best, took)
    return best


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    splc = sys.argv[1]
    print(f"{'shape':<14} {'statements':>10} {'check, s':>9} {'growth':>7} {'cpp, s':>9} {'growth':>7}")
    with tempfile.TemporaryDirectory() as directory:
        for shape in (sequence, mixed, one_automaton):
            before = None
            for size in SIZES:
                policy = os.path.join(directory, "policy.spl")
                with open(policy, "w", encoding="ascii") as file:
                    file.write(shape(size))
                check = fastest([splc, "check", policy])
                cpp = fastest([splc, "cpp", policy, "--out-dir", os.path.join(directory, "gen")])
                growth = ["-", "-"]
                if before:
                    ratio = size / before[0]
                    growth = [f"{check / before[1] / ratio:.2f}", f"{cpp / before[2] / ratio:.2f}"]
                print(f"{shape.__name__:<14} {size:>10} {check:>9.3f} {growth[0]:>7} {cpp:>9.3f} "
                      f"{growth[1]:>7}", flush=True)
                before = (size, check, cpp)


if __name__ == "__main__":
    main()
