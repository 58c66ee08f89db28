"""What the benches of guests under Xen have in common: xen_guest.py and bastion.py."""

import gzip
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "xen"))

from dom0 import images  # noqa: E402,F401  (for those who import this)

# It would measure its clock by the timer of a PC, which takes many seconds here.
LINUX = "console=hvc0 loglevel=4 mitigations=off tsc_early_khz=2600000"
SIZES = [6, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 56, 64, 80, 96, 128]


class Report:
    def __init__(self):
        self.samples = {}

    def add(self, what, kind, value):
        self.samples.setdefault(what, {}).setdefault(kind, []).append(value)

    def medians(self):
        return {what: {kind: statistics.median(v) for kind, v in kinds.items()} for what, kinds in self.samples.items()}


def started(machine, guest, reached):
    """Creates it; seconds until `traffic` has reached it, as those words say, and how much of that `xl create` took. The clock
    runs in dom0."""
    guest.write_config()
    said = machine.run(f"""now() {{ cut -d' ' -f1 /proc/uptime; }}
traffic {reached} >/tmp/reach 2>&1 &
now
xl create -q {guest.path} >/tmp/create 2>&1 || {{ cat /tmp/create; exit 1; }}
now
wait $! || {{ cat /tmp/reach; echo "{guest.name} has printed:"; cat {guest.log}; exit 1; }}
cat /tmp/reach""", 400)
    before, after, answer = map(float, said.split())
    return answer, after - before


def measured_call(machine, call):
    """What it returns, and the processor seconds that QEMU used meanwhile."""
    before = machine.processor_seconds()
    result = call()
    return result, machine.processor_seconds() - before


def measured(machine, script):
    return measured_call(machine, lambda: machine.run(script, 600))


def smallest(works):
    """The least of SIZES, in MiB, for which works(size); each larger one is taken to do as well."""
    low, high = 0, len(SIZES) - 1
    while low < high:
        middle = (low + high) // 2
        if works(SIZES[middle]):
            high = middle
        else:
            low = middle + 1
    return SIZES[high]


def packed(initramfs):
    """Its bytes as it would be shipped."""
    return len(gzip.compress(initramfs.read_bytes()))


def show(medians, kinds):
    width = max(len(what) for what in medians)
    print(f"\n{'median':{width}} " + "".join(f"{kind:>12}" for kind in kinds) + "   policed/Linux  policed/unpoliced")
    for what, of in medians.items():
        row = "".join(f"{of[kind]:12.3g}" if kind in of else f"{'':12}" for kind in kinds)
        ratios = [f"{of['policed'] / of[other]:.3f}" if other in of and of[other] else "" for other in ("linux", "unpoliced")]
        print(f"{what:{width}} {row}{ratios[0]:>16}{ratios[1]:>19}")
