"""Every method of key exchange with every kind of host key, and every cipher with every MAC: a
short transfer each."""

import hashlib
import os

from support import PeerTest, main

KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256",
       "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256",
       "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
       "diffie-hellman-group-exchange-sha256")  # fmt: skip
HOST_KEYS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256", "rsa-sha2-512")
AEAD = ("chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
CTR = ("aes128-ctr", "aes192-ctr", "aes256-ctr")
MACS = ("hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com")  # fmt: skip


class Algorithms(PeerTest):
    def transfer(self, **algorithms):
        """Through `cat` and back; ssh says what was agreed on."""
        data = os.urandom(200_001)
        options = ["-v", "-o", "LogLevel=DEBUG1", "-o", "UserKnownHostsFile=/dev/null"]
        for name, value in algorithms.items():
            options += ["-o", f"{name}={value}"]
        done = self.ssh("cat", options=options, input=data)
        self.assertEqual(hashlib.sha256(done.stdout).digest(), hashlib.sha256(data).digest())
        return done.stderr.decode()

    def test_key_exchange(self):
        for kex in KEX:
            for host_key in HOST_KEYS:
                with self.subTest(kex=kex, host_key=host_key):
                    log = self.transfer(KexAlgorithms=kex, HostKeyAlgorithms=host_key)
                    self.assertIn(f"kex: algorithm: {kex}", log)
                    self.assertIn(f"kex: host key algorithm: {host_key}", log)

    def test_protection(self):
        pairs = [(cipher, None) for cipher in AEAD] + [(c, m) for c in CTR for m in MACS]
        for number, (cipher, mac) in enumerate(pairs):
            compression = ("no", "yes")[number % 2]
            with self.subTest(cipher=cipher, mac=mac):
                log = self.transfer(Ciphers=cipher, MACs=mac or MACS[0], Compression=compression)
                wanted = f"cipher: {cipher} MAC: {mac or '<implicit>'}"
                self.assertIn(wanted, log)

    def test_keys_of_users(self):
        from support import make_key, read  # noqa: PLC0415

        lines = [self.public_key]
        keys = []
        for kind, *more in (("ecdsa", "-b", "256"), ("ecdsa", "-b", "384"), ("ecdsa", "-b", "521"),
                            ("rsa", "-b", "2048"), ("rsa", "-b", "4096")):  # fmt: skip
            key = make_key(self.path("user_" + kind + more[-1]), kind, *more)
            keys.append(key)
            lines.append(read(key + ".pub").strip())
        self.user.authorize(*lines)
        for key in keys:
            with self.subTest(key):
                self.ssh("true", key=key)
        for algorithm in ("rsa-sha2-256", "rsa-sha2-512"):
            self.ssh("true", key=keys[3], options=("-o", "PubkeyAcceptedAlgorithms=" + algorithm))
        self.refused(key=keys[3], options=("-o", "PubkeyAcceptedAlgorithms=ssh-rsa"))

    def test_what_is_weak_is_not_there(self):
        for option in ("Ciphers=aes128-cbc", "Ciphers=3des-cbc", "MACs=hmac-sha1",
                       "KexAlgorithms=diffie-hellman-group1-sha1",
                       "KexAlgorithms=diffie-hellman-group14-sha1",
                       "HostKeyAlgorithms=ssh-rsa"):  # fmt: skip
            with self.subTest(option):
                options = ["-o", option, "-o", "LogLevel=INFO"]
                if option.startswith("MACs"):
                    options += ["-o", "Ciphers=aes128-ctr"]
                done = self.ssh("true", options=options, check=255)
                self.assertIn(b"no matching", done.stderr)


if __name__ == "__main__":
    main()
