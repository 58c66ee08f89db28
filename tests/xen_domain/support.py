"""The one machine that all tests share, and what they ask of it."""

import os
import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "xen"))
sys.path.append(str(Path(__file__).resolve().parents[1]))

from dom0.guest import Guest  # noqa: E402
from dom0.machine import ROUTER, Machine, MachineError  # noqa: E402
from shared.echo import exchange  # noqa: E402

MB = 1 << 20
LONG = os.environ.get("SPL_LONG_TESTS") is not None
ADDRESS = "10.0.2.20"  # of guests that this machine reaches
TCP = "/guests/tcp.elf"

pack = None  # sshd_pack and its tables
_machine = None
_guests = 0


def start(cache, files):
    global _machine
    _machine = Machine(cache, files, say=lambda line: print(line, flush=True))
    print(f"dom0 is up after {_machine.boot_seconds:.1f} s ({_machine.processor_seconds():.1f} s of processor time)", flush=True)
    # What dom0 keeps after its first guest and its first interface is not a leak: here they are.
    guest = Guest(_machine, "first", "/guests/idle.elf", bridge="xenbr1").create()
    guest.wait_for("idle: ready")
    guest.destroy()
    guest.wait_gone()
    return _machine


def guests_made():
    return _guests


class DomainTest(unittest.TestCase):
    """Guests that a test makes are gone after it."""

    maxDiff = None

    @property
    def machine(self):
        return _machine

    @classmethod
    def new_guest(cls, kernel, words="", **options):
        global _guests
        _guests += 1
        return Guest(_machine, f"g{_guests}", kernel, words, **options)

    def guest(self, kernel, words="", **options):
        guest = self.new_guest(kernel, words, **options)
        self.addCleanup(guest.destroy)
        return guest

    def only_dom0(self):
        """Nothing is left of any guest: a domain with a page in somebody's use would still be listed."""
        self.machine.wait("[ $(xl list | wc -l) = 2 ]")

    def memory_is_back(self, free, guests):
        """Xen's memory after so many guests: it lacks less than a page for each. (Not "as much as before": Xen's own
        allocator and dom0's tables may have grown by a page.)"""
        self.only_dom0()
        self.assertLess(free - self.machine.free_kib(), 4 * guests)

    def traffic(self, words, timeout=300):
        """tests/xen_domain/traffic.cpp in dom0; the seconds that it took."""
        try:
            return float(self.machine.run(f"/bin/traffic {words}", timeout))
        except MachineError as failed:
            where = words.split()[1]
            seen = self.machine.run(f"ping -c 3 -w 10 {where}; ip neigh; brctl show; ip -s link; xl list; xl network-list $(xl list | "
                                    "awk 'NR > 2 { print $2; exit }'); tail -n 5 /var/log/xen/console/*", check=False)[1]
            raise AssertionError(f"{failed}\n{seen}") from None


def echo_from_here(port, size, seed=1, timeout=300):
    """To the echo service behind a port of this machine and back."""
    exchange(socket.create_connection(("127.0.0.1", port), timeout), size, seed)
