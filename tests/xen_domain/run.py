#!/usr/bin/env python3
"""The unikernel under the real Xen: dom0 is booted once, in QEMU's emulation, and all tests share it.

    run.py --cache DIR --guests DIR --traffic PROGRAM [--pack PROGRAM TABLES] [--failfast] [TEST...]

TEST is life_test, life_test.LifeTest.test_reboot, ...; all without. Needs apt with a network the first time
(the packages stay in the cache), QEMU, and neither root nor KVM.
"""

import argparse
import signal
import sys
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import support  # noqa: E402

MODULES = ["life_test", "suspend_test", "network_test", "device_test", "bastion_test"]


class TimedResult(unittest.TextTestResult):
    def startTest(self, test):
        self.begun = time.monotonic(), test.machine.processor_seconds()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        used = test.machine.processor_seconds() - self.begun[1]
        self.stream.writeln(f"    {time.monotonic() - self.begun[0]:.1f} s ({used:.1f} s of processor time)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", required=True, type=Path, help="where packages and images are kept")
    parser.add_argument("--guests", required=True, type=Path, help="with idle.elf, ...")
    parser.add_argument("--traffic", required=True, type=Path)
    parser.add_argument("--pack", type=Path, nargs=2, metavar=("PROGRAM", "TABLES"), help="the negative pack of SSH, for the bastion")
    parser.add_argument("--failfast", action="store_true")
    parser.add_argument("tests", nargs="*", default=MODULES)
    arguments = parser.parse_args()
    support.pack = arguments.pack
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that the machine's directory is removed
    files = {f"/guests/{path.name}": path for path in arguments.guests.iterdir()} | {"/bin/traffic": arguments.traffic}
    with support.start(arguments.cache, files) as machine:
        free = machine.free_kib()
        suite = unittest.defaultTestLoader.loadTestsFromNames(arguments.tests)
        result = unittest.TextTestRunner(verbosity=2, resultclass=TimedResult, failfast=arguments.failfast).run(suite)
        left = free - machine.free_kib()
        good = result.wasSuccessful() and result.testsRun > 0
        if good and left >= 4 * max(1, support.guests_made()):
            print(f"{left} KiB of Xen's memory have not come back after {support.guests_made()} guests")
            good = False
        if not good:
            print("Xen's and dom0's console:", machine.console(), sep="\n")
        print(f"{machine.processor_seconds():.0f} s of processor time in all")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
