#!/usr/bin/python3
"""What the live debugger costs statecall-sshd, and how many statecalls a second get through to a page.

Usage: debugger_cost.py STATECALL-SSHD [--rounds N] [--mib N] [--lines N]

One server without a debugger, one with a debugger that nobody looks at, one that a page is attached to;
they take turns in every round. Two kinds of work: a download of --mib MiB (packets of 32 KiB), and a
program that writes --lines lines one by one (a packet each, as an interactive session has them). What
counts is processor time: of the workers, and of the debugger's process. Medians and the smallest, and
ratios to the first server; the spread of the first server's rounds says what can be seen at all.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sshd")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--lines", type=int, default=20000)
    return parser.parse_args()


ARGS = arguments()
sys.argv = [sys.argv[0], ARGS.sshd]  # for support.py
sys.path.insert(0, str(ROOT / "tests/sshd"))
from page import Page, url_in  # noqa: E402
from support import USER, Server, free_port, wait_for  # noqa: E402

LINES = (f"import os\nfor i in range({ARGS.lines}):\n os.write(1, b'x')\n if i % 20 == 0: os.sched_yield()\n"
         " __import__('time').sleep(0.00005)")
WORK = {
    "download": f"head -c {ARGS.mib * 1048576} /dev/zero",
    "lines": f'python3 -c "{LINES}"',
}


def cpu_of(server, word):
    """Seconds of the processor that the server's processes with this word on their command line took."""
    total = 0
    for pid in server.processes():
        try:
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                fields = Path(f"/proc/{pid}/schedstat").read_text().split()
                total += int(fields[0])
        except OSError:
            pass
    return total / 1e9


def run(server, command):
    subprocess.run(
        ["ssh", "-F", "none", "-p", str(server.port), "-i", server.key, "-o", "IdentitiesOnly=yes",
         "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
         "-c", "aes128-gcm@openssh.com", f"{USER}@127.0.0.1", command],
        stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def main():
    with tempfile.TemporaryDirectory() as top:
        servers, page = {}, None
        for name, looked_at in (("none", None), ("nobody looks", False), ("attached", True)):
            directory = os.path.join(top, name.replace(" ", "-"))
            os.mkdir(directory)
            config = [] if looked_at is None else [f"StatecallDebugger 127.0.0.1:{free_port()}"]
            servers[name] = Server(directory, "StatecallWorkers 1", *config)
            if looked_at:
                page = Page(url_in(servers[name].read_log()))
        try:
            for kind, command in WORK.items():
                times = {name: [] for name in servers}
                debugger = []
                rates = []
                for round in range(ARGS.rounds + 1):
                    for name, server in servers.items():
                        before, other = cpu_of(server, b"--worker"), cpu_of(server, b"--debugger-process")
                        with page.lock:
                            seen = sum(len(s.steps) for s in page.subjects.values())
                        began = time.monotonic()
                        run(server, command)
                        took = time.monotonic() - began
                        if name == "attached":
                            wait_for(lambda: all(s.ended for s in page.of("ssh")), 60)
                        if round == 0:
                            continue  # to warm up
                        times[name].append(cpu_of(server, b"--worker") - before)
                        if name == "attached":
                            debugger.append(cpu_of(server, b"--debugger-process") - other)
                            rates.append((sum(len(s.steps) for s in page.subjects.values()) - seen, took))
                base = statistics.median(times["none"])
                print(f"{kind}: processor time of the worker, s: median, smallest, ratio of medians and of smallest")
                for name, all_times in times.items():
                    print(f"  {name:13} {statistics.median(all_times):.3f} {min(all_times):.3f} "
                          f"{statistics.median(all_times) / base:.3f} {min(all_times) / min(times['none']):.3f}")
                spread = (max(times["none"]) - min(times["none"])) / base
                print(f"  spread of the first: {spread:.1%} of its median; the debugger's process: "
                      f"{statistics.median(debugger):.3f} s")
                steps, took = rates[-1]
                print(f"  attached: {steps} statecalls in {took:.2f} s ({steps / took:.0f}/s); dropped so far: {page.dropped}")
        finally:
            for server in servers.values():
                server.stop()


if __name__ == "__main__":
    main()
