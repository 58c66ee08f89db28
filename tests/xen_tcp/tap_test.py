"""The policed stack, in a process on a TAP device, against the TCP of Linux.

    tap_test.py PROGRAM SPLC POLICY CASE

Each case runs in a network namespace of its own, which ends with this process. Whatever happens, the
monitors in the stack and `splc replay` of what it sent and received must say the same: in these
cases, that nothing was refused. Exits with 77 where there are no namespaces or TAP devices."""

import ipaddress
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from shared.echo import exchange  # noqa: E402
from shared.local import wait_for  # noqa: E402
from shared.tap import GUEST as STACK  # noqa: E402
from shared.tap import GUEST6 as STACK6  # noqa: E402
from shared.tap import HOST, enter_namespace, flood, ip  # noqa: E402

PROGRAM, SPLC, POLICY, CASE = sys.argv[1:5]
MB = 1 << 20


class Stack:
    """The program while it runs; `result` is what it has counted."""

    def __init__(self, *words, capture=True, addresses=True):
        self.capture = os.path.join(tempfile.mkdtemp(prefix="xen_tcp."), "t.pcap") if capture else None
        command = [PROGRAM, "tap=tap0", *words]
        if addresses:
            command += [f"ip={STACK}/24", f"gw={HOST}", f"ip6={STACK6}/64"]
        if capture:
            command.append("pcap=" + self.capture)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log = []
        while "ready" not in (line := self.process.stderr.readline()):
            assert line, "".join(self.log)
            self.log.append(line)
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))
        self.reader.start()
        ip("link", "set", "tap0", "up")
        self.result = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.send_signal(signal.SIGTERM)
        out = self.process.stdout.read()
        status = self.process.wait()
        self.reader.join()
        if kind is not None:
            print("".join(self.log))
            return
        assert status == 0, "".join(self.log)
        self.result = json.loads(out)
        quiet = {k: self.result[k] for k in ("refused_in", "refused_out", "disagreements")}
        loud = [line for line in self.log if not line.startswith("info: ")]
        assert not any(quiet.values()) and not loud, (quiet, "".join(loud))
        if self.capture:
            done = subprocess.run([SPLC, "replay", "--format=pcap", POLICY, self.capture],
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            os.unlink(self.capture)
            os.rmdir(os.path.dirname(self.capture))


def connect(port, host=STACK, timeout=60):
    return socket.create_connection((host, port), timeout=timeout)


def eventually(what, limit=30):
    assert wait_for(what, limit), "it did not come to that"


def echo(size, host=STACK, seed=1, s=None):
    exchange(s or connect(7, host), size, seed)


def lines(count):
    return b"".join(bytes(32 + (n + c) % 95 for c in range(72)) + b"\r\n" for n in range(count))


def case_bulk():
    with Stack(capture=False):
        echo(20 * MB)
    with Stack():
        echo(4 * MB)
        echo(2 * MB, STACK6)
        with connect(9) as s:
            s.sendall(bytes(4 * MB))
        with connect(19) as s:
            want = lines(20000)
            got = b""
            while len(got) < len(want):
                got += s.recv(1 << 16)
            assert got[:len(want)] == want


def case_bad():
    for seed in (1, 2):
        with Stack("loss=3", "duplicate=3", "reorder=10", f"seed={seed}"):
            echo(300_000, seed=seed)
            with connect(9) as s:
                s.sendall(bytes(300_000))


def case_many():
    with Stack() as stack:
        for i in range(200):
            echo(100 + i, seed=i)
        threads = [threading.Thread(target=echo, args=(5000,), kwargs={"seed": i}) for i in range(50)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert stack.result["accepted"] == 250, stack.result


def case_thousand():
    """A thousand connections at once, all of them in use."""
    with Stack() as stack:
        sockets = [connect(7) for _ in range(1000)]
        for i, s in enumerate(sockets):
            s.sendall(b"%d\n" % i)
        for i, s in enumerate(sockets):
            assert s.recv(100) == b"%d\n" % i
        page = json.load(urllib.request.urlopen(f"http://{STACK}/status.json", timeout=30))
        assert sum(c["state"] == "ESTABLISHED" for c in page["tcp"]) >= 1001
        for s in sockets:
            s.close()
        eventually(lambda: all(c["state"] != "ESTABLISHED" or ":80" in c["local"] for c in json.load(
            urllib.request.urlopen(f"http://{STACK}/status.json", timeout=30))["tcp"]))
    assert stack.result["accepted"] >= 1002, stack.result


def case_http():
    with Stack() as stack:
        page = urllib.request.urlopen(f"http://{STACK}/", timeout=30).read().decode()
        assert "Policed TCP" in page and "ESTABLISHED" in page, page
        for path, want in (("/nothing", 404), ("/status.json", 200)):
            try:
                got = urllib.request.urlopen(f"http://{STACK}{path}", timeout=30).status
            except urllib.error.HTTPError as e:
                got = e.code
            assert got == want, (path, got)
        with connect(80) as s:
            s.sendall(b"nonsense\r\n\r\n")
            assert s.recv(1000).startswith(b"HTTP/1.1 400 ")
        with connect(80) as s:
            s.sendall(b"x" * 9000)
            assert s.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert stack.result["policed"] == 1


def case_zero_window():
    """Neither side reads for a while: the other one's window closes, is probed, and opens again."""
    with Stack():
        s = connect(7)
        s.setblocking(False)
        data, sent = random.Random(3).randbytes(8 * MB), 0
        stuck = time.monotonic()
        while time.monotonic() < stuck + 3 and sent < len(data):
            try:
                sent += s.send(data[sent:sent + 65536])
                stuck = time.monotonic()
            except BlockingIOError:
                time.sleep(0.05)
        assert 0 < sent < len(data), "nothing was ever full"
        s.settimeout(60)
        s.shutdown(socket.SHUT_WR)
        got = bytearray()
        while piece := s.recv(1 << 16):
            got += piece
        assert bytes(got) == data[:sent]
        s.close()


def abort(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def case_resets():
    """The peer resets: at once, amid text, after its own FIN, after ours."""
    with Stack() as stack:
        for _ in range(5):
            abort(connect(7))
            s = connect(7)
            s.sendall(b"x" * 100_000)
            abort(s)
            s = connect(19)
            s.recv(1000)
            s.shutdown(socket.SHUT_WR)
            abort(s)
            s = connect(80)
            s.sendall(b"GET / HTTP/1.1\r\n\r\n")
            s.recv(10)
            abort(s)
        try:
            connect(1234)
            raise AssertionError("connected to a port where nobody listens")
        except ConnectionRefusedError:
            pass
        echo(1000)
    assert stack.result["resets_for_no_connection"] >= 1, stack.result


def case_half_open():
    """The peer forgets the connection, as after a crash: it answers the next text with a reset."""
    with Stack() as stack:
        tcp_repair = 19
        s = connect(19)
        s.recv(10_000)
        s.setsockopt(socket.IPPROTO_TCP, tcp_repair, 1)
        s.close()
        eventually(lambda: not any(":19" in c["local"] for c in json.load(
            urllib.request.urlopen(f"http://{STACK}/status.json", timeout=30))["tcp"]))
        echo(1000)
    assert stack.result["accepted"] >= 3


def case_simultaneous_open():
    """Both connect to each other. Linux has its SYN on the way when the stack's comes (again)."""
    s = socket.socket()
    s.settimeout(30)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((HOST, 6000))
    with Stack(f"call={HOST}:6000", "from=5000") as stack:
        s.connect((STACK, 5000))
        echo(100_000, s=s)
    assert stack.result["connected"] == 1, stack.result


def case_simultaneous_close():
    """Each closes when the other does: on a link that delays, many pairs of FINs cross."""
    with Stack("reorder=40", "seed=5"):
        def one(i):
            with connect(80) as s:
                s.sendall(b"GET /status.json HTTP/1.1\r\n\r\n")
                if i % 2:
                    s.shutdown(socket.SHUT_WR)
                while s.recv(65536):
                    pass
        threads = [threading.Thread(target=one, args=(i,)) for i in range(60)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()


def case_call_refused():
    """A call that nobody takes."""
    with Stack(f"call={HOST}:6001") as stack:
        echo(100)
        time.sleep(1.5)
        page = json.load(urllib.request.urlopen(f"http://{STACK}/status.json", timeout=30))
        assert not any(":6001" in c["remote"] for c in page["tcp"]), page
    assert stack.result["connected"] == 0


def case_names():
    """A call by name: the server of DNS that is given, and one that DHCP names."""
    for words, served, addresses in (
            (("dns=" + HOST,), (), True),
            (("dhcp",), ("--dhcp-range=10.9.0.50,10.9.0.60,255.255.255.0,120", "--dhcp-authoritative"), False)):
        listener = socket.create_server((HOST, 6000))
        listener.settimeout(60)
        with Dnsmasq("--host-record=echo.example," + HOST, *served, dns_port=53):
            with Stack("call=echo.example:6000", *words, addresses=addresses) as stack:
                s, _ = listener.accept()
                echo(10_000, s=s)
            assert stack.result["connected"] == 1, stack.result
        listener.close()


class Dnsmasq:
    """A server of DHCP, and a router's advertisements, on the other end of the link."""

    def __init__(self, *words, dns_port=0):
        self.directory = tempfile.TemporaryDirectory(prefix="dnsmasq.")
        self.leases = os.path.join(self.directory.name, "leases")
        self.process = subprocess.Popen(
            ["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv",
             f"--port={dns_port}", "--user=root", "--interface=tap0", "--bind-interfaces", "--dhcp-leasefile=" + self.leases,
             "--pid-file=" + os.path.join(self.directory.name, "pid"), *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.log = []
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))
        self.reader.start()

    def leased(self):
        """Address -> host name."""
        if not os.path.exists(self.leases):
            return {}
        with open(self.leases, encoding="ascii") as f:
            return {words[2]: words[3] for line in f if len(words := line.split()) == 5}

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        self.directory.cleanup()
        if kind is not None:
            print("".join(self.log))


def case_dhcp():
    """An address and a gateway from a DHCP server; given back at the end."""
    with Dnsmasq("--dhcp-range=10.9.0.50,10.9.0.60,255.255.255.0,120", "--dhcp-option=option:router," + HOST,
                 "--dhcp-authoritative") as server:
        with Stack("dhcp", "hostname=bastion", addresses=False) as stack:
            eventually(server.leased)
            (address, name), = server.leased().items()
            assert address.startswith("10.9.0.") and name == "bastion", (address, name)
            eventually(lambda: any(address in line for line in stack.log))
            echo(100_000, address)
            page = json.load(urllib.request.urlopen(f"http://{address}/status.json", timeout=30))
            assert address in page["addresses"], page
            # The gateway is used for what is not on the link.
            ip("addr", "add", "10.77.0.1/32", "dev", "lo")
            s = socket.create_connection((address, 7), timeout=30, source_address=("10.77.0.1", 0))
            echo(1000, s=s)
        eventually(lambda: not server.leased())


def case_slaac():
    """Addresses of version 6 from a router's advertisements: the prefix, and the MAC (RFC 4291)."""
    with Dnsmasq("--enable-ra", "--dhcp-range=fd09::,ra-only,64"):
        with Stack(addresses=False) as stack:
            eventually(lambda: any("fd09:" in line for line in stack.log), 60)
            address = next(line for line in stack.log if "fd09:" in line).split()[-1]
            assert ipaddress.ip_address(address).packed[11:13] == b"\xff\xfe", address
            echo(100_000, address)
            ip("-6", "addr", "add", "fd77::1/128", "dev", "lo", "nodad")
            s = socket.create_connection((address, 7), timeout=30, source_address=("fd77::1", 0))
            echo(1000, s=s)


def case_flood():
    """100,000 SYNs: what is held for them is bounded, and who means it gets through meanwhile."""
    with Stack(capture=False) as stack:
        echo(1000)
        over = threading.Event()
        served = given_up = 0

        def attack():
            # Until somebody has got through: how long that takes is a matter of luck, but not for ever.
            flood(7, lambda count: count >= 100_000 and (served >= 1 or count >= 1_000_000))
            over.set()

        attacker = threading.Thread(target=attack)
        attacker.start()
        # There are no SYN cookies: one whose ACK waits behind a thousand SYNs is given up, and resets. It
        # may try again.
        while not over.is_set():
            try:
                echo(500, s=connect(7, timeout=120))
                served += 1
            except (ConnectionResetError, BrokenPipeError):
                given_up += 1
        attacker.join()
        echo(100_000)
        page = json.load(urllib.request.urlopen(f"http://{STACK}/status.json", timeout=60))
        half_open = sum(c["state"] == "SYN-RECEIVED" for c in page["tcp"])
        assert half_open <= 1024, half_open
        print(f"{served} connections served during the flood, {given_up} given up, {page['half_open_dropped']} half-open ones "
              f"given up, {page['memory_peak']} bytes at most")
        assert served >= 1 and page["half_open_dropped"] > 10_000, page
        assert page["memory_peak"] < 8 * MB
    assert stack.result["accepted"] >= served


def main():
    enter_namespace()
    globals()["case_" + CASE]()


main()
