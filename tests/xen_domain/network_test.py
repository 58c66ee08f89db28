"""The TCP services as a guest, through netfront and netback: from dom0, and from this machine through QEMU."""

import json
import random
import socket
import urllib.request

from support import ADDRESS, LONG, MB, ROUTER, TCP, DomainTest, echo_from_here

INSIDE, INSIDE_6 = "192.168.77.20", "fd77::20"


class NetworkTest(DomainTest):
    @classmethod
    def setUpClass(cls):
        cls.tcp = cls.new_guest(TCP, f"ip={ADDRESS}/24 gw={ROUTER}", bridge="xenbr0").create()
        cls.addClassCleanup(cls.tcp.destroy)
        cls.tcp.wait_for("ready")
        cls.echo = cls.tcp.machine.forward(ADDRESS, 7)
        cls.http = cls.tcp.machine.forward(ADDRESS, 80)

    def status(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/status.json", timeout=120) as page:
            return json.load(page)

    def tearDown(self):
        """Nothing that Linux' TCP does is refused, and the stack agrees with its monitors."""
        page = self.status()
        quiet = ("refused_in", "refused_out", "disagreements")
        self.assertEqual({k: page[k] for k in quiet}, dict.fromkeys(quiet, 0))
        self.assertEqual(page["policed"], 1)

    def test_ping(self):
        for size in (0, 56, 1472):
            said = self.machine.run(f"ping -c 3 -i 0.2 -s {size} {ADDRESS}")
            self.assertIn("3 packets transmitted, 3 packets received", said)

    def test_echo_from_dom0(self):
        self.traffic(f"echo {ADDRESS} 7 {(200 if LONG else 20) * MB}")

    def test_each_way_from_dom0(self):
        self.traffic(f"send {ADDRESS} 9 {20 * MB}")
        self.traffic(f"take {ADDRESS} 19 {(20 if LONG else 5) * MB}")

    def test_echo_from_here(self):
        echo_from_here(self.echo, 20 * MB)

    def test_connections_from_dom0(self):
        before = self.status()["accepted"]
        self.traffic(f"row {ADDRESS} 7 {2000 if LONG else 200}")
        self.traffic(f"together {ADDRESS} 7 50 10000")
        self.assertGreaterEqual(self.status()["accepted"], before + 250)

    def test_connections_from_here(self):
        for i in range(200):
            echo_from_here(self.echo, 100 + i, i)
        # All of them open before any is used. One by one, each to the guest and back: the queue of what QEMU has not
        # accepted holds one connection, and those beyond it fare as the kernel likes.
        talks = [(s, random.Random(i).randbytes(10_000)) for i, s in enumerate(self.open_connection() for _ in range(50))]
        for s, data in talks:
            s.sendall(data)
        for s, data in talks:
            s.shutdown(socket.SHUT_WR)
            self.assertEqual(b"".join(iter(lambda s=s: s.recv(1 << 16), b"")), data)
            s.close()

    def open_connection(self):
        s = socket.create_connection(("127.0.0.1", self.echo), 120)
        s.sendall(b"!")
        self.assertEqual(s.recv(1), b"!")
        return s

    def test_nobody_listens(self):
        status, said = self.machine.run(f"/bin/traffic echo {ADDRESS} 1234 1", check=False)
        self.assertEqual((status, said), (1, "traffic: connect: Connection refused\n"))

    def test_quiet_network_costs_nothing(self):
        self.status()
        before = self.tcp.processor_seconds()
        self.machine.run("sleep 5")
        self.assertLessEqual(self.tcp.processor_seconds() - before, 0.5)


class AddressTest(DomainTest):
    """Addresses of each kind, on a bridge of its own, where dom0 is the only neighbour."""

    def guest_with(self, words):
        guest = self.guest(TCP, words, memory=16, bridge="xenbr1").create()
        guest.wait_for("ready")
        return guest

    def test_version_6(self):
        self.guest_with(f"ip6={INSIDE_6}/64 noslaac")
        self.assertIn("3 packets received", self.machine.run(f"ping6 -c 3 -i 0.2 {INSIDE_6}"))
        self.traffic(f"echo {INSIDE_6} 7 {4 * MB}")
        self.traffic(f"together {INSIDE_6} 7 20 10000")
        page = json.loads(self.machine.run(f"wget -q -O - http://[{INSIDE_6}]/status.json"))
        self.assertEqual((page["accepted"], page["refused_in"], page["refused_out"]), (22, 0, 0))

    def test_dhcp(self):
        self.machine.run("""cat >/tmp/udhcpd.conf <<'END'
interface xenbr1
start 192.168.77.100
end 192.168.77.120
lease_file /tmp/leases
auto_time 1
option subnet 255.255.255.0
option router 192.168.77.1
option lease 3600
END
: >/tmp/leases
udhcpd -S /tmp/udhcpd.conf""")
        self.addCleanup(self.machine.run, "kill $(pidof udhcpd)")
        self.guest_with("dhcp noslaac hostname=policed")
        self.machine.wait("dumpleases -f /tmp/leases 2>/dev/null | grep -q policed")
        leases = self.machine.run("dumpleases -f /tmp/leases")
        address = next(line.split()[1] for line in leases.splitlines() if "policed" in line)
        self.assertRegex(address, r"^192\.168\.77\.1[012][0-9]$")
        self.traffic(f"reach {address} 7")
        self.traffic(f"echo {address} 7 {MB}")

    def test_calls(self):
        """It connects by itself, and echoes what comes."""
        self.machine.run("rm -f /tmp/called; echo to and fro | nc -l -p 6000 -w 120 >/tmp/called 2>&1 &")
        self.guest_with(f"ip={INSIDE}/24 call=192.168.77.1:6000")
        self.machine.wait("grep -q 'to and fro' /tmp/called")

    def test_words_that_make_no_sense(self):
        for words, said in (("ip=10.0.2.300/24", "hint: "), ("nonsense", "'nonsense' is not known")):
            guest = self.guest(TCP, words, bridge="xenbr1").create()
            guest.wait_gone()
            self.assertIn(said, guest.output())

    def test_without_a_network_device(self):
        guest = self.guest(TCP, f"ip={INSIDE}/24").create()
        guest.wait_gone()
        self.assertIn("no network device", guest.output())


class OutsideTest(DomainTest):
    def test_router_solicitation(self):
        """Of QEMU's router it learns a prefix (RFC 4862), and is reached by the address that it makes of it."""
        mac = "00:16:3e:00:00:21"
        guest = self.guest(TCP, f"ip={ADDRESS}/24", bridge="xenbr0", mac=mac).create()
        guest.wait_for("ready")
        self.machine.run("ip -6 address add fec0::15/64 dev xenbr0 2>/dev/null || true")
        self.traffic("reach fec0::216:3eff:fe00:21 7")

    def test_wrong_segments_from_here(self):
        """A port that nobody serves, behind a forwarded one: closed at once, not left hanging."""
        guest = self.guest(TCP, f"ip={ADDRESS}/24 discard=off", bridge="xenbr0").create()
        guest.wait_for("ready")
        with socket.create_connection(("127.0.0.1", self.machine.forward(ADDRESS, 9)), 120) as s:
            try:
                self.assertEqual(s.recv(1), b"")
            except ConnectionResetError:
                pass
