"""A guest, as dom0's toolstack sees it."""

import re
import shlex

from .machine import MachineError

CONSOLES = "/var/log/xen/console"


def quoted(text):
    """As xl reads strings: within either kind of quotes, and no escapes."""
    return f"'{text}'" if '"' in text else f'"{text}"'


class Guest:
    """`kernel` and `ramdisk` are paths in dom0."""

    def __init__(self, machine, name, kernel, words="", *, memory=32, bridge=None, mac=None, ramdisk=None, on_reboot="restart",
                 on_crash="destroy"):
        self.machine, self.name = machine, name
        lines = [f'name = "{name}"', 'type = "pvh"', f"memory = {memory}", f'kernel = "{kernel}"', f"extra = {quoted(words)}",
                 f'on_reboot = "{on_reboot}"', 'on_poweroff = "destroy"', f'on_crash = "{on_crash}"',
                 # Xen would emulate the time stamp counter, as QEMU's is not invariant; a guest that reads it by RDTSCP, as
                 # Linux does, then hangs.
                 'tsc_mode = "native"']
        if memory < 64:
            # xl sets aside a page per MiB for the table from the guest's pages to the machine's, which is too few for a guest
            # below 20 MiB: it is not built, or hangs.
            lines.append("shadow_memory = 1")
        if ramdisk:
            lines.append(f'ramdisk = "{ramdisk}"')
        if bridge:
            lines.append(f"vif = ['bridge={bridge}" + (f",mac={mac}" if mac else "") + "']")
        self.config = "\n".join(lines) + "\n"
        self.path = f"/tmp/{name}.cfg"
        self.log = f"{CONSOLES}/guest-{name}.log"

    def write_config(self):
        self.machine.run(f"cat >{self.path} <<'END'\n{self.config}END\nrm -f {self.log}")

    def create(self, *options):
        self.write_config()
        self.machine.run(f"xl create -q {' '.join(options)} {self.path}")
        return self

    def save(self, path, *options):
        """Its image into a file in dom0; the guest is gone afterwards, unless an option says otherwise."""
        self.machine.run(f"xl save {' '.join(options)} {self.name} {path}", timeout=300)

    def restore(self, path):
        self.machine.run(f"xl restore {path}", timeout=300)

    def output(self):
        """What it has printed on its console."""
        return self.machine.run(f"cat {self.log} 2>/dev/null || true").replace("\r", "")

    def wait_for(self, pattern, timeout=120, count=1):
        """Until so many lines of its output match (grep -E)."""
        enough = f"grep -cE {shlex.quote(pattern)} {self.log} 2>/dev/null"
        try:
            self.machine.wait(f"[ 0$({enough}) -ge {count} ]", timeout)
        except MachineError as failed:
            raise MachineError(f"{failed}\n{self.name} has printed:\n{self.output()}") from None

    def type(self, text):
        """What somebody types at `xl console`, through the same terminal."""
        self.machine.run(f"printf %s {shlex.quote(text)} >$(xenstore-read /local/domain/{self.id()}/console/tty)")

    def id(self):
        return int(self.machine.run(f"xl domid {self.name}"))

    def listed(self):
        """Its line of `xl list`: id, memory in MiB, virtual processors, state, processor seconds; None if it has gone."""
        found = re.search(rf"(?m)^{re.escape(self.name)} +(\d+) +(\d+) +(\d+) +(\S+) +(\S+)$", self.machine.run("xl list"))
        return (int(found[1]), int(found[2]), int(found[3]), found[4], float(found[5])) if found else None

    def processor_seconds(self):
        return self.listed()[4]

    def wait_gone(self, timeout=120):
        self.machine.wait(f"! xl domid {self.name} >/dev/null 2>&1", timeout)

    def destroy(self):
        self.machine.run(f"if xl domid {self.name} >/dev/null 2>&1; then xl destroy {self.name}; fi")
