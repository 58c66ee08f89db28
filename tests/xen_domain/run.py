#!/usr/bin/env python3
"""The unikernel under the real Xen: dom0 is booted once, in QEMU's emulation, and all tests share it.

    run.py --cache DIR --guests DIR --traffic PROGRAM [--failfast] [TEST...]

TEST is life_test, life_test.LifeTest.test_reboot, ...; all without. Needs apt with a network the first time
(the packages stay in the cache), QEMU, and neither root nor KVM.
"""

import argparse
import sys
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import support  # noqa: E402

MODULES = ["life_test"]


class TimedResult(unittest.TextTestResult):
    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.stream.writeln(f"    {time.monotonic() - self.begun:.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", required=True, type=Path, help="where packages and images are kept")
    parser.add_argument("--guests", required=True, type=Path, help="with idle.elf, ...")
    parser.add_argument("--traffic", required=True, type=Path)
    parser.add_argument("--failfast", action="store_true")
    parser.add_argument("tests", nargs="*", default=MODULES)
    arguments = parser.parse_args()
    files = {f"/guests/{path.name}": path for path in arguments.guests.iterdir()} | {"/bin/traffic": arguments.traffic}
    with support.start(arguments.cache, files) as machine:
        suite = unittest.defaultTestLoader.loadTestsFromNames(arguments.tests)
        result = unittest.TextTestRunner(verbosity=2, resultclass=TimedResult, failfast=arguments.failfast).run(suite)
        if not result.wasSuccessful():
            print("Xen's and dom0's console:", machine.console(), sep="\n")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
