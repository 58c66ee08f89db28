"""Jumps through the bastion: what people have it for."""

import hashlib
import os
import random
import subprocess

from support import HOST, MB, TARGET_PORT, BastionTest, main, text_of


class Jumps(BastionTest):
    capture = True

    def test_a_command_behind_the_bastion(self):
        self.assertEqual(self.ssh("inner", "echo inside", check=0).stdout, b"inside\n")

    def test_version_6_on_both_sides(self):
        self.assertEqual(self.ssh("inner6", "echo inside", check=0).stdout, b"inside\n")

    def test_20_megabytes_each_way(self):
        data = random.Random(1).randbytes(20 * MB)
        done = self.ssh("inner", "cat", stdin=data, check=0)
        self.assertEqual(hashlib.sha256(done.stdout).digest(), hashlib.sha256(data).digest())

    def test_20_jumps_at_once(self):
        data = random.Random(2).randbytes(300_000)
        clients = [self.background("inner", "cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                   for _ in range(20)]
        for client in clients:
            out, _ = client.communicate(data, timeout=300)
            self.assertEqual((client.returncode, out == data), (0, True))

    def test_new_keys_inside_and_outside(self):
        data = random.Random(3).randbytes(8 * MB)
        done = self.ssh("inner", "cat", stdin=data, options=("-o", "RekeyLimit=1M"), check=0)
        self.assertEqual(hashlib.sha256(done.stdout).digest(), hashlib.sha256(data).digest())
        config = self.path("rekey_config")
        with open(config, "w", encoding="ascii") as file:
            file.write(text_of(self.path("ssh_config")).replace("Host *\n", "Host *\n  RekeyLimit 512K\n"))
        done = subprocess.run(["ssh", "-F", config, "inner", "cat"], input=data, capture_output=True,
                              timeout=300, check=True)
        self.assertEqual(hashlib.sha256(done.stdout).digest(), hashlib.sha256(data).digest())

    def test_files_through_the_jump(self):
        data = random.Random(4).randbytes(3 * MB)
        with open(self.path("file"), "wb") as file:
            file.write(data)
        for program, options in (("scp", ()), ("scp", ("-O",))):
            there, back = self.path("there"), self.path("back")
            base = [program, "-q", "-F", self.path("ssh_config"), *options]
            subprocess.run([*base, self.path("file"), "inner:" + there], check=True, timeout=120)
            subprocess.run([*base, "inner:" + there, back], check=True, timeout=120)
            with open(back, "rb") as file:
                self.assertEqual(file.read(), data)
            os.unlink(there)
            os.unlink(back)
        done = subprocess.run(["sftp", "-q", "-F", self.path("ssh_config"), "-b", "-", "inner"],
                              input=f"put {self.path('file')} {self.path('there')}\nls {self.path('there')}\n",
                              capture_output=True, text=True, timeout=120, check=True)
        self.assertIn(self.path("there"), done.stdout)
        os.unlink(self.path("there"))

    def test_exit_status_and_eof_come_through(self):
        self.assertEqual(self.ssh("inner", "exit 7").returncode, 7)
        self.assertEqual(self.ssh("inner", "cat; echo end", stdin=b"x\n", check=0).stdout, b"x\nend\n")

    def test_local_forwarding_and_stdio(self):
        done = self.ssh("bastion", options=("-W", f"{HOST}:{TARGET_PORT}"), timeout=30)
        self.assertTrue(done.stdout.startswith(b"SSH-2.0-OpenSSH"), done)

    def forward(self, place):
        """What comes of ssh -W."""
        return self.ssh("bastion", options=("-o", "LogLevel=INFO", "-W", place), timeout=60)

    def test_places_that_are_forbidden(self):
        for place in (f"{HOST}:22", f"127.0.0.1:{TARGET_PORT}", "other.test:22", f"{HOST}:65535"):
            with self.subTest(place):
                done = self.forward(place)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(b"administratively prohibited: not a place where you may go", done.stderr)
        self.logged("no jump to")

    def test_nobody_there(self):
        done = self.forward(f"nobody.example:{TARGET_PORT}")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"connect failed", done.stderr)

    def test_wrong_key_and_unknown_user(self):
        for user in ("jumper", "nobody", "root"):
            done = self.stranger("stranger", user=user)
            self.assertEqual(done.returncode, 255)
            self.assertIn(b"Permission denied (publickey)", done.stderr)
        self.logged("login of nobody from 10.9.0.1 refused: no such user")


if __name__ == "__main__":
    main()
