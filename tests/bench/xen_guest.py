#!/usr/bin/python3
"""The TCP unikernel beside a Linux guest, under the same Xen in QEMU's emulation, in one run.

Usage: xen_guest.py BUILD_DIRECTORY [--traffic PROGRAM] [--json FILE] [--rounds N] [--mib N] [--no-smallest]

BUILD_DIRECTORY has xenrt_tcp and xenrt_tcp_unpoliced (Release). The Linux guest is Debian's cloud kernel with busybox and
tests/xen_domain/traffic.cpp as the server; the same program is the client, in dom0. Guests take turns in each round, one at a time,
on a bridge of their own; medians are shown, and ratios to Linux. Needs neither root nor KVM.

What is measured:
  first answer   from `xl create` to the first byte echoed: seconds, and seconds of the processor (QEMU's); what of it
                 `xl create` took, which is the same program for all, and what the guest took after that
  to guest       TCP to the discard service, MiB/s
  to dom0        TCP from the character generator, MiB/s
  echo           TCP to and fro at once, MiB/s each way
  connections    one after the other, with 100 bytes echoed, per second
  ping           milliseconds, the median of 20
  image          MB: what is given to xl
  smallest       MiB of memory in which it starts, and echoes 1 MiB
Emulation on a busy machine is slow and uneven; of a transfer, the processor time per MiB is the fairer figure.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

from guests import LINUX, ROOT, Report, images, measured, packed, show, smallest, started  # noqa: E402

from dom0.guest import Guest  # noqa: E402
from dom0.initramfs import Archive  # noqa: E402
from dom0.machine import Machine, MachineError  # noqa: E402

ADDRESS, MAC = "192.168.77.20", "00:16:3e:00:00:20"  # of all, so that dom0 need not learn that there is another one


class Kind:
    """A kind of guest."""

    def __init__(self, name, kernel, words="", ramdisk=None, memory=32):
        self.name, self.kernel, self.words, self.ramdisk, self.memory = name, kernel, words, ramdisk, memory

    def guest(self, machine, memory=None):
        return Guest(machine, self.name, self.kernel, f"{self.words} ip={ADDRESS}/24".strip(), ramdisk=self.ramdisk,
                     memory=memory or self.memory, bridge="xenbr1", mac=MAC)


def one_guest(machine, report, kind, mib):
    guest = kind.guest(machine)
    before = machine.processor_seconds()
    answer, create = started(machine, guest, f"reach {ADDRESS} 7")
    report.add("first answer, s", kind.name, answer)
    report.add("first answer, processor s", kind.name, machine.processor_seconds() - before)
    report.add("of it, xl create, s", kind.name, create)
    report.add("of it, the guest, s", kind.name, answer - create)
    size = mib << 20
    for what, words in (("to guest", f"send {ADDRESS} 9"), ("to dom0", f"take {ADDRESS} 19"), ("echo", f"echo {ADDRESS} 7")):
        said, used = measured(machine, f"traffic {words} {size}")
        report.add(f"{what}, MiB/s", kind.name, mib / float(said))
        report.add(f"{what}, processor ms per MiB", kind.name, used * 1000 / mib)
    said, used = measured(machine, f"traffic row {ADDRESS} 7 200")
    report.add("connections per second", kind.name, 200 / float(said))
    report.add("processor ms per connection", kind.name, used * 1000 / 200)
    times = re.findall(r"time=([\d.]+) ms", machine.run(f"ping -c 20 -i 0.05 {ADDRESS}"))
    report.add("ping, ms", kind.name, statistics.median(map(float, times)))
    guest.destroy()
    guest.wait_gone()


def works(machine, kind, memory):
    guest = kind.guest(machine, memory)
    try:
        guest.create()
        status, _ = machine.run(f"timeout 60 traffic reach {ADDRESS} 7 && "
                                f"timeout 60 traffic echo {ADDRESS} 7 1048576", check=False)
        return status == 0
    except MachineError:
        return False
    finally:
        guest.destroy()


def linux_image(cache, traffic, into):
    made = images.prepare(cache, print)
    with open(into, "wb") as out:
        out.write((made / "guest.cpio").read_bytes())
        archive = Archive()
        archive.file("bin/traffic", traffic, executable=True)
        archive.write(out)
    return made / "guest-kernel"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--traffic", type=Path, help="tests/xen_domain/traffic.cpp; compiled here if not given")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mib", type=int, default=20)
    parser.add_argument("--no-smallest", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        traffic = args.traffic or directory / "traffic"
        if not args.traffic:
            source = ROOT / "tests/xen_domain/traffic.cpp"
            subprocess.run(["g++", "-std=c++20", "-O2", "-static", source, "-o", traffic], check=True)
        cache = args.build / "xen-dom0"
        linux = linux_image(cache, traffic, directory / "linux.cpio")
        policed, unpoliced = (args.build / f"xen/guest/xenrt_tcp{suffix}.elf.stripped" for suffix in ("", "_unpoliced"))
        files = {"/guests/policed": policed, "/guests/unpoliced": unpoliced, "/guests/linux": linux,
                 "/guests/linux.cpio": directory / "linux.cpio", "/bin/traffic": traffic}
        kinds = [Kind("policed", "/guests/policed"), Kind("unpoliced", "/guests/unpoliced"),
                 Kind("linux", "/guests/linux", LINUX, "/guests/linux.cpio", 128)]
        report = Report()
        linux_size = linux.stat().st_size + packed(directory / "linux.cpio")
        for kind, size in zip(kinds, (policed.stat().st_size, unpoliced.stat().st_size, linux_size)):
            report.add("image, MB", kind.name, size / 1e6)
        with Machine(cache, files) as machine:
            for number in range(args.rounds):
                begun = time.monotonic()
                for kind in kinds:
                    one_guest(machine, report, kind, args.mib)
                print(f"round {number + 1} of {args.rounds}: {time.monotonic() - begun:.0f} s", flush=True)
            if not args.no_smallest:
                for kind in kinds:
                    report.add("smallest memory, MiB", kind.name, smallest(lambda memory: works(machine, kind, memory)))
    medians = report.medians()
    show(medians, [kind.name for kind in kinds])
    if args.json:
        args.json.write_text(json.dumps({"rounds": args.rounds, "mib": args.mib, "medians": medians, "samples": report.samples},
                                        indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
