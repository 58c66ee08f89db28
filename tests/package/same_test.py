"""What users get is optimised, and compiled several files at a time; what the tests test is not. Both print the same
of every policy here."""

import os
import subprocess
import sys
import tempfile

TESTED, SHIPPED, ROOT = (os.path.abspath(path) for path in sys.argv[1:4])
POLICIES = ("ssh-server/policy/ssh_all.spl", "ssh-server/policy/channel.spl", "ssh-server/policy/sftp.spl",
            "xen/policy/tcp.spl", "examples/ping.spl", "tests/cpp/many.spl",
            "tests/cpp/wide.spl", "tests/cpp/tricky.spl")
COMMANDS = (["dump", "--stage=dfa"], ["promela"])


def run(program, *arguments):
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


def monitor(program, policy):
    """The files of both kinds of monitor, by name."""
    files = {}
    with tempfile.TemporaryDirectory() as directory:
        for language in ("c++", "c"):
            done = run(program, "cpp", f"--lang={language}", f"--out-dir={directory}", policy)
            if done[0] != 0:
                sys.exit(f"{program} cpp --lang={language} {policy}: {done[2].decode()}")
        for name in sorted(os.listdir(directory)):
            with open(os.path.join(directory, name), "rb") as file:
                files[name] = file.read()
    return files


def main():
    differences = []
    for policy in POLICIES:
        for command in COMMANDS:
            tested, shipped = run(TESTED, *command, policy), run(SHIPPED, *command, policy)
            if tested != shipped or tested[0] != 0:
                differences.append(f"splc {' '.join(command)} {policy}")
        if monitor(TESTED, policy) != monitor(SHIPPED, policy):
            differences.append(f"splc cpp {policy}")
    if differences:
        sys.exit("\n".join(["These differ:", *differences]))
    print(f"{len(POLICIES)} policies: the same")


main()
