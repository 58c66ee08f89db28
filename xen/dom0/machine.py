"""Xen and dom0 in QEMU, while they run."""

import contextlib
import ctypes
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import images
from .initramfs import Archive

# SMAP is left out because QEMU 7.2 reads the stack of an `iretq` to dom0's user mode with the kernel's rights; MONITOR,
# because Xen would idle in an `mwait` that QEMU refuses. SVM with NPT is what PVH guests run on (Debian's Xen has no shadow
# page tables), RDRAND what the unikernel asks for.
CPU = "qemu64,+svm,+npt,+rdrand,+ssse3,+sse4.1,+sse4.2,+popcnt,-monitor"
XEN_OPTIONS = ("console=com1 loglvl=warning guest_loglvl=all dom0_mem={0}M,max:{0}M dom0_max_vcpus=1 cpuidle=0 spec-ctrl=no "
               "bootscrub=0")
DOM0_OPTIONS = "console=hvc0 loglevel=4 rdinit=/init mitigations=off cryptomgr.notests"
DOM0_MIB = 256
GUESTS_MIB = 512
AGENTS = 3
BOOT_LIMIT = 300  # seconds: it takes 10 to 30
ROUTER = "10.0.2.2"  # QEMU: the gateway of xenbr0, and the way to this machine


class MachineError(Exception):
    pass


def end_with_parent():
    """Of a child between fork and exec: QEMU must not outlive us, however we end."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Agent:
    """A shell in dom0 at the other end of a socket; its protocol is in rootfs/agent."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rwb")

    def run(self, script, seconds):
        data = script.encode()
        self.socket.settimeout(seconds + 60)
        self.stream.write(b"%d %d\n" % (seconds, len(data)) + data)
        self.stream.flush()
        head = self.stream.readline()
        if not head:
            raise MachineError("the agent in dom0 has gone")
        status, length = map(int, head.split())
        return status, self.stream.read(length).decode("utf-8", "replace")

    def close(self):
        self.stream.close()
        self.socket.close()


class Machine:
    """As a context: up when entered, gone when left. `files` (path in dom0 -> file here) are put into dom0, which has them in
    its memory: large ones need more of it."""

    def __init__(self, cache, files=None, say=lambda line: None, dom0_mib=DOM0_MIB):
        self.dom0_mib = dom0_mib
        self.images = images.prepare(Path(cache).resolve(), say)
        self.directory = Path(tempfile.mkdtemp(prefix="xen-dom0."))
        self.qemu = None
        self.agents = queue.Queue()
        self.boot_seconds = None
        try:
            self._write_initramfs(files or {})
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _write_initramfs(self, files):
        archive = Archive()
        for path, source in files.items():
            archive.file(path.lstrip("/"), Path(source))
        for name in ("xen", "dom0-kernel"):
            (self.directory / name).symlink_to(self.images / name)
        # Archives one after the other are one initramfs.
        with open(self.directory / "dom0.cpio", "wb") as out:
            with open(self.images / "dom0.cpio", "rb") as base:
                shutil.copyfileobj(base, out)
            archive.write(out)

    def _command(self):
        qemu = shutil.which("qemu-system-x86_64")
        if qemu is None:
            raise MachineError("qemu-system-x86_64 is missing: apt-get install --no-install-recommends qemu-system-x86")
        command = [qemu, "-accel", "tcg,thread=multi", "-machine", "pc", "-cpu", CPU, "-smp", "1",
                   "-m", f"{self.dom0_mib + GUESTS_MIB}M", "-nodefaults", "-display", "none", "-no-reboot",
                   "-serial", "file:console.log", "-qmp", "unix:qmp,server=on,wait=off", "-netdev", "user,id=net",
                   "-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-serial-pci",
                   "-kernel", "xen", "-append", XEN_OPTIONS.format(self.dom0_mib),
                   # A comma inside a module's command line is written twice.
                   "-initrd", f"dom0-kernel {DOM0_OPTIONS.replace(',', ',,')},dom0.cpio"]
        for name in [f"agent.{i}" for i in range(AGENTS)] + ["console"]:
            command += ["-chardev", f"socket,id={name},path={name},server=on,wait=off",
                        "-device", f"virtserialport,chardev={name},name={name}"]
        return command

    def _start(self):
        begun = time.monotonic()
        with open(self.directory / "qemu.log", "wb") as log:
            self.qemu = subprocess.Popen(self._command(), cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         preexec_fn=end_with_parent)
        while not re.search(r"dom0: \S+ s: (up|NOT UP)", self.console()):
            if self.qemu.poll() is not None:
                raise self._failure("QEMU has ended, or Xen or dom0 has crashed")
            if time.monotonic() - begun > BOOT_LIMIT:
                raise self._failure(f"dom0 is not up after {BOOT_LIMIT} s")
            time.sleep(0.1)
        if "NOT UP" in self.console():
            raise self._failure("dom0 did not come up")
        for i in range(AGENTS):
            self.agents.put(Agent(str(self.directory / f"agent.{i}")))
        self.run("true")
        self.boot_seconds = time.monotonic() - begun

    def _failure(self, what):
        said = (self.directory / "qemu.log").read_text(errors="replace") + self.console()
        return MachineError(what + "; the last of what was said:\n" + "".join(said.splitlines(keepends=True)[-30:]))

    def console(self):
        """What Xen and dom0's kernel have printed."""
        path = self.directory / "console.log"
        return path.read_text(encoding="utf-8", errors="replace").replace("\r", "") if path.exists() else ""

    def run(self, script, timeout=120, check=True):
        """Runs a shell script in dom0; its output. With check=False, status and output."""
        agent = self.agents.get()
        try:
            status, output = agent.run(script, timeout)
        except (OSError, ValueError, MachineError) as failed:
            agent.close()
            raise self._failure(f"dom0 does not answer ({failed}) to: {script}") from None
        self.agents.put(agent)
        if not check:
            return status, output
        if status:
            late = f" (more than {timeout} s)" if status in (124, 137, 143) else ""
            raise MachineError(f"in dom0: {script}\nstatus {status}{late}: {output}")
        return output

    def wait(self, script, timeout=120):
        """Waits until the script succeeds in dom0."""
        status, output = self.run(f"until {script}; do usleep 50000; done", timeout, check=False)
        if status:
            raise MachineError(f"in dom0, waited {timeout} s in vain for: {script}\n{output}")

    def qmp(self, command, **arguments):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(str(self.directory / "qmp"))
            stream = s.makefile("rw", encoding="utf-8")
            stream.readline()  # the greeting
            for message in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                stream.write(json.dumps(message) + "\n")
                stream.flush()
                while True:
                    answer = json.loads(stream.readline())
                    if "event" not in answer:
                        break
                if "error" in answer:
                    raise MachineError(f"QEMU: {command}: {answer['error']['desc']}")
            return answer["return"]

    def monitor(self, line):
        return self.qmp("human-monitor-command", **{"command-line": line})

    def forward(self, address, port, host_port=0):
        """Connections to a port of this machine (127.0.0.1; 0: any free one) go to a guest on xenbr0. Returns the port."""
        said = self.monitor(f"hostfwd_add net tcp:127.0.0.1:{host_port}-{address}:{port}")
        if said.strip():
            raise MachineError(f"port {host_port} cannot be forwarded: {said.strip()}")
        found = re.findall(rf"HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+{re.escape(address)}\s+{port}\s",
                           self.monitor("info usernet"))
        return int(found[-1] if host_port == 0 else host_port)

    def processor_seconds(self):
        """What QEMU has used: the time that counts on a machine that has other things to do."""
        fields = Path(f"/proc/{self.qemu.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def debug_key(self, key, last):
        """What Xen prints of itself at a key (`xl debug-keys`), up to a line that matches."""
        before = len(self.console())
        self.run(f"xl debug-keys {key}")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            text = self.console()[before:]
            if re.search(last + ".*\n", text):
                return text
            time.sleep(0.05)
        raise self._failure(f"Xen does not answer to the key {key}")

    def free_kib(self):
        """Memory that Xen has given to nobody, to the page (`xl info` counts MiB)."""
        return int(re.search(r"Dom heap: (\d+)kB", self.debug_key("m", "Dom heap:"))[1])

    def mapped_grants(self, domain):
        """The references of the domain's grants that another domain has mapped at the moment."""
        listing = self.debug_key("g", r"gnttab_usage_print_all \] done")
        for table in re.split(r"grant-table for remote d", listing)[1:]:
            if int(re.match(r"\d+", table)[0]) == domain:
                return [int(ref, 16) for ref in re.findall(r"\[(0x[0-9a-f]+)\]", table)]
        return []

    def close(self):
        while not self.agents.empty():
            self.agents.get().close()
        if self.qemu and self.qemu.poll() is None:
            self.qemu.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.qemu.wait(10)
            self.qemu.kill()
            self.qemu.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
