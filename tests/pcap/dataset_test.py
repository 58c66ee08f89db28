"""Other people's captures (../shared/data/pcaps beside the checkout, or in $SPL_SHARED_DATA): each
connection is accepted, or is in the table of docs/captures.md, with the reason. No more, no less."""

import glob
import gzip
import json
import os
import re
import subprocess
import sys

SPLC, POLICY, ROOT = (os.path.abspath(a) for a in sys.argv[1:4])


def find():
    for shared in (os.environ.get("SPL_SHARED_DATA"), os.path.join(ROOT, "..", "shared", "data")):
        if shared and os.path.isfile(os.path.join(shared, "pcaps", "ORIGIN.tsv")):
            return os.path.join(shared, "pcaps")
    return None


def explained():
    """(file, client > server, frame, statecall) of the rows of the table."""
    with open(os.path.join(ROOT, "docs", "captures.md"), encoding="utf-8") as f:
        rows = re.findall(r"^\| `([^`]+)` \| ([0-9a-f.:\[\]]+ > [0-9a-f.:\[\]]+) \| (\d+) \| "
                          r"`(\w+)` of the (client|server) \| (.+) \|$", f.read(), re.M)
    for row in rows:
        assert len(row[5]) > 40, f"not much of an explanation: {row}"
    return {row[:5] for row in rows}


def replay(path):
    command = [SPLC, "replay", "--format=pcap", "--json", POLICY]
    if path.endswith(".gz"):
        unpack = subprocess.Popen(["zcat", path], stdout=subprocess.PIPE)
        done = subprocess.run([*command, "-"], stdin=unpack.stdout, capture_output=True, check=False)
        unpack.wait()
    else:
        done = subprocess.run([*command, path], capture_output=True, check=False)
    assert done.returncode in (0, 1), f"{path}: {done.stderr}"
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[:-1], lines[-1]


def traced(path, connections):
    """Both ends of a few connections as traces: what is wrong with any of them."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        content = f.read()
    for c in [c for i, c in enumerate(connections) if i < 2 or c["verdict"] != "accepted"]:
        for side in ("client", "server"):
            command = [SPLC, "graph", "--highlight=-", "--trace-format=pcap", f"--side={side}", f"--nth={c['connection']}",
                       POLICY, "-o", os.devnull]
            done = subprocess.run(command, input=content, capture_output=True, check=False)
            said = done.stderr.decode()
            violates = c["side"] == side and not c["deduced"]
            if done.returncode != 0 or ("is refused by tcp" in said) != violates or \
                    (violates and f", {c['statecall']}, is refused" not in said):
                yield f"{os.path.basename(path)} #{c['connection']}, {side}: {said}"


def main():
    data = find()
    if data is None:
        print("SKIPPED: captures not found: no pcaps in ../shared/data beside the checkout, "
              "nor in $SPL_SHARED_DATA")
        sys.exit(77)
    with open(os.path.join(data, "ORIGIN.tsv"), encoding="utf-8") as f:
        named = sorted(line.split("\t")[1] for line in f.read().splitlines()[1:] if line)
    files = {os.path.basename(p): p for p in glob.glob(os.path.join(data, "tcp", "*"))}
    assert named and sorted(files) == named, "the captures are not those of ORIGIN.tsv"
    refused, total, complete, wrong = set(), 0, 0, []
    for name in named:
        connections, summary = replay(files[name])
        assert summary["segments"] > 0, name
        total += len(connections)
        wrong += traced(files[name], connections)
        complete += sum(not c["open_at_start"] for c in connections)
        for c in connections:
            if c["verdict"] != "accepted":
                refused.add((name, f"{c['client']} > {c['server']}", str(c["frame"]), c["statecall"],
                             c["side"]))
    table = explained()
    for row in sorted(refused - table):
        print("refused, but not explained in docs/captures.md:", row)
    for row in sorted(table - refused):
        print("explained in docs/captures.md, but not refused:", row)
    for line in wrong:
        print("its trace does not say the same:", line)
    print(f"{len(named)} captures, {total} connections ({complete} from their beginning), "
          f"{len(refused)} refused")
    sys.exit(0 if refused == table and complete >= 223 and not wrong else 1)


main()
