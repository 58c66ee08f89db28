"""Forwarding of ports, sockets and agents."""

import contextlib
import os
import socket
import struct
import subprocess
import threading

from support import USER, SshdTest, end, free_port, main, wait_for
from shared.echo import EchoServer


def echo_server(path=None):
    """One that says something more when the other side has ended: it needs a connection of which half is closed."""
    return EchoServer(path, last=b"bye")


def talk(connection, data):
    """Sends all of it, ends its half, and returns what comes back."""

    def send():
        with contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            got += part
    sender.join()
    return got


class Forwarding(SshdTest):
    def setUp(self):
        self.echo = echo_server()
        self.addCleanup(self.echo.close)
        self.echo_port = self.echo.address[1]

    def hold(self, *options, stdout=None):
        """A connection without a session, with those forwardings."""
        process = self.background(
            options=("-N", "-o", "ExitOnForwardFailure=yes", *options), stderr=stdout
        )
        return process

    def connect(self, port):
        def attempt():
            with contextlib.suppress(OSError):
                self.connection = socket.create_connection(("127.0.0.1", port), 30)
                return True

        self.assertTrue(wait_for(attempt), f"nobody at port {port}")
        self.addCleanup(self.connection.close)
        return self.connection

    def test_local(self):
        port = free_port()
        self.hold("-L", f"{port}:127.0.0.1:{self.echo_port}")
        data = os.urandom(3 << 20)
        self.assertEqual(talk(self.connect(port), data), data + b"bye")

    def test_local_to_nobody(self):
        port = free_port()
        process = self.hold("-L", f"{port}:127.0.0.1:{free_port()}")
        self.assertEqual(talk(self.connect(port), b"x"), b"")
        self.assertIsNone(process.poll())

    def test_many_at_once(self):
        port = free_port()
        self.hold("-L", f"{port}:127.0.0.1:{self.echo_port}")
        self.connect(port)
        results = [None] * 30

        def one(number):
            with socket.create_connection(("127.0.0.1", port), 30) as connection:
                results[number] = talk(connection, bytes([number]) * 50000)

        threads = [threading.Thread(target=one, args=(n,)) for n in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [bytes([n]) * 50000 + b"bye" for n in range(30)])

    def test_remote(self):
        port = free_port()
        self.hold("-R", f"127.0.0.1:{port}:127.0.0.1:{self.echo_port}")
        data = os.urandom(3 << 20)
        self.assertEqual(talk(self.connect(port), data), data + b"bye")

    def test_remote_at_any_port(self):
        process = self.background(
            "sleep 30",
            options=("-o", "LogLevel=INFO", "-R", f"127.0.0.1:0:127.0.0.1:{self.echo_port}"),
            stderr=subprocess.PIPE,
        )
        line = process.stderr.readline().decode()
        while "Allocated port" not in line:
            self.assertNotEqual(line, "", "no port was told")
            line = process.stderr.readline().decode()
        port = int(line.split()[2])
        self.assertEqual(talk(self.connect(port), b"hello"), b"hellobye")

    def test_remote_is_gone_with_its_connection(self):
        port = free_port()
        process = self.hold("-R", f"127.0.0.1:{port}:127.0.0.1:{self.echo_port}")
        self.connect(port).close()
        process.terminate()
        process.wait()

        def refused():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except ConnectionRefusedError:
                return True
            return False

        self.assertTrue(wait_for(refused))

    def test_remote_is_cancelled(self):
        control, port = self.path("cancel"), free_port()
        self.background(options=("-M", "-N", "-S", control))
        self.assertTrue(wait_for(lambda: os.path.exists(control)))
        forwarding = f"127.0.0.1:{port}:127.0.0.1:{self.echo_port}"
        for _ in range(3):
            self.ssh(options=("-S", control, "-O", "forward", "-R", forwarding), check=0)
            self.assertEqual(talk(self.connect(port), b"hi"), b"hibye")
            self.ssh(options=("-S", control, "-O", "cancel", "-R", forwarding), check=0)

            def gone():
                with contextlib.suppress(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    return False
                return True

            self.assertTrue(wait_for(gone))

    def test_port_that_is_taken(self):
        done = self.ssh(
            "true",
            options=(
                "-o", "ExitOnForwardFailure=yes",
                "-R", f"127.0.0.1:{self.echo_port}:127.0.0.1:1",
            ),
        )  # fmt: skip
        self.assertEqual(done.returncode, 255)

    def test_dynamic(self):
        port = free_port()
        self.hold("-D", str(port))
        connection = self.connect(port)
        connection.sendall(b"\x05\x01\x00")
        self.assertEqual(connection.recv(2), b"\x05\x00")
        connection.sendall(
            b"\x05\x01\x00\x01" + socket.inet_aton("127.0.0.1") + struct.pack(">H", self.echo_port)
        )
        self.assertEqual(connection.recv(10)[:2], b"\x05\x00")
        self.assertEqual(talk(connection, b"via socks"), b"via socksbye")

    def test_jump(self):
        jump = " ".join(["ssh", *self.options("-W", "%h:%p"), f"{USER}@127.0.0.1"])
        done = self.ssh("echo jumped", options=("-o", f"ProxyCommand={jump}"), check=0)
        self.assertEqual(done.stdout, b"jumped\n")

    def test_unix_socket_at_the_server(self):
        echo = echo_server(self.path("echo.sock"))
        self.addCleanup(echo.close)
        port = free_port()
        self.hold("-L", f"{port}:{echo.address}")
        self.assertEqual(talk(self.connect(port), b"to a path"), b"to a pathbye")

    def test_unix_socket_that_the_server_listens_at(self):
        path = self.path("remote.sock")
        process = self.hold("-R", f"{path}:127.0.0.1:{self.echo_port}")
        self.assertTrue(wait_for(lambda: os.path.exists(path)))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            self.assertEqual(talk(connection, b"from a path"), b"from a pathbye")
        process.terminate()
        process.wait()
        self.assertTrue(wait_for(lambda: not os.path.exists(path)), "the path is removed")

    def test_agent(self):
        agent_socket = self.path("agent.sock")
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", agent_socket], stdout=subprocess.DEVNULL)
        self.addCleanup(end, agent)
        self.assertTrue(wait_for(lambda: os.path.exists(agent_socket)))
        environment = {**os.environ, "SSH_AUTH_SOCK": agent_socket}
        subprocess.run(
            ["ssh-add", "-q", self.server.key], env=environment, check=True, capture_output=True
        )
        wanted = subprocess.run(["ssh-add", "-l"], env=environment, capture_output=True).stdout
        command = self.ssh_command("ssh-add -l; ssh-add -l", options=("-A",))
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60)
        self.assertEqual(done.stdout, wanted * 2, done.stderr.decode())
        command = self.ssh_command("echo .$SSH_AUTH_SOCK.")
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60)
        self.assertEqual(done.stdout, b"..\n", "only for who asks")


class GatewayPorts(SshdTest):
    """At which addresses a port is listened on that the client asks for: RFC 4254 section 7.1. With
    GatewayPorts as it is by default: loopback, whatever is asked for."""

    ADDRESSES = ("127.0.0.1", "127.0.0.2", "::1")
    LOOPBACK = {"127.0.0.1", "::1"}
    # What the client is told to ask for (it says "localhost" for nothing), and where it then is.
    cases = (
        ("", LOOPBACK),
        ("localhost:", LOOPBACK),
        ("*:", LOOPBACK),
        ("0.0.0.0:", LOOPBACK),
        ("[::]:", LOOPBACK),
        ("127.0.0.2:", LOOPBACK),
        ("127.0.0.1:", {"127.0.0.1"}),
        ("[::1]:", {"::1"}),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            cls.here = set(cls.ADDRESSES)
            return
        print("this machine has no ::1: only IPv4 is looked at", flush=True)
        cls.here = set(cls.ADDRESSES) - {"::1"}

    def setUp(self):
        self.echo = echo_server()
        self.addCleanup(self.echo.close)
        self.control = self.path("control")
        self.background(options=("-M", "-N", "-S", self.control))
        self.assertTrue(wait_for(lambda: os.path.exists(self.control)))

    def ask(self, command, address, port, check=0):
        forwarding = f"{address}{port}:127.0.0.1:{self.echo.address[1]}"
        return self.ssh(options=("-S", self.control, "-O", command, "-R", forwarding), check=check)

    def reached(self, port):
        """The addresses at which the echo answers."""
        found = set()
        for address in self.here:
            with contextlib.suppress(ConnectionRefusedError):
                with socket.create_connection((address, port), 30) as connection:
                    self.assertEqual(talk(connection, address.encode()), address.encode() + b"bye")
                    found.add(address)
        return found

    def is_gone(self, port):
        for address in self.here:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((address, port), 30).close()
                return False
        return True

    def test_addresses(self):
        for address, wanted in self.cases:
            with self.subTest(address):
                port = free_port()
                self.ask("forward", address, port)
                self.assertEqual(self.reached(port), wanted & self.here)
                self.ask("cancel", address, port)
                self.assertTrue(wait_for(lambda: self.is_gone(port)))

    def test_any_port(self):
        for address, wanted in self.cases:
            if not wanted & self.here:
                continue
            with self.subTest(address):
                port = int(self.ask("forward", address, 0).stdout)
                self.assertEqual(self.reached(port), wanted & self.here)

    def test_port_that_is_taken_on_one_address(self):
        """Nobody is to be sent to whoever has the other one."""
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            self.ask("forward", "localhost:", port, check=255)
            if "::1" in self.here:
                with self.assertRaises(ConnectionRefusedError):
                    socket.create_connection(("::1", port), 30)


class GatewayPortsYes(GatewayPorts):
    config = ("GatewayPorts yes",)
    cases = tuple((address, set(GatewayPorts.ADDRESSES)) for address, _ in GatewayPorts.cases)


class GatewayPortsClientSpecified(GatewayPorts):
    config = ("GatewayPorts clientspecified",)
    cases = (
        ("", GatewayPorts.LOOPBACK),
        ("localhost:", GatewayPorts.LOOPBACK),
        ("*:", set(GatewayPorts.ADDRESSES)),
        ("0.0.0.0:", {"127.0.0.1", "127.0.0.2"}),
        ("[::]:", {"::1"}),
        ("127.0.0.1:", {"127.0.0.1"}),
        ("127.0.0.2:", {"127.0.0.2"}),
        ("[::1]:", {"::1"}),
    )

    def test_address_that_is_not_here(self):
        self.ask("forward", "192.0.2.1:", free_port(), check=255)
        self.ask("forward", "no-such-name.invalid:", free_port(), check=255)


class PermitListen(GatewayPorts):
    """It is about what is asked for, wherever that leads."""

    PORT = free_port()
    config = ("GatewayPorts clientspecified", f"PermitListen localhost:{PORT} 127.0.0.2:*")
    cases = (("127.0.0.2:", {"127.0.0.2"}),)

    test_port_that_is_taken_on_one_address = None  # it is not permitted

    def test_what_is_permitted(self):
        self.ask("forward", "localhost:", self.PORT)
        self.assertEqual(self.reached(self.PORT), self.LOOPBACK & self.here)
        for address, port in (("127.0.0.1:", self.PORT + 1), ("localhost:", free_port()),
                              ("localhost:", 0), ("*:", self.PORT), ("[::1]:", self.PORT)):  # fmt: skip
            with self.subTest(address=address, port=port):
                self.ask("forward", address, port, check=255)


class Prohibited(SshdTest):
    config = ("DisableForwarding yes",)

    def test_nothing_is_forwarded(self):
        echo = echo_server()
        self.addCleanup(echo.close)
        address = f"127.0.0.1:{echo.address[1]}"
        done = self.ssh("true", options=("-W", address))
        self.assertNotEqual(done.returncode, 0)
        done = self.ssh(
            "true", options=("-o", "ExitOnForwardFailure=yes", "-R", f"{free_port()}:{address}")
        )
        self.assertEqual(done.returncode, 255)
        self.ssh("true", check=0)


if __name__ == "__main__":
    main()
