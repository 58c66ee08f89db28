"""What two programs do over TCP: one scenario after the other, each with its two sides.

Each side is a function of a Scenario, which has the address, the port, and two signals between
processes: `connected`, a semaphore for the connections that are open before the capture, and `captured`,
an event that is set when it has begun."""

import os
import socket
import struct
import threading
import time

PATIENCE = 40


class Scenario:
    def __init__(self, name, address, port, connected, captured):
        self.name = name
        self.address = address
        self.port = port
        self.connected = connected
        self.captured = captured
        self.family = socket.AF_INET6 if ":" in address["server"] else socket.AF_INET

    def socket(self):
        s = socket.socket(self.family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.settimeout(PATIENCE)
        return s

    def listen(self):
        s = self.socket()
        s.bind((self.address["server"], self.port))
        s.listen(128)
        return s

    def connect(self, port=None, bound=None):
        s = self.socket()
        if bound:
            s.bind((self.address["client"], bound))
        s.connect((self.address["server"], port or self.port))
        return s


def read_all(s):
    total = 0
    while True:
        part = s.recv(65536)
        if not part:
            return total
        total += len(part)


def read(s, size):
    while size > 0:
        part = s.recv(size)
        if not part:
            raise EOFError
        size -= len(part)


def hard(s):
    """close() will send a reset."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return s


# ---- the server's sides: what is done with each connection ----


def serve_echo(c, _):
    while part := c.recv(65536):
        c.sendall(part)
    c.close()


def serve_then_close(c, _):
    read(c, 4)
    c.sendall(b"x" * 5000)
    c.close()


def serve_after_eof(c, _):
    read_all(c)
    c.sendall(b"x" * 20000)
    c.close()


def serve_half_close(c, _):
    c.sendall(b"x" * 3000)
    c.shutdown(socket.SHUT_WR)
    read_all(c)
    c.close()


def serve_at_once(c, _):
    read(c, 4)
    c.sendall(b"now!")
    time.sleep(0.15)  # as the client does
    c.close()


def serve_reset(c, _):
    read(c, 4)
    hard(c).close()


def serve_slowly(c, _):
    time.sleep(1.2)
    read_all(c)
    c.close()


def serve_unread(c, _):
    time.sleep(0.3)
    c.close()  # with text that nobody has read: a reset


# ---- the client's sides ----


def ask(scenario):
    s = scenario.connect()
    s.sendall(b"ping" * 500)
    read(s, 2000)
    s.close()


def ask_and_wait(scenario):
    s = scenario.connect()
    s.sendall(b"ping")
    read_all(s)
    s.close()


def half_close(scenario):
    s = scenario.connect()
    s.sendall(b"ping")
    s.shutdown(socket.SHUT_WR)
    read_all(s)
    s.close()


def talk_after_eof(scenario):
    s = scenario.connect()
    read_all(s)
    s.sendall(b"x" * 4000)
    s.close()


def at_once(scenario):
    s = scenario.connect()
    s.sendall(b"ping")
    read(s, 4)
    time.sleep(0.15)
    s.close()


def reset(scenario):
    s = scenario.connect()
    s.sendall(b"ping")
    read(s, 4)
    hard(s).close()


def reset_in_flight(scenario):
    s = scenario.connect()
    s.sendall(b"x" * 60000)
    hard(s).close()


def wait_for_reset(s):
    """It may be lost: then nobody ever says that the connection is over."""
    s.settimeout(3)
    try:
        read_all(s)
    except OSError:
        pass
    s.close()


def be_reset(scenario):
    s = scenario.connect()
    s.sendall(b"ping")
    wait_for_reset(s)


def be_refused(scenario):
    try:
        scenario.connect(scenario.port + 1)
    except ConnectionRefusedError:
        pass


def send_much(scenario):
    s = scenario.connect()
    s.sendall(b"x" * 400_000)
    s.close()


def send_unread(scenario):
    s = scenario.connect()
    s.sendall(b"x" * 3000)
    wait_for_reset(s)


def keep_alive(scenario):
    s = scenario.connect()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    s.sendall(b"ping")
    read(s, 4)
    time.sleep(2.3)
    s.close()


def before_capture(scenario):
    s = scenario.connect()
    s.sendall(b"ping")
    read(s, 4)
    scenario.connected.release()
    scenario.captured.wait(PATIENCE)
    s.sendall(b"pong" * 100)
    read(s, 400)
    s.close()


def many(scenario):
    for _ in range(60):
        ask(scenario)


def give_up(scenario):
    """Closed before the SYN-ACK has come."""
    s = scenario.socket()
    s.setblocking(False)
    try:
        s.connect((scenario.address["server"], scenario.port))
    except BlockingIOError:
        pass
    s.close()


def same_ports(scenario):
    for _ in range(3):
        s = scenario.connect(bound=scenario.port + 2)
        s.sendall(b"ping")
        read(s, 4)
        hard(s).close()


def open_at_once(scenario, mine="client", other="server"):
    """Where a relay has the SYNs meet, the first attempt is one. Elsewhere an early SYN is refused, and tried again."""
    scenario.captured.wait(PATIENCE)  # a capture without the first SYN would be one of another opening
    for _ in range(8):
        s = scenario.socket()
        s.bind((scenario.address[mine], scenario.port))
        time.sleep(0.5 - time.time() % 0.5)
        try:
            s.connect((scenario.address[other], scenario.port))
        except ConnectionRefusedError:
            s.close()
            continue
        s.sendall(b"ping")
        s.shutdown(socket.SHUT_WR)
        read_all(s)
        s.close()
        return


# name, what the server does with a connection, what the client does, how many connections that makes.
# None: the number depends on the link.
SCENARIOS = [
    ("ordinary", serve_echo, ask, 1),
    ("server closes first", serve_then_close, ask_and_wait, 1),
    ("client half-closes", serve_after_eof, half_close, 1),
    ("server half-closes", serve_half_close, talk_after_eof, 1),
    ("both close at once", serve_at_once, at_once, 1),
    ("client resets", serve_echo, reset, 1),
    ("client resets what is on its way", serve_echo, reset_in_flight, 1),
    ("server resets", serve_reset, be_reset, 1),
    ("refused", serve_echo, be_refused, 1),
    ("zero window", serve_slowly, send_much, 1),
    ("closed unread", serve_unread, send_unread, 1),
    ("keep-alive", serve_echo, keep_alive, 1),
    ("open before the capture", serve_echo, before_capture, 1),
    ("many", serve_echo, many, 60),
    ("given up", serve_echo, give_up, None),
    ("same ports again", serve_echo, same_ports, 3),
    ("both open at once", None, open_at_once, None),
]


def guarded(work, failures, name, *arguments):
    def run():
        try:
            work(*arguments)
        except Exception as error:  # reported by the process
            failures.append(f"{name}: {error!r}")
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def quietly(handle, connection, scenario):
    """A server's side may be reset at any time."""
    try:
        connection.settimeout(PATIENCE)
        handle(connection, scenario)
    except OSError:
        connection.close()


def run_server(scenarios, ready, over):
    """Until `over`. Scenarios are (Scenario, handler)."""
    failures = []
    for scenario, handle in scenarios:
        if handle is None:
            guarded(open_at_once, failures, scenario.name, scenario, "server", "client")
            continue
        listener = scenario.listen()
        if scenario.name == "zero window":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)

        def accept(listener=listener, handle=handle, scenario=scenario):
            while True:
                try:
                    connection = listener.accept()[0]
                except socket.timeout:
                    return
                threading.Thread(target=quietly, args=(handle, connection, scenario),
                                 daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
    ready.set()
    over.wait(PATIENCE * 2)
    os._exit(1 if [print(f) for f in failures] else 0)


def run_client(scenarios):
    failures = []
    threads = [guarded(work, failures, scenario.name, scenario) for scenario, work in scenarios]
    for thread in threads:
        thread.join(PATIENCE * 2)
    for failure in failures:
        print(failure, flush=True)
    os._exit(1 if failures or any(t.is_alive() for t in threads) else 0)
