#!/usr/bin/python3
"""The SSH bastion beside a Linux guest with OpenSSH's sshd, under the same Xen in QEMU's emulation, in one run.

Usage: bastion.py BUILD_DIRECTORY [--traffic PROGRAM] [--json FILE] [--rounds N] [--mib N] [--no-memory]

BUILD_DIRECTORY has the target statecall-bastion-guest (Release); if it has statecall-bastion-unpoliced, that is measured as
well. The Linux guest is made by linux_sshd.py. Both have the same address, host key and users. Guests take turns in each
round, one at a time; medians are shown, and ratios to Linux. Clients, and the host behind the bastion (OpenSSH's sshd), are
on this machine, on the other side of QEMU's network; their processor time is not counted, QEMU's is, dom0's share included.
Needs Debian's openssh-server and python3-asyncssh; neither root nor KVM, but sshd's directory /run/sshd must be there.

What is measured:
  banner         from `xl create` to "SSH-2.0-", from dom0: seconds, and seconds of the processor; what of it `xl create` took
  login          `ssh admin@guest status` (Linux: `true`): milliseconds, the median of 10, a new client each time
  jump up, down  data through the guest to and from a command on the host behind it (ssh -J), after logging in
  image          MB: what is given to xl
  smallest       MiB of memory in which it starts, and answers a login
  idle           connections that are logged in and do nothing: of 900, how many there are in 12, 16 and 32 MiB before one
                 fails; memory of each by the difference of the first two, and of Linux what MemAvailable lacks with 20 of them
Emulation on a busy machine is slow and uneven: the processor time is the fairer figure.
"""

import argparse
import getpass
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

import linux_sshd  # noqa: E402
from guests import LINUX, ROOT, Report, measured_call, packed, show, smallest, started  # noqa: E402

from dom0.guest import Guest  # noqa: E402
from dom0.machine import ROUTER, Machine, MachineError  # noqa: E402

ADDRESS, MAC = "10.0.2.20", "00:16:3e:00:00:20"  # of all, so that nobody need learn that there is another one
USER = getpass.getuser()
MIB = 1 << 20
MOST = 900  # idle connections that are tried: the bastion takes 1,000 at most
KEYS = ("host", "target", "admin", "jumper")


class Kind:
    """A kind of guest. `word` is the command that `admin` runs."""

    def __init__(self, name, kernel, word, ramdisk, *, words="", memory=32):
        self.name, self.kernel, self.word, self.ramdisk, self.words, self.memory = name, kernel, word, ramdisk, words, memory

    def guest(self, machine, memory=None):
        return Guest(machine, self.name, self.kernel, self.words, ramdisk=self.ramdisk, memory=memory or self.memory,
                     bridge="xenbr0", mac=MAC)


class People:
    """The keys of all, the host behind the bastion while this is a context, and the clients' configuration."""

    def __init__(self, directory):
        self.directory = directory
        for name in KEYS:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / name], check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.target_port = probe.getsockname()[1]
        self.target = None

    def private(self, name):
        return (self.directory / name).read_text()

    def public(self, name):
        return (self.directory / f"{name}.pub").read_text()

    def __enter__(self):
        (self.directory / "sshd_config").write_text(
            f"HostKey {self.directory}/target\nAuthorizedKeysFile {self.directory}/jumper.pub\nStrictModes no\nUsePAM no\n"
            f"PidFile none\nPermitRootLogin yes\nListenAddress 127.0.0.1:{self.target_port}\n")
        log = open(self.directory / "sshd.log", "wb")
        with log:
            self.target = subprocess.Popen([linux_sshd.SSHD, "-D", "-e", "-f", self.directory / "sshd_config"],
                                           stdin=subprocess.DEVNULL, stderr=log)
        return self

    def __exit__(self, *_):
        self.target.terminate()
        self.target.wait()

    def bastion_config(self):
        return (f"hostname bastion\naddress {ADDRESS}/24\ngateway {ROUTER}\npenalties no\nslaac no\nmax-connections 1000\n"
                f"max-startups 100:30:200\nmax-startups-per-source 200\nhost-key\n{self.private('host')}"
                f"user admin\n  console yes\n  key {self.public('admin')}"
                f"user jumper\n  key {self.public('jumper')}  jump {ROUTER}:{self.target_port}\n")

    def write_client_config(self, port):
        key = {name: " ".join(self.public(name).split()[:2]) for name in ("host", "target")}
        (self.directory / "known_hosts").write_text(f"guest {key['host']}\n[{ROUTER}]:{self.target_port} {key['target']}\n")
        guest = f"  HostName 127.0.0.1\n  Port {port}\n  HostKeyAlias guest\n"
        (self.directory / "ssh_config").write_text(
            f"Host *\n  UserKnownHostsFile {self.directory}/known_hosts\n  BatchMode yes\n  IdentitiesOnly yes\n"
            "  LogLevel ERROR\n  StrictHostKeyChecking yes\n  UpdateHostKeys no\n  ConnectTimeout 60\n  IdentityAgent none\n"
            f"Host admin\n{guest}  User admin\n  IdentityFile {self.directory}/admin\n"
            f"Host jump\n{guest}  User jumper\n  IdentityFile {self.directory}/jumper\n"
            f"Host inner\n  HostName {ROUTER}\n  Port {self.target_port}\n  User {USER}\n  ProxyJump jump\n"
            f"  IdentityFile {self.directory}/jumper\n")

    def ssh(self, host, command):
        return ["ssh", "-F", str(self.directory / "ssh_config"), host, command]

    def run(self, host, command, timeout=120):
        return subprocess.run(self.ssh(host, command), stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True,
                              timeout=timeout).stdout


def said_line(client, wanted):
    line = client.stdout.readline()
    if line != wanted:
        raise RuntimeError(f"the host behind the guest says {line!r} instead of {wanted!r}")


def jump_up(people, size, begin):
    """Sends so much; `begin` is called when the way is there."""
    command = people.ssh("inner", "echo ready; head -c %d | wc -c" % size)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        said_line(client, b"ready\n")
        begin()
        piece = os.urandom(MIB)
        for _ in range(size // MIB):
            client.stdin.write(piece)
        client.stdin.flush()
        said_line(client, b"%d\n" % size)
        client.stdin.close()


def jump_down(people, size, begin):
    command = people.ssh("inner", f"echo ready; read word; head -c {size} /dev/urandom")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        said_line(client, b"ready\n")
        begin()
        client.stdin.write(b"go\n")
        client.stdin.flush()
        left = size
        while left and (piece := client.stdout.read1(MIB)):
            left -= len(piece)
        if left:
            raise RuntimeError(f"{left} bytes did not come")
        client.stdin.close()


def jump(machine, people, way, mib):
    """Seconds, and processor seconds, from when all are logged in until the last byte is there."""
    marks = []

    def mark():
        marks.append((time.monotonic(), machine.processor_seconds()))

    way(people, mib * MIB, mark)
    mark()
    return [after - before for before, after in zip(*marks)]


def one_guest(machine, people, report, kind, mib):
    guest = kind.guest(machine)
    (answer, create), used = measured_call(machine, lambda: started(machine, guest, f"banner {ADDRESS} 22"))
    report.add("banner, s", kind.name, answer)
    report.add("banner, processor s", kind.name, used)
    report.add("of it, xl create, s", kind.name, create)
    report.add("of it, the guest, s", kind.name, answer - create)
    times = []
    before = machine.processor_seconds()
    for _ in range(10):
        begun = time.monotonic()
        people.run("admin", kind.word)
        times.append(time.monotonic() - begun)
    report.add("login, ms", kind.name, statistics.median(times) * 1000)
    report.add("login, processor ms", kind.name, (machine.processor_seconds() - before) * 100)
    for what, way in (("jump up", jump_up), ("jump down", jump_down)):
        seconds, used = jump(machine, people, way, mib)
        report.add(f"{what}, MiB/s", kind.name, mib / seconds)
        report.add(f"{what}, processor ms per MiB", kind.name, used * 1000 / mib)
    guest.destroy()
    guest.wait_gone()


def reach(machine, guest, seconds=90):
    """Whether it answers before it ends."""
    status, _ = machine.run(f"""timeout {seconds} traffic banner {ADDRESS} 22 >/dev/null 2>&1 & waited=$!
while kill -0 $waited 2>/dev/null; do
  xl domid {guest.name} >/dev/null 2>&1 || {{ kill $waited; exit 1; }}
  usleep 500000
done
wait $waited""", seconds + 30, check=False)
    return status == 0


def works(machine, people, kind, memory):
    guest = kind.guest(machine, memory)
    try:
        guest.create()
        if not reach(machine, guest):
            return False
        people.run("admin", kind.word, 60)
        return True
    except (MachineError, subprocess.SubprocessError):
        return False
    finally:
        guest.destroy()
        guest.wait_gone()


class Idle:
    """So many idle connections, while it is a context; `count` are there, and `left` were still there at the end."""

    def __init__(self, people, port, count):
        command = ["/usr/bin/python3", "-B", ROOT / "tests/bench/idle_clients.py", str(port), "jumper",
                   people.directory / "jumper", str(count)]
        self.client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.client.stdout.readline().split(" ", 1)
        self.count, self.trouble, self.left = int(said[0]), said[1].strip(), None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.left = int(self.client.communicate("", timeout=120)[0])


def idle_connections(machine, people, port, kind, memory, count):
    """How many of `count` are there at once, while a login beside them works; and what hindered more."""
    guest = kind.guest(machine, memory).create()
    try:
        if not reach(machine, guest):
            raise MachineError(f"{kind.name} does not answer")
        with Idle(people, port, count) as idle:
            beside = subprocess.run(people.ssh("admin", kind.word), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                    timeout=120, check=False)
        if beside.returncode and not idle.trouble:
            idle.trouble = f"a login beside them fails: {beside.stderr.strip()}"
        if idle.left != idle.count and not idle.trouble:
            raise RuntimeError(f"{idle.count - idle.left} idle connections were lost")
        return idle.count, idle.trouble
    finally:
        guest.destroy()
        guest.wait_gone()


def linux_idle_kib(machine, people, port, kind, count=20):
    """What MemAvailable lacks for each of so many connections."""
    guest = kind.guest(machine).create()

    def available():
        return int(re.search(r"MemAvailable: +(\d+) kB", people.run("admin", "cat /proc/meminfo"))[1])

    try:
        reach(machine, guest)
        available()  # what stays in memory after a first login
        before = available()
        with Idle(people, port, count) as idle:
            lacking = before - available()
        if idle.trouble:
            raise RuntimeError(idle.trouble)
        return lacking / count
    finally:
        guest.destroy()
        guest.wait_gone()


def memory_figures(machine, people, port, report, kinds):
    kinds = [kind for kind in kinds if kind.name != "unpoliced"]
    for kind in kinds:
        if kind.name == "linux":
            report.add("idle connection, KiB", kind.name, linux_idle_kib(machine, people, port, kind))
            continue
        most = {}
        for memory in (12, 16, 32):
            most[memory], trouble = idle_connections(machine, people, port, kind, memory, MOST)
            report.add(f"idle connections in {memory} MiB, of {MOST}", kind.name, most[memory])
            print(f"{kind.name}: {most[memory]} idle connections in {memory} MiB; {trouble or 'no more were tried'}", flush=True)
        # What 4 MiB more are good for.
        if MOST > most[16] > most[12]:
            report.add("idle connection, KiB", kind.name, 4 * 1024 / (most[16] - most[12]))
    for kind in kinds:
        least = smallest(lambda memory, kind=kind: works(machine, people, kind, memory))
        report.add("smallest memory, MiB", kind.name, least)
        print(f"smallest memory of {kind.name}: {least} MiB", flush=True)


def prepared(args, people, directory):
    """The kinds of guests, what is put into dom0, and the image sizes in MB."""
    (directory / "bastion.conf").write_text(people.bastion_config())
    keys = {"host": people.private("host"), "admin": people.public("admin"), "jumper": people.public("jumper")}
    linux = linux_sshd.make(args.build / "xen-dom0", keys, directory / "linux.cpio")
    files = {"/guests/linux": linux, "/guests/linux.cpio": directory / "linux.cpio",
             "/guests/bastion.conf": directory / "bastion.conf"}
    kinds, sizes = [], {"linux": (linux.stat().st_size + packed(directory / "linux.cpio")) / 1e6}
    for name, target in (("policed", "statecall-bastion"), ("unpoliced", "statecall-bastion-unpoliced")):
        image = args.build / f"xen/guest/{target}.elf.stripped"
        if name == "unpoliced" and not image.exists():
            print(f"{target} is not built: only the policed bastion is measured")
            continue
        files[f"/guests/{name}"] = image
        sizes[name] = image.stat().st_size / 1e6
        kinds.append(Kind(name, f"/guests/{name}", "status", "/guests/bastion.conf"))
    kinds.append(Kind("linux", "/guests/linux", "true", "/guests/linux.cpio", words=f"{LINUX} ip={ADDRESS}/24 gw={ROUTER}",
                      memory=128))
    return kinds, files, sizes


def written(report, args):
    """The results so far."""
    if args.json:
        args.json.write_text(json.dumps({"rounds": args.rounds, "mib": args.mib, "medians": report.medians(),
                                         "samples": report.samples}, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--traffic", type=Path, help="tests/xen_domain/traffic.cpp; compiled here if not given")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=5, help="0: nothing but memory and images")
    parser.add_argument("--mib", type=int, default=20)
    parser.add_argument("--no-memory", action="store_true", help="neither the smallest memory nor idle connections")
    args = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="bastion-bench.") as scratch:
        directory = Path(scratch)
        traffic = args.traffic or directory / "traffic"
        if not args.traffic:
            source = ROOT / "tests/xen_domain/traffic.cpp"
            subprocess.run(["g++", "-std=c++20", "-O2", "-static", source, "-o", traffic], check=True)
        with People(directory) as people:
            kinds, files, sizes = prepared(args, people, directory)
            for kind in kinds:
                report.add("image, MB", kind.name, sizes[kind.name])
                report.add("memory given, MiB", kind.name, kind.memory)
            with Machine(args.build / "xen-dom0", {**files, "/bin/traffic": traffic}, dom0_mib=384) as machine:
                port = machine.forward(ADDRESS, 22)
                people.write_client_config(port)
                for number in range(args.rounds):
                    begun = time.monotonic()
                    for kind in kinds:
                        one_guest(machine, people, report, kind, args.mib)
                    print(f"round {number + 1} of {args.rounds}: {time.monotonic() - begun:.0f} s", flush=True)
                    written(report, args)
                if not args.no_memory:
                    memory_figures(machine, people, port, report, kinds)
    show(report.medians(), [kind.name for kind in kinds])
    written(report, args)


if __name__ == "__main__":
    main()
