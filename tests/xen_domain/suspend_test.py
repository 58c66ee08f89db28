"""Suspend: the guest's image in a file, and guests that go on from it."""

import json
import re

from support import LONG, MB, TCP, DomainTest

INSIDE = "192.168.77.20"
IMAGE = "/tmp/image"  # in dom0's memory


class SuspendTest(DomainTest):
    def setUp(self):
        self.addCleanup(self.machine.run, f"rm -f {IMAGE}")

    def idle(self, **options):
        guest = self.guest("/guests/idle.elf", memory=16, **options).create()
        guest.wait_for("idle: ready")
        return guest

    def tcp(self):
        guest = self.guest(TCP, f"ip={INSIDE}/24", memory=16, bridge="xenbr1").create()
        guest.wait_for("ready")
        self.traffic(f"reach {INSIDE} 7")
        return guest

    def status(self):
        return json.loads(self.machine.run(f"wget -q -O - http://{INSIDE}/status.json"))

    def hold(self):
        """A connection that dom0 keeps open: a line now, and one when release() says so."""
        self.machine.run("rm -f /tmp/go /tmp/heard; { echo before; until [ -e /tmp/go ]; do usleep 50000; done; echo after; "
                         f"until grep -q after /tmp/heard; do usleep 50000; done; }} | nc {INSIDE} 7 >/tmp/heard 2>&1 &")
        self.addCleanup(self.machine.run, "touch /tmp/go; kill $(pidof nc) 2>/dev/null || true")
        self.machine.wait("grep -q before /tmp/heard")

    def release(self):
        self.machine.run("touch /tmp/go")
        self.machine.wait("grep -q after /tmp/heard")
        self.assertEqual(self.machine.run("cat /tmp/heard"), "before\nafter\n")

    def uptime(self):
        return float(self.machine.run("cat /proc/uptime").split()[0])

    def times(self, guest):
        """Of the clock, at each suspend and after it: it stands still, and never goes back."""
        times = [int(text) for text in re.findall(r"at (\d+) ns", guest.output())]
        self.assertEqual(times, sorted(times))
        return times

    def test_save_and_restore(self):
        guest = self.idle()
        first = guest.id()
        guest.save(IMAGE)
        guest.wait_gone()
        begun = self.uptime()
        self.machine.run("sleep 3")
        guest.restore(IMAGE)
        away = self.uptime() - begun
        guest.wait_for("idle: resumed in a new domain")
        self.assertNotEqual(guest.id(), first)
        before, after = self.times(guest)
        # Of a clock that had not stood still it would be more, for the image was taken before `begun`.
        self.assertLess((after - before) / 10**9, away)
        # It sleeps as before, and hears of what the toolstack wants.
        self.machine.wait(f"xl list {guest.name} | grep -q -e '-b---- '")
        used = guest.processor_seconds()
        self.machine.run("sleep 2")
        self.assertLessEqual(guest.processor_seconds() - used, 0.5)
        self.assertIn("reason code 0", self.machine.run(f"xl shutdown -w {guest.name}"))
        guest.wait_gone()

    def test_checkpoint(self):
        """The guest goes on; later another one goes on from the same point."""
        guest = self.idle()
        first = guest.id()
        guest.save(IMAGE, "-c")
        guest.wait_for("idle: goes on after a suspend")
        guest.save("/dev/null", "-c")
        guest.wait_for("idle: goes on after a suspend", count=2)
        self.assertEqual(guest.id(), first)
        self.times(guest)
        guest.destroy()
        guest.wait_gone()
        guest.restore(IMAGE)
        guest.wait_for("idle: resumed in a new domain")
        self.machine.run(f"xl reboot {guest.name}")
        guest.wait_for("idle: ready", count=2)

    def test_save_that_fails(self):
        """No room for the image: the toolstack takes it back, the guest goes on as if nothing had been."""
        guest = self.tcp()
        self.hold()
        # For what xl writes before it asks the guest there is room.
        self.machine.run("mkdir -p /tmp/small; mount -t tmpfs -o size=256k none /tmp/small")
        self.addCleanup(self.machine.run, "umount /tmp/small")
        status, said = self.machine.run(f"xl save {guest.name} /tmp/small/image", timeout=300, check=False)
        self.assertNotEqual(status, 0, said)
        guest.wait_for("goes on after a suspend")
        self.release()
        self.traffic(f"echo {INSIDE} 7 {MB}")
        self.assertNotIn("disconnected", guest.output())

    def test_amid_traffic(self):
        """What was on its way is lost, and comes again."""
        guest = self.tcp()
        self.machine.run(f"/bin/traffic echo {INSIDE} 7 {40 * MB} >/tmp/echoed 2>&1 && touch /tmp/echoed.well &")
        self.addCleanup(self.machine.run, "kill $(pidof traffic) 2>/dev/null; rm -f /tmp/echoed*")
        self.machine.run("sleep 0.5")
        guest.save(IMAGE)
        self.machine.run("pidof traffic")  # it has not ended before
        guest.restore(IMAGE)
        self.machine.wait("! pidof traffic >/dev/null")
        self.machine.run("cat /tmp/echoed; ls /tmp/echoed.well")
        self.assertEqual(len(re.findall("vif 0: connected to domain 0", guest.output())), 2)

    def test_again_and_again(self):
        """A connection lives through it all; no memory is lost, neither Xen's nor the guest's; the guest ends as others do."""
        self.only_dom0()
        free = self.machine.free_kib()
        guest = self.tcp()
        self.hold()
        uptime = self.status()["uptime_seconds"]
        guest.save("/dev/null", "-c")
        guest.wait_for("goes on after a suspend")
        self.traffic(f"reach {INSIDE} 7")
        rounds = 10 if LONG else 3
        for i in range(rounds):
            guest.save(IMAGE)
            guest.wait_gone()
            guest.restore(IMAGE)
            guest.wait_for("connected to domain 0", count=i + 2)
            guest.type("\n")
            guest.wait_for("pages_lent=", count=i + 1)
        lent = [int(n) for n in re.findall(r"pages_lent=(\d+)", guest.output())]
        self.release()
        self.traffic(f"echo {INSIDE} 7 {MB}")
        page = self.status()
        self.assertGreaterEqual(page["uptime_seconds"], uptime)
        self.assertEqual((page["refused_in"], page["refused_out"], page["disagreements"]), (0, 0, 0))
        self.assertLess(max(lent), 400, lent)  # of one connection: two rings, 256 to receive, few to send
        self.machine.run(f"xl shutdown -w {guest.name}")
        guest.wait_gone()
        self.memory_is_back(free, rounds)
