"""The network device comes and goes, the guest ends in the middle of traffic; nothing is left behind."""

from support import MB, TCP, DomainTest

INSIDE = "192.168.77.20"
XEN_S_OWN = 2  # grants: the console's ring and xenstore's


class DeviceTest(DomainTest):
    def started(self, **options):
        guest = self.guest(TCP, f"ip={INSIDE}/24", bridge="xenbr1", **options).create()
        guest.wait_for("ready")
        self.traffic(f"reach {INSIDE} 7")
        return guest

    def background(self, words):
        """Traffic that something will end."""
        self.machine.run(f"/bin/traffic {words} >/dev/null 2>&1 &")
        self.addCleanup(self.machine.run, "kill $(pidof traffic) 2>/dev/null || true")

    def test_back_end_removed_and_back(self):
        guest = self.started()
        self.assertGreater(len(self.machine.mapped_grants(guest.id())), XEN_S_OWN)
        for _ in range(2):
            self.background(f"take {INSIDE} 19 {1000 * MB}")
            self.machine.run(f"sleep 0.5; xl network-detach {guest.name} 0")
            self.machine.wait(f"[ $(xl network-list {guest.name} | wc -l) = 1 ]")
            self.assertEqual(len(self.machine.mapped_grants(guest.id())), XEN_S_OWN)
            self.machine.run(f"xl network-attach {guest.name} bridge=xenbr1")
            self.traffic(f"reach {INSIDE} 7")
            self.traffic(f"echo {INSIDE} 7 {MB}")

    def test_shutdown_amid_traffic(self):
        guest = self.started()
        self.background(f"take {INSIDE} 19 {1000 * MB}")
        self.background(f"send {INSIDE} 9 {1000 * MB}")
        self.assertIn("reason code 0", self.machine.run(f"sleep 1; xl shutdown -w {guest.name}"))
        guest.wait_gone()
        self.only_dom0()

    def test_reboot_amid_traffic(self):
        guest = self.started()
        self.background(f"take {INSIDE} 19 {1000 * MB}")
        self.machine.run(f"sleep 1; xl reboot {guest.name}")
        guest.wait_for("ready", count=2)
        self.traffic(f"reach {INSIDE} 7")
        self.traffic(f"echo {INSIDE} 7 {MB}")

    def test_destroyed_amid_traffic(self):
        self.only_dom0()
        free = self.machine.free_kib()
        for _ in range(2):
            guest = self.started()
            self.background(f"take {INSIDE} 19 {1000 * MB}")
            self.machine.run("sleep 0.5")
            guest.destroy()
            guest.wait_gone()
            self.only_dom0()
        self.memory_is_back(free, 2)
