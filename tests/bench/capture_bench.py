"""How fast captures are judged, against reading the same file and against other tools, in one run:

    capture_bench.py SPLC READ_PCAP POLICY [MEGABYTES]

READ_PCAP only reads the file through libpcap. Figures are of processor time, which other work on the
machine disturbs less; the wall-clock time is shown, too."""

import os
import shutil
import subprocess
import sys
import tempfile
import time


def run(command):
    """Processor seconds, wall-clock seconds, resident memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} fails: {status}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024


def best(command):
    """The least of three runs; of one, if that takes long."""
    first = run(command)
    return first if first[0] > 5 else min(first, run(command), run(command))


def main():
    splc, read_pcap, policy = sys.argv[1:4]
    megabytes = sys.argv[4] if len(sys.argv) > 4 else "1000"
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "large.pcap")
        here = os.path.dirname(os.path.abspath(__file__))
        made = subprocess.run([sys.executable, os.path.join(here, "make_capture.py"), path, megabytes],
                              check=True, capture_output=True, text=True).stdout
        print(made, end="")
        packets, size = int(made.split()[0]), os.path.getsize(path)
        replay = [splc, "replay", "-q", "--format=pcap", policy, path]
        rows = [("libpcap alone", [read_pcap, path]), ("splc replay, both ends", replay),
                ("splc replay, one end", [*replay, "--side=client"])]
        if shutil.which("tcpdump"):
            rows.append(("tcpdump -nn", ["tcpdump", "-nn", "-r", path]))
        if shutil.which("tshark"):
            rows.append(("tshark -q -z conv,tcp", ["tshark", "-q", "-z", "conv,tcp", "-r", path]))
        reading = None
        for name, command in rows:
            seconds, wall, memory = best(command)
            reading = reading or seconds
            print(f"{name:<24}{seconds:8.2f} s {packets / seconds / 1e6:8.2f} M packets/s "
                  f"{size / seconds / 1e6:8.0f} MB/s {seconds / reading:8.2f} x {wall:8.2f} s wall "
                  f"{memory:6.0f} MB resident", flush=True)


main()
