"""Two hosts on a bad link: network namespaces, a veth pair each, and a relay between them that loses,
repeats and reorders frames (as `tc netem` would, which not every kernel has), and lets the SYNs of two
ends that open at once cross, however late one of the two programs gets its turn.

A kernel that makes no namespaces is reported by Unavailable."""

import os
import random
import select
import signal
import socket
import subprocess
import time


class Unavailable(Exception):
    """Why this machine cannot do it."""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


ADDRESSES = {"client": ("10.87.0.1", "fd87::1"), "server": ("10.87.0.2", "fd87::2")}


class Meeting:
    """SYNs between equal ports, each held back until the other end's has been sent as well."""

    def __init__(self):
        self.held = {}  # port and family: end, frames
        self.met = set()

    def pass_on(self, end, frame):
        """The frames, with the end that each goes to, that may go on now that this one has come."""
        port = opening_port(frame)
        if port is None or port in self.met:
            return [(end, frame)]
        other, frames = self.held.setdefault(port, (end, []))
        if other is end:
            frames.append(frame)
            return []
        self.met.add(port)
        return [(other, held) for held in self.held.pop(port)[1]] + [(end, frame)]


def opening_port(frame):
    """Family and port, if the frame is a SYN without ACK whose two ports are equal."""
    start = 34 if frame[12:14] == b"\x08\x00" else 54  # both without options
    source, target, flags = frame[start:start + 2], frame[start + 2:start + 4], frame[start + 13]
    return (frame[12:14], source) if source == target and flags & 0x12 == 0x02 else None


class Net:
    """The two hosts. Use as a context; `enter(host)` moves the calling thread's process there."""

    def __init__(self, impairment=None, seed=1):
        tag = f"spl{os.getpid()}"
        self.names = {"client": f"{tag}c", "server": f"{tag}s"}
        self.devices = {"client": f"{tag}c0", "server": f"{tag}s0"}
        self.inner = {"client": f"{tag}c1", "server": f"{tag}s1"}
        self.middle = f"{tag}m"
        self.impairment = impairment
        self.seed = seed
        self.relay = None
        self.dumps = []

    def __enter__(self):
        try:
            self._make()
        except Exception:
            self.__exit__()
            raise
        return self

    def _make(self):
        if os.geteuid() != 0:
            raise Unavailable("network namespaces need root")
        for host, name in self.names.items():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        if self.impairment is None:
            run("ip", "link", "add", self.devices["client"], "type", "veth", "peer", "name",
                self.devices["server"])
        else:
            run("ip", "netns", "add", self.middle)
            for host, device in self.devices.items():
                run("ip", "link", "add", device, "type", "veth", "peer", "name", self.inner[host])
                run("ip", "link", "set", self.inner[host], "netns", self.middle)
                run("ip", "-n", self.middle, "link", "set", self.inner[host], "up", "promisc", "on")
        for host, device in self.devices.items():
            name = self.names[host]
            four, six = ADDRESSES[host]
            run("ip", "link", "set", device, "netns", name)
            run("ip", "-n", name, "link", "set", device, "mtu", "1500", "up")
            run("ip", "-n", name, "addr", "add", f"{four}/24", "dev", device)
            run("ip", "-n", name, "addr", "add", f"{six}/64", "dev", device, "nodad")
            self.within(name, plain, device)
        if self.impairment is not None:
            self.relay = os.fork()
            if self.relay == 0:
                try:
                    self._relay()
                finally:
                    os._exit(0)
        # Neighbours are asked for once, before anything is captured or lost for long.
        deadline = time.monotonic() + 20
        for address in ADDRESSES["server"]:
            while subprocess.run(["ip", "netns", "exec", self.names["client"], "python3", "-c",
                                  PROBE, address], check=False).returncode != 0:
                if time.monotonic() > deadline:
                    raise Unavailable(f"{address} does not answer")

    def within(self, name, work, *arguments):
        """In a process of that namespace, which has to succeed."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                enter_namespace(name)
                work(*arguments)
                status = 0
            finally:
                os._exit(status)
        if os.waitpid(child, 0)[1] != 0:
            raise Unavailable(f"{work.__name__} fails in namespace {name}")

    def _relay(self):
        """Between the two inner devices, until it is ended."""
        enter_namespace(self.middle)
        chance = random.Random(self.seed)
        ends = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) for _ in range(2)]
        for end, host in zip(ends, ("client", "server")):
            end.bind((self.inner[host], 3))
        waiting = []  # when, number, end, frame
        number = 0
        meeting = Meeting()
        while True:
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, end, frame = waiting.pop(0)
                try:
                    end.send(frame)
                except OSError:
                    pass  # too large for the link
            patience = max(0, waiting[0][0] - time.monotonic()) if waiting else 1
            for end in select.select(ends, [], [], patience)[0]:
                frame, address = end.recvfrom(70000)
                if address[2] == socket.PACKET_OUTGOING:
                    continue
                other = ends[1 - ends.index(end)]
                tcp = frame[12:14] in (b"\x08\x00", b"\x86\xdd") and \
                    frame[23 if frame[12] == 8 else 20] == 6
                if tcp and chance.random() < self.impairment.get("loss", 0):
                    continue
                for to, passed in meeting.pass_on(other, frame) if tcp else [(other, frame)]:
                    copies = 2 if tcp and chance.random() < self.impairment.get("duplicate", 0) else 1
                    for _ in range(copies):
                        delay = self.impairment.get("delay", 0)
                        if tcp and chance.random() < self.impairment.get("reorder", 0):
                            delay += chance.random() * 0.02
                        number += 1
                        waiting.append((time.monotonic() + delay, number, to, passed))
            waiting.sort()

    def __exit__(self, *_):
        for dump in self.dumps:
            dump.terminate()
            dump.wait()
        if self.relay:
            os.kill(self.relay, signal.SIGTERM)
            os.waitpid(self.relay, 0)
        for name in [*self.names.values(), self.middle]:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def capture(self, host, path):
        """Starts tcpdump; it listens when this returns."""
        dump = subprocess.Popen(
            ["ip", "netns", "exec", self.names[host], "tcpdump", "-Z", "root", "-B", "65536", "--immediate-mode", "-U", "-n", "-s", "200", "-i",
             self.devices[host], "-w", path, "tcp"], stderr=subprocess.PIPE, text=True)
        self.dumps.append(dump)
        line = ""
        while "listening" not in line:
            line = dump.stderr.readline()
            if not line:
                raise Unavailable("tcpdump does not start")

    def stop_captures(self):
        time.sleep(0.3)  # what is on its way
        for dump in self.dumps:
            dump.send_signal(signal.SIGINT)
            dump.wait()
        self.dumps = []


def enter_namespace(name):
    """This process, from now on."""
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{name}") as handle:
        if libc.setns(handle.fileno(), 0x40000000) != 0:
            raise Unavailable(f"setns: {os.strerror(ctypes.get_errno())}")


def plain(device):
    """No offloading: one packet for a segment, with its checksum, as it would be on a wire."""
    import array
    import fcntl
    import struct
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for command in (0x17, 0x1F, 0x24, 0x2C):  # TX checksums, TSO, GSO, GRO
            value = array.array("B", struct.pack("II", command, 0))
            request = struct.pack("16sP", device.encode(), value.buffer_info()[0])
            try:
                fcntl.ioctl(s, 0x8946, request)
            except OSError:
                if command == 0x17:
                    raise


PROBE = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
s.settimeout(2)
try:
    s.connect((sys.argv[1], 9))
except ConnectionRefusedError:
    sys.exit(0)
except OSError:
    sys.exit(1)
"""
