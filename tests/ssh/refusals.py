#!/usr/bin/env python3
"""refusals.py SPLC POLICY TABLE

Makes a table of what `splc tests --kind=negative` makes of a policy: for each joint state the shortest
way to it, and the messages of the client that are refused there. A line is the way, a tab, and
NAME:AUTOMATON,... for each refused statecall, with blanks between."""
import json
import os
import subprocess
import sys


def states_of(splc, policy):
    states = {}
    command = [splc, "tests", "--kind=negative", "--limit=0", "--quiet", policy]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as cases:
        for line in cases.stdout:
            # Most cases are of messages of the server's: json.loads() is slow.
            if '"statecall":"Receive_' not in line:
                continue
            case = json.loads(line)
            way = " ".join(case["statecalls"][:-1])
            refused = case["statecall"] + ":" + ",".join(case["automata"])
            states.setdefault(way, []).append(refused)
    if cases.returncode != 0 or not states:
        sys.exit(f"refusals.py: no cases of {policy}")
    return states


def main():
    splc, policy, table = sys.argv[1:]
    states = states_of(splc, policy)
    with open(table + ".new", "w") as out:
        for way, refused in states.items():
            print(way + "\t" + " ".join(refused), file=out)
    os.replace(table + ".new", table)


main()
