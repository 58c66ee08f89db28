"""paramiko and asyncssh: programs, SFTP, keyboard-interactive, forwarding, many sessions."""

import asyncio
import crypt
import os
import socket
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import asyncssh
    import paramiko

from support import PeerTest, main, write
from shared.echo import EchoServer


class Paramiko(PeerTest):
    password = "correct horse"

    @classmethod
    def settings(cls):
        users = write(cls.path("users"), f"{cls.user.name}:{crypt.crypt(cls.password)}\n")
        return (f"StatecallUsersFile {users}", "KbdInteractiveAuthentication yes")

    def connect(self):
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", self.server.port, self.user.name, key_filename=self.key,
                       allow_agent=False, look_for_keys=False, timeout=30)  # fmt: skip
        self.addCleanup(client.close)
        return client

    def transport(self):
        transport = paramiko.Transport(("127.0.0.1", self.server.port))
        self.addCleanup(transport.close)
        transport.start_client(timeout=30)
        return transport

    def test_programs(self):
        client = self.connect()
        for number in range(5):
            stdin, stdout, stderr = client.exec_command(f"cat; echo err >&2; exit {number}")
            stdin.write("in")
            stdin.channel.shutdown_write()
            self.assertEqual((stdout.read(), stderr.read()), (b"in", b"err\n"))
            self.assertEqual(stdout.channel.recv_exit_status(), number)

    def test_shell_with_a_terminal(self):
        channel = self.connect().invoke_shell(term="vt100", width=91, height=17)
        channel.settimeout(30)
        channel.send("stty size; echo $TERM; exit 4\n")
        text = b""
        while part := channel.recv(10000):
            text += part
        self.assertIn(b"17 91", text)
        self.assertIn(b"\nvt100", text)
        self.assertEqual(channel.recv_exit_status(), 4)

    def test_sftp(self):
        sftp = self.connect().open_sftp()
        data = os.urandom(5 << 20)
        with sftp.open("file", "wb") as file:
            file.set_pipelined(True)
            file.write(data)
        self.assertEqual(sftp.stat("file").st_size, len(data))
        with sftp.open("file", "rb") as file:
            file.prefetch()
            self.assertEqual(file.read() == data, True)
        sftp.posix_rename("file", "other")
        sftp.symlink("other", "link")
        self.assertEqual(sftp.readlink("link"), "other")
        self.assertEqual(sftp.normalize("link"), self.user.path("other"))
        sftp.chmod("other", 0o640)
        self.assertEqual(os.stat(self.user.path("other")).st_mode & 0o777, 0o640)
        sftp.remove("other")
        with self.assertRaises(FileNotFoundError):
            sftp.stat("other")

    def test_keyboard_interactive(self):
        for answer, right in (("wrong", False), (self.password, True)):
            with self.subTest(right=right):
                transport = self.transport()
                asked = []

                def answers(title, instructions, prompts, answer=answer, asked=asked):
                    asked.extend(prompts)
                    return [answer] * len(prompts)

                if right:
                    self.assertEqual(transport.auth_interactive(self.user.name, answers), [])
                    self.assertTrue(transport.is_authenticated())
                else:
                    with self.assertRaises(paramiko.AuthenticationException):
                        transport.auth_interactive(self.user.name, answers)
                self.assertEqual(asked[0], ("Password: ", False))

    def test_password(self):
        transport = self.transport()
        with self.assertRaises(paramiko.AuthenticationException):
            transport.auth_password(self.user.name, "wrong", fallback=False)
        transport.auth_password(self.user.name, self.password, fallback=False)
        self.assertTrue(transport.is_authenticated(), self.log())

    def test_one_key_after_the_other(self):
        # Each attempt of paramiko's begins with a SERVICE_REQUEST.
        transport = self.transport()
        with self.assertRaises(paramiko.AuthenticationException):
            transport.auth_publickey(self.user.name, paramiko.RSAKey.generate(2048))
        key = paramiko.Ed25519Key.from_private_key_file(self.key)
        transport.auth_publickey(self.user.name, key)
        self.assertTrue(transport.is_authenticated(), self.log())

    def test_forwarding(self):
        echo = EchoServer()
        self.addCleanup(echo.close)
        transport = self.connect().get_transport()
        channel = transport.open_channel("direct-tcpip", ("127.0.0.1", echo.port), ("127.0.0.1", 1))
        channel.sendall(b"there and back")
        self.assertEqual(channel.recv(100), b"there and back")
        channel.close()
        with self.assertRaises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 1), ("127.0.0.1", 1))
        port = transport.request_port_forward("127.0.0.1", 0)
        with socket.create_connection(("127.0.0.1", port), 20) as outside:
            inside = transport.accept(20)
            inside.sendall(b"hello from inside")
            self.assertEqual(outside.recv(100), b"hello from inside")
        transport.cancel_port_forward("127.0.0.1", port)
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", port), 20)

    def test_new_keys_in_the_middle(self):
        client = self.connect()
        transport = client.get_transport()
        for number in range(3):
            transport.renegotiate_keys()
            output = client.exec_command(f"echo {number}")[1]
            self.assertEqual(output.read(), b"%d\n" % number)
            # A CLOSE that arrives after paramiko's KEXINIT locks paramiko: it answers from the
            # thread that would have to finish the exchange first. So close here, and see with a
            # request that is answered that the thread has nothing of this program left to say.
            output.channel.close()
            self.assertIsNone(transport.global_request("nothing@example.com", wait=True))


class Asyncssh(PeerTest):
    config = ("MaxSessions 100",)

    def run_with(self, body):
        async def whole():
            async with asyncssh.connect("127.0.0.1", self.server.port, username=self.user.name,
                                        client_keys=[self.key], known_hosts=None, config=None,
                                        agent_path=None) as connection:  # fmt: skip
                await asyncio.wait_for(body(connection), 90)

        asyncio.run(whole())

    def test_many_sessions_at_once(self):
        async def body(connection):
            async def one(number):
                data = str(number) * 20000
                done = await connection.run(f"cat; exit {number}", input=data)
                self.assertEqual((done.stdout == data, done.exit_status), (True, number))

            await asyncio.gather(*(one(number) for number in range(50)))

        self.run_with(body)

    def test_signals(self):
        async def body(connection):
            process = await connection.create_process("exec sleep 100")
            await asyncio.sleep(0.3)
            process.send_signal("TERM")
            done = await process.wait()
            self.assertEqual(done.exit_signal[0], "TERM")

        self.run_with(body)

    def test_terminal(self):
        async def body(connection):
            process = await connection.create_process(
                "stty size; read x; stty size", term_type="xterm", term_size=(81, 26)
            )
            self.assertEqual((await process.stdout.readline()).strip(), "26 81")
            process.change_terminal_size(99, 33)
            process.stdin.write("\n")
            rest = await process.stdout.read()
            self.assertIn("33 99", rest)

        self.run_with(body)

    def test_sftp(self):
        async def body(connection):
            async with connection.start_sftp_client() as sftp:
                data = os.urandom(3 << 20)
                write_to = self.path("as-source")
                with open(write_to, "wb") as file:
                    file.write(data)
                await sftp.mkdir("as")
                await sftp.put(write_to, "as/file", preserve=True)
                self.assertEqual(sorted(await sftp.listdir("as")), [".", "..", "file"])
                await sftp.get("as", self.path("as-back"), recurse=True)
                with open(self.path("as-back/file"), "rb") as file:
                    self.assertEqual(file.read() == data, True)
                self.assertGreater((await sftp.statvfs("as")).bsize, 0)
                await sftp.link("as/file", "as/hard")
                await sftp.rmtree("as")
                self.assertFalse(await sftp.exists("as"))

        self.run_with(body)

    @staticmethod
    async def echo(reader, writer):
        writer.write(await reader.read(100))
        writer.close()

    def test_forwarding(self):
        echo = EchoServer()
        self.addCleanup(echo.close)

        async def body(connection):
            local = await connection.forward_local_port("127.0.0.1", 0, "127.0.0.1", echo.port)
            remote = await connection.forward_remote_port("127.0.0.1", 0, "127.0.0.1", echo.port)
            for port in (local.get_port(), remote.get_port()):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"around")
                self.assertEqual(await reader.readexactly(6), b"around")
                writer.close()
            here, there = self.path("here.sock"), self.user.path("there.sock")
            local_path = await connection.forward_local_path(here, there)
            async with await asyncio.start_unix_server(self.echo, there):
                os.chmod(there, 0o777)
                reader, writer = await asyncio.open_unix_connection(here)
                writer.write(b"by path")
                self.assertEqual(await reader.readexactly(7), b"by path")
                writer.close()
            os.remove(there)
            remote_path = await connection.forward_remote_path(there, here)
            self.assertTrue(os.path.exists(there))
            for listener in (local, remote, local_path, remote_path):
                listener.close()

        self.run_with(body)


if __name__ == "__main__":
    main()
