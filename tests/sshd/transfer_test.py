"""Bulk data: both directions, re-keying, compression, every cipher, files by sftp and scp."""

import filecmp
import hashlib
import os
import subprocess

from support import USER, SshdTest, main

MIB = 1 << 20


def pieces(count, seed=b"statecall"):
    """`count` MiB that are the same every time and that nothing compresses."""
    block = hashlib.shake_256(seed).digest(MIB)
    for number in range(count):
        yield number.to_bytes(8, "big") + block[8:]


def digest(parts):
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()


class Transfer(SshdTest):
    config = ("Compression yes", "Subsystem sftp internal-sftp")

    def upload(self, count, options=()):
        """The digest that the other end computes."""
        process = self.background(
            "sha256sum", options=options, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for piece in pieces(count):
            process.stdin.write(piece)
        process.stdin.close()
        out = process.stdout.read()
        self.assertEqual(process.wait(60), 0)
        return out.split()[0].decode()

    def download(self, count, options=()):
        path = self.path("big")
        if not os.path.exists(path) or os.path.getsize(path) != count * MIB:
            with open(path, "wb") as file:
                file.writelines(pieces(count))
        process = self.background(f"cat {path}", options=options, stdout=subprocess.PIPE)
        got = digest(iter(lambda: process.stdout.read(MIB), b""))
        self.assertEqual(process.wait(60), 0)
        return got

    def test_64_mib_both_ways(self):
        wanted = digest(pieces(64))
        self.assertEqual(self.upload(64), wanted)
        self.assertEqual(self.download(64), wanted)

    def test_both_ways_at_once(self):
        process = self.background("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        feeder = os.fork()
        if feeder == 0:
            process.stdout.close()
            for piece in pieces(32):
                process.stdin.write(piece)
            process.stdin.close()
            os._exit(0)
        process.stdin.close()
        got = digest(iter(lambda: process.stdout.read(MIB), b""))
        os.waitpid(feeder, 0)
        self.assertEqual(got, digest(pieces(32)))
        self.assertEqual(process.wait(30), 0)

    def test_rekey_during_256_mib(self):
        options = ("-o", "RekeyLimit=1M")
        self.assertEqual(self.download(256, options), digest(pieces(256)))

    def test_rekey_during_an_upload(self):
        self.assertEqual(self.upload(64, ("-o", "RekeyLimit=1M")), digest(pieces(64)))

    def test_compression(self):
        self.assertEqual(self.upload(16, ("-C",)), digest(pieces(16)))
        self.assertEqual(self.download(16, ("-C",)), digest(pieces(16)))
        done = self.ssh("head -c 20000000 /dev/zero | tee /dev/stderr | wc -c", options=("-C",))
        self.assertEqual(done.stdout.strip(), b"20000000")
        self.assertEqual(done.stderr, bytes(20000000))

    def test_every_cipher(self):
        wanted = digest(pieces(4))
        for cipher in (
            "chacha20-poly1305@openssh.com",
            "aes128-gcm@openssh.com",
            "aes256-gcm@openssh.com",
            "aes128-ctr",
            "aes192-ctr",
            "aes256-ctr",
        ):
            with self.subTest(cipher):
                options = ("-c", cipher)
                self.assertEqual(self.upload(4, options), wanted)
                self.assertEqual(self.download(4, options), wanted)

    def test_every_mac(self):
        for mac in (
            "hmac-sha2-256-etm@openssh.com",
            "hmac-sha2-512-etm@openssh.com",
            "hmac-sha2-256",
            "hmac-sha2-512",
        ):
            with self.subTest(mac):
                options = ("-c", "aes128-ctr", "-m", mac)
                self.assertEqual(self.upload(2, options), digest(pieces(2)))

    def test_slow_reader(self):
        # The client does not read for a while; nothing is lost and the server does not hoard.
        process = self.background("head -c 100000000 /dev/zero", stdout=subprocess.PIPE)
        process.stdout.read(1000)
        before = self.server.memory()
        self.ssh("sleep 1", check=0)
        self.assertLess(self.server.memory() - before, 8 * 1024)
        rest = 0
        for piece in iter(lambda: process.stdout.read(MIB), b""):
            rest += len(piece)
        self.assertEqual(rest, 100000000 - 1000)

    def copy(self, program, *arguments):
        options = [o if o != "-p" else "-P" for o in self.options()]
        done = subprocess.run(
            [program, *options, *arguments], capture_output=True, timeout=120, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_scp_and_sftp(self):
        with open(self.path("source"), "wb") as file:
            file.writelines(pieces(20))
        remote = f"{USER}@127.0.0.1:"
        for flags in ((), ("-O",)):
            with self.subTest(flags):
                self.copy("scp", *flags, self.path("source"), remote + self.path("up"))
                self.copy("scp", *flags, remote + self.path("up"), self.path("down"))
                self.assertTrue(filecmp.cmp(self.path("source"), self.path("down"), False))
                os.unlink(self.path("up"))
                os.unlink(self.path("down"))


if __name__ == "__main__":
    main()
