"""A guest's life: it starts, prints and reads, idles, ends in each of the ways there are, and leaves nothing behind."""

from support import LONG, DomainTest


class LifeTest(DomainTest):
    def test_boots_prints_and_powers_off(self):
        guest = self.guest("/guests/hello.elf", "one 'two words' --three").create()
        guest.wait_gone()
        self.assertRegex(guest.output(), r"[0-9]+ KiB free of [0-9]+")
        self.assertIn("hello from Xen\nargument 1: one\nargument 2: two words\nargument 3: --three\n", guest.output())

    def test_console_input(self):
        guest = self.guest("/guests/console.elf").create()
        guest.wait_for("console: ready")
        guest.type("hello there\n")
        guest.wait_for("heard 11 bytes: hello there")
        # More than the rings hold at once: 1024 bytes in, 2048 out.
        for i in range(4):
            guest.type("".join(f"{i}/{j} {'x' * 90}\n" for j in range(25)))
            guest.wait_for(f"bytes: {i}/24 x")
        heard = [line.split()[4] for line in guest.output().splitlines() if line.endswith("x" * 90)]
        self.assertEqual(heard, [f"{i}/{j}" for i in range(4) for j in range(25)])
        guest.type("end\n")
        guest.wait_gone()

    def test_name_from_xenstore(self):
        guest = self.guest("/guests/idle.elf").create()
        guest.wait_for("idle: ready")
        self.assertIn(f"idle: this is domain '{guest.name}'\n", guest.output())

    def test_idle_uses_no_processor(self):
        guest = self.guest("/guests/idle.elf").create()
        guest.wait_for("idle: ready")
        before = guest.processor_seconds()
        self.machine.run("sleep 5")
        _, _, _, state, after = guest.listed()
        # One that polls would have used nearly all of the five seconds, for dom0 only slept.
        self.assertLessEqual(after - before, 0.5)
        self.assertEqual(state, "-b----")

    def test_shutdown(self):
        guest = self.guest("/guests/idle.elf").create()
        guest.wait_for("idle: ready")
        said = self.machine.run(f"xl shutdown -w {guest.name}")
        self.assertIn("has been shut down, reason code 0", said)
        guest.wait_gone()
        self.assertTrue(guest.output().endswith("idle: powering off\n"), guest.output())

    def test_reboot(self):
        guest = self.guest("/guests/idle.elf").create()
        guest.wait_for("idle: ready")
        first = guest.id()
        self.machine.run(f"xl reboot {guest.name}")
        guest.wait_for("idle: ready", count=2)
        self.assertNotEqual(guest.id(), first)
        self.assertIn("idle: rebooting\n", guest.output())

    def test_crash_is_seen_as_one(self):
        for word in ("trap", "abort"):
            guest = self.guest("/guests/console.elf", on_crash="preserve").create()
            guest.wait_for("console: ready")
            guest.type(word + "\n")
            self.machine.wait(f"xl list {guest.name} | grep -q -e '-sc- '")
            self.assertRegex(guest.output(), r"backtrace:\n(.*\n)*.* main \+")

    def test_create_and_destroy(self):
        """Ten times, and the memory is all there again."""
        self.only_dom0()
        free = self.machine.free_kib()
        rounds = 100 if LONG else 10
        for _ in range(rounds):
            guest = self.guest("/guests/idle.elf", bridge="xenbr1").create()
            guest.wait_for("idle: ready")
            guest.destroy()
            guest.wait_gone()
            self.only_dom0()
        self.memory_is_back(free, rounds)
