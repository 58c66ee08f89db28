"""Names, forwarded ports, logs to elsewhere, DHCP."""

import os
import re
import socket
import subprocess
import threading

from support import BASTION, HOST, TARGET_PORT, BastionTest, main, wait_for


def receive(sock, into, stream):
    def loop():
        while True:
            try:
                if stream:
                    peer, _ = sock.accept()
                    while piece := peer.recv(65536):
                        into.append(piece)
                else:
                    into.append(sock.recv(65536))
            except OSError:
                return

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()


class Network(BastionTest):
    settings = f"dns {HOST}\nsyslog udp {HOST}:5514\nsyslog tcp {HOST}:5601"

    @classmethod
    def setUpClass(cls):
        cls.datagrams, cls.stream = [], []
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((HOST, 5514))
        tcp = socket.create_server((HOST, 5601))
        receive(udp, cls.datagrams, False)
        receive(tcp, cls.stream, True)
        cls.dns = subprocess.Popen(
            ["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--user=root",
             "--interface=tap0", "--bind-interfaces", "--pid-file",
             f"--host-record=inner.example,{HOST}", "--host-record=elsewhere.test,192.0.2.1",
             f"--host-record=allowed-by-address.test,{HOST}"],
            stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.dns.wait)
        cls.addClassCleanup(cls.dns.terminate)
        super().setUpClass()

    @classmethod
    def configuration(cls):
        return super().configuration() + "  listen-for 8000-8010\n"

    def banner_at(self, place):
        return self.ssh("bastion", options=("-o", "LogLevel=INFO", "-W", place), timeout=60)

    def test_names(self):
        for name in ("inner.example", "INNER.example", "allowed-by-address.test"):
            done = self.banner_at(f"{name}:{TARGET_PORT}")
            self.assertTrue(done.stdout.startswith(b"SSH-2.0-OpenSSH"), done)
        done = self.banner_at(f"elsewhere.test:{TARGET_PORT}")
        self.assertIn(b"administratively prohibited: not a place where you may go", done.stderr)
        done = self.banner_at(f"nothing.example:{TARGET_PORT}")
        self.assertIn(b"connect failed: there is no such name", done.stderr)

    def test_jumps_that_fail_leave_room_for_others(self):
        """Channel numbers are used again: one that nobody answered must not be in the way of the next."""
        master = self.path("control")
        self.background("bastion", options=("-M", "-N", "-S", master))
        self.assertTrue(wait_for(lambda: os.path.exists(master)))
        through = ("-S", master, "-o", "ProxyCommand=false")
        for place in (f"nothing.example:{TARGET_PORT}", "elsewhere.test:2200", f"inner.example:{TARGET_PORT}") * 3:
            done = self.ssh("bastion", options=(*through, "-W", place), timeout=60)
            self.assertEqual(done.stdout.startswith(b"SSH-2.0-OpenSSH"), place.startswith("inner"), done)
        self.assertEqual(self.metrics()["statecall_bastion_channels"], 1)

    def test_a_port_of_the_bastion_leads_to_the_client(self):
        here = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(here.close)
        self.background("bastion", options=("-N", "-o", "ExitOnForwardFailure=yes",
                                            "-R", f"*:8001:127.0.0.1:{here.getsockname()[1]}"))
        self.logged("listens at port 8001")
        for text in (b"first", b"second"):
            there = socket.create_connection((BASTION, 8001), timeout=30)
            ours, _ = here.accept()
            there.sendall(text)
            self.assertEqual(ours.recv(100), text)
            ours.sendall(text[::-1])
            self.assertEqual(there.recv(100), text[::-1])
            there.shutdown(socket.SHUT_WR)
            self.assertEqual(ours.recv(100), b"")
            ours.close()
            self.assertEqual(there.recv(100), b"")
            there.close()

    def test_ports_that_are_not_for_the_user(self):
        for host, port in (("bastion", 8011), ("bastion", 0), ("bastion", 22), ("admin", 8001)):
            done = self.ssh(host, options=("-N", "-o", "ExitOnForwardFailure=yes", "-R", f"*:{port}:127.0.0.1:1"))
            self.assertEqual(done.returncode, 255)
            self.assertIn(b"remote port forwarding failed", done.stderr)

    def test_the_port_is_free_when_the_client_has_gone(self):
        for _ in range(2):
            client = self.background("bastion", options=("-N", "-R", "*:8005:127.0.0.1:1"))

            def open_port():
                try:
                    socket.create_connection((BASTION, 8005), timeout=5).close()
                    return True
                except ConnectionResetError:
                    return True  # by the other end, where nobody listens
                except ConnectionRefusedError:
                    return False

            self.assertTrue(wait_for(open_port))
            client.kill()
            client.wait()
            self.assertTrue(wait_for(lambda: not open_port()))

    def test_logs_elsewhere(self):
        self.ssh("admin", "status", check=0)
        wanted = re.compile(rb"<38>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z bastion statecall-bastion - - - "
                            rb"admin logged in from 10\.9\.0\.1")
        self.assertTrue(wait_for(lambda: any(wanted.match(d) for d in self.datagrams)), self.datagrams)
        # RFC 6587: a length before each.
        def lines():
            rest, found = b"".join(self.stream), []
            while rest:
                size, _, rest = rest.partition(b" ")
                found.append(rest[:int(size)])
                rest = rest[int(size):]
            return found

        self.assertTrue(wait_for(lambda: any(wanted.match(d) for d in lines())), self.stream)


class Dhcp(BastionTest):
    @classmethod
    def setUpClass(cls):
        leases = "/tmp/bastion-leases." + str(os.getpid())
        cls.server = subprocess.Popen(
            ["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--user=root", "--port=0",
             "--interface=tap0", "--bind-interfaces", "--pid-file", "--dhcp-leasefile=" + leases,
             f"--dhcp-range={BASTION},{BASTION},255.255.255.0,120", "--dhcp-authoritative"],
            stderr=subprocess.DEVNULL)
        cls.addClassCleanup(os.unlink, leases)
        cls.addClassCleanup(cls.server.wait)
        cls.addClassCleanup(cls.server.terminate)
        super().setUpClass()

    @classmethod
    def configuration(cls):
        return super().configuration().replace(f"address {BASTION}/24\ngateway {HOST}\n", "dhcp yes\n")

    def test_address_from_dhcp(self):
        self.logged("address " + BASTION, 60)
        self.assertIn(b"addresses", self.ssh("admin", "status", check=0).stdout)


if __name__ == "__main__":
    main()
