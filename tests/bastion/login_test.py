"""Who gets in: keys with options, certificates, revoked keys; and who does not."""

import pathlib
import socket
import struct
import subprocess

from support import HOST, TARGET_PORT, BastionTest, keygen, main, text_of


class Logins(BastionTest):
    @classmethod
    def configuration(cls):
        for name in ("narrow", "elsewhere", "expired", "revoked", "principal", "ecdsa", "rsa", "by_line", "line_ca"):
            kinds = {"ecdsa": ("-t", "ecdsa"), "rsa": ("-t", "rsa", "-b", "3072")}
            keygen(cls.path(name), *kinds.get(name, ()))

        def public(name):
            return text_of(cls.path(name + ".pub"))

        cls.settings = ("max-auth-tries 3\nbanner Authorised people only.\nbanner Go away.\n"
                        f"user-ca {public('ca')}revoked-key {public('revoked')}")
        cls.users = (
            "user admin\n  console yes\n  key " + public("admin") +
            "user jumper\n"
            f"  jump {HOST}:{TARGET_PORT}\n  console yes\n"
            f"  key {public('jumper')}  key {public('ecdsa')}  key {public('rsa')}  key {public('revoked')}"
            f"  key permitopen=\"10.0.0.1:22\",no-pty {public('narrow')}"
            f"  key from=\"192.0.2.0/24\" {public('elsewhere')}"
            f"  key expiry-time=\"20200101Z\" {public('expired')}"
            f"  key cert-authority,permitopen=\"{HOST}:{TARGET_PORT}\" {public('line_ca')}"
            "user other\n  principal team\n  console yes\n"
        )
        return super().configuration()

    def certify(self, key, *options, ca="ca", principals="jumper", valid="-1m:+1h"):
        subprocess.run(["ssh-keygen", "-q", "-s", self.path(ca), "-I", "id of " + key, "-n", principals,
                        "-V", valid, *options, self.path(key + ".pub")], check=True, capture_output=True)
        self.addCleanup(pathlib.Path(self.path(key + "-cert.pub")).unlink, missing_ok=True)

    def allowed(self, key, **how):
        done = self.stranger(key, "status", **how)
        self.assertEqual(done.returncode, 0, done.stderr.decode() + self.bastion.read_log()[-2000:])

    def denied(self, key, **how):
        done = self.stranger(key, "status", **how)
        self.assertEqual(done.returncode, 255, done)
        self.assertIn(b"Permission denied (publickey)", done.stderr)

    def test_kinds_of_keys(self):
        for key in ("jumper", "ecdsa", "rsa"):
            self.allowed(key)

    def test_options_of_keys(self):
        self.denied("elsewhere")
        self.denied("expired")
        self.denied("revoked")
        done = self.stranger("narrow", options=("-o", "LogLevel=INFO", "-W", f"{HOST}:{TARGET_PORT}"))
        self.assertIn(b"administratively prohibited", done.stderr)
        done = self.stranger("narrow", "status", options=("-tt", "-o", "LogLevel=INFO"))
        self.assertIn(b"PTY allocation request failed", done.stderr)

    def test_keys_are_the_users_own(self):
        self.denied("jumper", user="admin")
        self.denied("jumper", user="other")
        self.denied("jumper", user="nobody")
        self.denied("stranger")

    def test_certificates(self):
        self.denied("principal")
        self.certify("principal")
        self.allowed("principal")
        self.logged("certificate id of principal (serial 0)")
        self.denied("principal", user="admin")

    def test_certificates_that_are_not_good(self):
        for options in ({"principals": "admin"}, {"valid": "-2h:-1h"}, {"ca": "stranger"}, {"ca": "line_ca", "principals": "x"}):
            with self.subTest(options):
                self.certify("by_line", **options)
                self.denied("by_line")
        self.certify("by_line", "-h")
        self.denied("by_line")
        self.certify("revoked")
        self.denied("revoked")

    def test_principals_of_the_configuration(self):
        self.certify("principal", principals="team,jumper")
        self.allowed("principal", user="other")

    def test_certificates_by_the_users_own_authority(self):
        self.certify("by_line", ca="line_ca")
        self.allowed("by_line")
        self.certify("stranger", "-O", "source-address=192.0.2.1/32", ca="line_ca")
        self.denied("stranger")

    def test_banner_and_methods(self):
        done = self.stranger("stranger", "status", options=("-v",))
        self.assertIn(b"Authorised people only.\r\nGo away.\r\n", done.stderr)
        self.assertIn(b"Authentications that can continue: publickey", done.stderr)

    def test_tries_are_counted(self):
        keys = ("principal", "by_line", "stranger", "elsewhere", "jumper")
        options = [word for key in keys for word in ("-i", self.path(key))]
        done = self.ssh("stranger", "status", options=("-l", "jumper", *options))
        self.assertEqual(done.returncode, 255)
        self.assertIn(b"Too many authentication failures", done.stderr)

    def test_no_passwords(self):
        done = self.ssh("stranger", "status",
                        options=("-l", "jumper", "-o", "PreferredAuthentications=password,keyboard-interactive",
                                 "-o", "BatchMode=no", "-o", "NumberOfPasswordPrompts=1"))
        self.assertEqual(done.returncode, 255)
        self.assertIn(b"Permission denied (publickey)", done.stderr)

    def test_host_key_is_proved(self):
        """hostkeys-prove-00@openssh.com."""
        known = self.path("update_known_hosts")
        with open(known, "w", encoding="ascii") as file:
            file.write(text_of(self.path("known_hosts")))
        done = self.ssh("admin", "status", check=0, options=("-o", "UpdateHostKeys=yes", "-o", "UserKnownHostsFile=" + known))
        self.assertIn(b"addresses", done.stdout)

    def test_rubbish(self):
        for rubbish in (b"GET / HTTP/1.0\r\n\r\n", b"SSH-2.0-x\r\n" + b"\xff" * 5000,
                        b"SSH-2.0-x\r\n" + struct.pack(">IB", 12, 10) + bytes(11), b"SSH-1.5-old\r\n", b"\0" * 70000):
            with socket.create_connection(("10.9.0.2", 22), 10) as s:
                try:
                    s.sendall(rubbish)
                    s.shutdown(socket.SHUT_WR)
                    while s.recv(4096):
                        pass
                except ConnectionResetError:
                    pass
        # Key exchange begins with anything but KEXINIT: the policy says what was wrong.
        with socket.create_connection(("10.9.0.2", 22), 10) as s:
            s.sendall(b"SSH-2.0-x\r\n" + struct.pack(">IBB", 12, 10, 21) + bytes(10))
            while s.recv(4096):
                pass
        self.logged("'Receive_Transport_NewKeys' refused by automaton 'transport'")
        self.assertGreater(
            self.metrics()['statecall_bastion_refusals_total{automaton="transport",statecall="Receive_Transport_NewKeys"}'], 0)


if __name__ == "__main__":
    main()
