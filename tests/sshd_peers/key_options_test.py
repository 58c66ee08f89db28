"""Options of authorized_keys, and certificates."""

import os
import time

from support import PeerTest, main, make_key, read, run, write


class KeyOptions(PeerTest):
    config = ("PermitUserEnvironment yes",)

    def with_options(self, options):
        self.user.authorize(f"{options} {self.public_key}")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.user.authorize, self.public_key)

    def test_command(self):
        self.with_options('command="echo \\"only\\" $SSH_ORIGINAL_COMMAND"')
        self.assertEqual(self.output("rm -rf something"), "only rm -rf something\n")
        done = self.ssh("sftp", options=("-s",))
        self.assertTrue(done.stdout.startswith(b"only"), "a subsystem is no way around it")

    def test_restrict(self):
        self.with_options("restrict")
        self.assertEqual(self.output("echo in"), "in\n")
        done = self.ssh("tty", options=("-tt",), check=None)
        self.assertNotIn(b"/dev/pts", done.stdout)
        self.forwards(False)
        self.with_options("restrict,pty,port-forwarding")
        self.assertIn(b"/dev/pts", self.ssh("tty", options=("-tt",)).stdout)
        self.forwards(True)

    def forwards(self, permitted, host="127.0.0.1"):
        done = self.ssh(options=("-W", f"{host}:{self.server.port}"), input=b"SSH-2.0-x\r\n",
                        check=None)  # fmt: skip
        self.assertEqual(done.stdout.startswith(b"SSH-2.0"), permitted, done.stderr)
        if not permitted:
            self.assertIn(b"stdio forwarding failed", done.stderr)

    def test_no_pty(self):
        self.with_options("no-pty")
        done = self.ssh("tty", options=("-tt",), check=None)
        self.assertNotIn(b"/dev/pts", done.stdout)
        self.forwards(True)

    def test_no_port_forwarding(self):
        self.with_options("no-port-forwarding")
        self.forwards(False)
        done = self.ssh("true", check=255, options=(
            "-o", "ExitOnForwardFailure=yes", "-R", "127.0.0.1:0:127.0.0.1:1"))  # fmt: skip
        self.assertIn(b"remote port forwarding failed", done.stderr)

    def test_permitopen(self):
        self.with_options(f'permitopen="127.0.0.1:{self.server.port}"')
        self.forwards(True)
        self.forwards(False, "localhost")
        self.with_options('permitopen="127.0.0.1:1",permitopen="[::1]:*"')
        self.forwards(False)

    def test_from(self):
        for pattern, permitted in (("127.0.0.0/8", True), ("10.0.0.0/8,127.0.0.?", True),
                                   ("127.0.0.1,!127.0.0.1", False), ("10.1.2.3", False)):  # fmt: skip
            with self.subTest(pattern):
                self.with_options(f'from="{pattern}"')
                self.ssh("true") if permitted else self.refused()
        self.assert_logged("with correct key but")

    def test_environment(self):
        self.with_options('environment="ONE=a b",environment="TWO=2"')
        self.assertEqual(self.output("echo $ONE-$TWO"), "a b-2\n")

    def test_expiry_time(self):
        now = time.time()
        for when, permitted in ((now + 86400, True), (now - 86400, False)):
            text = time.strftime("%Y%m%d%H%MZ", time.gmtime(when))
            with self.subTest(text):
                self.with_options(f'expiry-time="{text}"')
                self.ssh("true") if permitted else self.refused()

    def test_unknown_options_close_the_line(self):
        for options in ("nonsense", 'command="unfinished', "no-pty,,no-pty", 'from=""'):
            with self.subTest(options):
                self.with_options(options)
                self.refused()


class Certificates(PeerTest):
    @classmethod
    def settings(cls):
        cls.authority = make_key(cls.path("ca"))
        os.chmod(cls.path("ca.pub"), 0o644)
        write(cls.path("principals"), "wheel\n", 0o644)
        write(cls.path("revoked"), "# none\n", 0o644)
        return (f"TrustedUserCAKeys {cls.path('ca.pub')}", "AuthorizedKeysFile none",
                f"RevokedKeys {cls.path('revoked')}",
                "Match User nobody-here", "PermitTTY no")  # fmt: skip

    def certify(self, *options, principals=None, kind="ed25519", authority=None):
        """A new key with a certificate."""
        key = self.path(f"cert-{self.id().split('.')[-1]}-{time.monotonic_ns()}")
        make_key(key, kind)
        names = self.user.name if principals is None else principals
        run("ssh-keygen", "-q", "-s", authority or self.authority, "-I", "the id",
            *(("-n", names) if names else ()), *options, key + ".pub")  # fmt: skip
        return key

    def test_principals(self):
        self.ssh("true", key=self.certify())
        self.assert_logged(r"Accepted publickey for .*-CERT .*ID the id")
        self.ssh("true", key=self.certify(principals="a,b," + self.user.name))
        self.refused(key=self.certify(principals="somebody-else"))
        self.refused(key=self.certify(principals=""))
        self.refused(key=self.key)
        self.refused(key=self.certify(authority=make_key(self.path("other-ca-%d" % time.monotonic_ns()))))

    def test_kinds(self):
        for kind in ("ecdsa", "rsa"):
            self.ssh("true", key=self.certify(kind=kind))

    def test_validity(self):
        self.ssh("true", key=self.certify("-V", "-1h:+1h"))
        self.refused(key=self.certify("-V", "-2h:-1h"))
        self.assert_logged("expired")
        self.refused(key=self.certify("-V", "+1h:+2h"))

    def test_critical_options(self):
        key = self.certify("-O", "force-command=echo forced $SSH_ORIGINAL_COMMAND")
        self.assertEqual(self.output("mine", key=key), "forced mine\n")
        self.ssh("true", key=self.certify("-O", "source-address=127.0.0.0/8,10.0.0.1/32"))
        self.refused(key=self.certify("-O", "source-address=10.0.0.0/8"))
        self.refused(key=self.certify("-O", "critical:unknown@example.org=x"))

    def test_extensions(self):
        key = self.certify("-O", "clear")
        self.assertNotIn(b"/dev/pts", self.ssh("tty", options=("-tt",), key=key, check=None).stdout)
        done = self.ssh(options=("-W", f"127.0.0.1:{self.server.port}"), key=key, check=255)
        self.assertIn(b"stdio forwarding failed", done.stderr)
        key = self.certify("-O", "clear", "-O", "permit-pty")
        self.assertIn(b"/dev/pts", self.ssh("tty", options=("-tt",), key=key).stdout)

    def test_host_certificate_is_no_users(self):
        self.refused(key=self.certify("-h"))

    def test_revoked(self):
        key = self.certify()
        self.ssh("true", key=key)
        write(self.path("revoked"), read(key + ".pub"), 0o644)
        self.addCleanup(write, self.path("revoked"), "# none\n", 0o644)
        self.refused(key=key)
        self.assert_logged("revoked by file")

    def test_authority_in_authorized_keys(self):
        other = make_key(self.path("own-ca"))
        self.server.configure("LoginGraceTime 100")
        self.server.reload()
        self.addCleanup(self.server.reload)
        self.addCleanup(self.server.configure, *self.settings_again())
        self.user.authorize(f'cert-authority,principals="boss" {read(other + ".pub")}')
        self.ssh("true", key=self.certify(principals="boss", authority=other))
        self.refused(key=self.certify(authority=other))
        self.refused(key=other)

    def settings_again(self):
        return (f"TrustedUserCAKeys {self.path('ca.pub')}", "AuthorizedKeysFile none",
                f"RevokedKeys {self.path('revoked')}")  # fmt: skip

    def test_principals_file(self):
        self.server.configure(*self.settings_again(), "StrictModes no",
                              f"AuthorizedPrincipalsFile {self.path('principals')}")  # fmt: skip
        self.server.reload()
        self.addCleanup(self.server.reload)
        self.addCleanup(self.server.configure, *self.settings_again())
        self.ssh("true", key=self.certify(principals="wheel"))
        self.refused(key=self.certify())


if __name__ == "__main__":
    main()
