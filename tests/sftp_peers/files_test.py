#!/usr/bin/env python3
"""The operating system's files behind our server: errors, special files, long copies, the program itself."""

import os
import stat
import struct
import subprocess
import sys
import time
import unittest

from raw_client import (BAD_MESSAGE, CLOSE, DENIED, EOF, EXTENDED, F_APPEND, F_CREAT, F_EXCL, F_READ, F_TRUNC, F_WRITE,
                        FAILURE, FSETSTAT, FSTAT, LSTAT, MKDIR, NO_SUCH_FILE, READ, READDIR, READLINK, REALPATH,
                        REMOVE, RENAME, RMDIR, SERVER, SETSTAT, STAT, SYMLINK, WRITE, Case, attrs, string, u32, u64)


OPENSSH = "/usr/lib/openssh/sftp-server"


def run(*arguments, **keywords):
    return subprocess.run([SERVER, *arguments], capture_output=True, text=True, timeout=20, **keywords)


class Program(Case):
    def test_options(self):
        self.assertRegex(run("--version").stdout, r"^statecall-sftp-server \d+\.\d+\.\d+\n$")
        self.assertIn("usage:", run("-h").stdout)
        self.assertIn("posix-rename\n", run("-Q", "requests").stdout)
        if os.path.exists(OPENSSH):
            theirs = subprocess.run([OPENSSH, "-Q", "requests"], capture_output=True, text=True)
            self.assertEqual(sorted(run("-Q", "requests").stdout.split()), sorted(theirs.stdout.split()))
        for wrong in (["-u", "9"], ["-u", ""], ["-P", "delete"], ["-x"], ["file"], ["-Q", "x"]):
            done = run(*wrong, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertNotEqual(done.stderr, "")
        for wrong in (["-r", "/nonexistent"], ["-d", "/nonexistent"], ["-r", self.directory, "-d", "/no"]):
            done = run(*wrong, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 1, wrong)
            self.assertIn("No such file or directory", done.stderr)

    def test_ends(self):
        self.assertEqual(run(input="").returncode, 0)
        done = run(input="GET / HTTP/1.0\r\n\r\n")
        self.assertEqual((done.returncode, done.stderr),
                         (1, "statecall-sftp-server: sftp packet of 1195725856 bytes\n"))
        done = subprocess.run([SERVER], input=struct.pack(">IBI", 5, 3, 1), capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"Receive_Sftp_Open", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        client = self.client()
        client.open("/etc/passwd")
        self.assertEqual(client.end(), (0, ""))

    def test_start_directory(self):
        here = os.path.realpath(self.directory)
        os.mkdir(self.path("%u"))
        self.assertEqual(self.client("-d", here).one_name(REALPATH, "."), here)
        self.assertEqual(self.client("-d", here + "/%%u").one_name(REALPATH, "."), here + "/%u")
        self.assertEqual(self.client("-d", ".", cwd=here).one_name(REALPATH, "."), here)

    def test_client_that_is_gone(self):
        client = self.client()
        handle = client.open("/dev/zero")
        client.process.stdout.close()
        for _ in range(50):
            try:
                client.send(READ, string(handle) + u64(0) + u32(200000))
            except BrokenPipeError:
                break
        self.assertEqual(client.process.wait(timeout=10), 1)


class Files(Case):
    def setUp(self):
        super().setUp()
        self.server = self.client("-d", self.directory)

    def test_errors_are_told(self):
        s = self.server
        self.make("file", b"x")
        os.mkdir(self.path("dir"))
        os.symlink("loop", self.path("loop"))
        self.refused(NO_SUCH_FILE, s.open, "none")
        self.refused(NO_SUCH_FILE, s.open, "")
        self.refused(NO_SUCH_FILE, s.open, "loop")
        self.refused(NO_SUCH_FILE, s.open, "file/x")
        self.refused(FAILURE, s.open, "file", F_WRITE | F_CREAT | F_EXCL)
        self.refused(FAILURE, s.open, "dir", F_WRITE)
        self.refused(FAILURE, s.ask, MKDIR, string("dir") + attrs())
        self.refused(FAILURE, s.ask, REMOVE, string("dir"))
        self.refused(None, s.ask, REMOVE, string("file/"))
        self.refused(NO_SUCH_FILE, s.ask, RMDIR, string("file"))
        self.refused(BAD_MESSAGE, s.open, "x" * 300, F_WRITE | F_CREAT)
        self.refused(BAD_MESSAGE, s.open, "x/" * 3000)
        self.refused(BAD_MESSAGE, s.ask, READLINK, string("file"))
        self.refused(FAILURE, s.ask, RENAME, string("file") + string("dir"))
        self.refused(NO_SUCH_FILE, s.ask, RMDIR, string(""))
        self.refused(DENIED, s.write, s.open("file"), 0, b"x")
        self.refused(DENIED, s.read, s.open("file", F_WRITE))
        self.refused(EOF, s.read, s.open("file"), 1)
        self.refused(EOF, s.read, s.open("file"), 1 << 63)
        self.refused(FAILURE, s.write, s.open("file", F_WRITE), (1 << 63) - 1, b"xx")
        self.refused(FAILURE, s.read, s.open("dir"))
        self.assertEqual(sorted(os.listdir(self.directory)), ["dir", "file", "loop"])

    def test_a_full_disk_is_told(self):
        handle = self.server.open("/dev/full", F_WRITE)
        with self.assertRaisesRegex(Exception, "No space left on device"):
            self.server.write(handle, 0, b"x")

    def test_rename_replaces_only_if_asked_to(self):
        s = self.server
        for name in "ab":
            self.make(name, name.encode())
        os.mkdir(self.path("d1"))
        os.mkdir(self.path("d2"))
        self.refused(FAILURE, s.ask, RENAME, string("a") + string("b"))
        self.refused(FAILURE, s.ask, RENAME, string("d1") + string("d2"))
        self.refused(FAILURE, s.ask, RENAME, string("a") + string("a"))
        s.ask(RENAME, string("d1/") + string("d3/"))
        s.extended("posix-rename@openssh.com", string("a") + string("b"))
        self.assertEqual(self.content("b"), b"a")
        self.assertEqual(sorted(os.listdir(self.directory)), ["b", "d2", "d3"])

    def test_open_modes(self):
        s = self.server
        self.make("file", b"0123456789")
        s.write(s.open("file", F_WRITE | F_APPEND), 0, b"ab")
        self.assertEqual(self.content("file"), b"0123456789ab")
        s.write(s.open("file", F_READ | F_WRITE), 2, b"XY")
        self.assertEqual(self.content("file"), b"01XY456789ab")
        s.write(s.open("file", F_WRITE | F_CREAT | F_TRUNC), 3, b"!")
        self.assertEqual(self.content("file"), b"\0\0\0!")
        s.open("mode", F_WRITE | F_CREAT, mode=0o100600)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("mode")).st_mode), 0o600)

    def test_beyond_four_gibibytes(self):
        s = self.server
        handle = s.open("sparse", F_READ | F_WRITE | F_CREAT)
        s.write(handle, (5 << 30) + 1, b"end")
        self.assertEqual(s.ask(FSTAT, string(handle)).attrs()["size"], (5 << 30) + 4)
        self.assertEqual(s.read(handle, (5 << 30) + 2), b"nd")
        s.ask(FSETSTAT, string(handle) + attrs(size=7))
        self.assertEqual(os.stat(self.path("sparse")).st_size, 7)

    def test_nothing_blocks_on_special_files(self):
        s = self.server
        os.mkfifo(self.path("fifo"))
        handle = s.open("fifo")
        self.refused(FAILURE, s.read, handle)
        s.close(handle)
        self.refused(FAILURE, s.open, "fifo", F_WRITE)
        s.ask(STAT, string("fifo"))
        self.assertEqual(s.read(s.open("/dev/zero"), 5, 3), b"\0\0\0")

    def test_attributes(self):
        s = self.server
        self.make("file", b"x")
        os.symlink("file", self.path("link"))
        s.ask(SETSTAT, string("link") + attrs(mode=0o4604, times=(11, 12)))
        status = os.stat(self.path("file"))
        self.assertEqual((stat.S_IMODE(status.st_mode), status.st_atime, status.st_mtime), (0o4604, 11, 12))
        found = s.ask(STAT, string("link")).attrs()
        self.assertEqual(found, {"size": 1, "owner": (status.st_uid, status.st_gid), "mode": status.st_mode,
                                 "times": (11, 12)})
        self.assertTrue(stat.S_ISLNK(s.ask(LSTAT, string("link")).attrs()["mode"]))
        s.extended("lsetstat@openssh.com", string("link") + attrs(times=(21, 22)))
        self.assertEqual(os.lstat(self.path("link")).st_mtime, 22)
        self.assertEqual(os.stat(self.path("file")).st_mtime, 12)
        self.refused(None, s.extended, "lsetstat@openssh.com", string("link") + attrs(mode=0o777))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("file")).st_mode), 0o4604)

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_a_new_owner_keeps_the_mode_that_was_asked_for(self):
        self.make("file", b"x")
        self.server.ask(SETSTAT, string("file") + attrs(owner=(77, 78), mode=0o4755))
        status = os.stat(self.path("file"))
        self.assertEqual((status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)), (77, 78, 0o4755))

    def test_times_that_do_not_fit(self):
        self.make("old")
        os.utime(self.path("old"), (-5, -5))
        self.assertEqual(self.server.ask(STAT, string("old")).attrs()["times"], (0, 0))

    def test_many_names(self):
        os.mkdir(self.path("many"))
        for i in range(3000):
            self.make(f"many/{i}")
        found = self.server.names("many")
        self.assertEqual(set(found), {str(i) for i in range(3000)} | {".", ".."})
        for name in ("0", "2999"):
            self.assertRegex(found[name][0], rf"^-rw[-r]{{7}} +1 \S+ +\S+ +0 \w{{3}} [ \d]\d \d\d:\d\d {name}$")

    def test_statistics(self):
        ours = self.server.extended("statvfs@openssh.com", string("."))
        theirs = os.statvfs(self.directory)
        numbers = [ours.u64() for _ in range(11)]
        self.assertEqual(numbers[:3], [theirs.f_bsize, theirs.f_frsize, theirs.f_blocks])
        self.assertEqual((numbers[5], numbers[10]), (theirs.f_files, theirs.f_namemax))

    def test_users_and_groups(self):
        fields = self.server.extended("users-groups-by-id@openssh.com", string(u32(0) + u32(4000000)) + string(u32(0)))
        self.assertEqual(fields.string(), string("root") + string(""))
        self.assertEqual(fields.string(), string("root"))

    def test_expansion(self):
        import pwd
        fields = self.server.extended("expand-path@openssh.com", string("~root/none"))
        fields.u32()
        self.assertEqual(os.fsdecode(fields.string()), os.path.realpath(pwd.getpwnam("root").pw_dir) + "/none")
        self.refused(NO_SUCH_FILE, self.server.extended, "expand-path@openssh.com", string("~no-such-user"))

    def test_a_long_copy_holds_nobody_up(self):
        s = self.server
        size = 300 << 20
        with open(self.path("large"), "wb") as file:
            for i in range(size >> 20):
                file.write(bytes([i & 0xff]) * (1 << 20))
        source = s.open("large")
        target = s.open("copy", F_WRITE | F_CREAT)
        copy = s.send(EXTENDED, string("copy-data") + string(source) + u64(0) + u64(0) + string(target) + u64(0))
        answered = 0
        while copy not in s.answers:
            s.ask(STAT, string("large"))
            answered += 1
        s.answer(copy)
        self.assertGreater(answered, 5)
        s.close(target)
        self.assertEqual(subprocess.run(["cmp", self.path("large"), self.path("copy")]).returncode, 0)

    def test_copies_of_files_that_have_no_size(self):
        s = self.server
        source = s.open("/proc/version")
        target = s.open("copy", F_WRITE | F_CREAT | F_APPEND)
        s.extended("copy-data", string(source) + u64(0) + u64(0) + string(target) + u64(0))
        with open("/proc/version", "rb") as file:
            self.assertEqual(self.content("copy"), file.read())

    def test_a_copy_of_a_file_to_itself_is_refused(self):
        s = self.server
        self.make("file", b"0123456789")
        os.link(self.path("file"), self.path("other"))
        body = string(s.open("file")) + u64(0) + u64(0) + string(s.open("other", F_WRITE)) + u64(10)
        self.refused(FAILURE, s.extended, "copy-data", body)

    def test_no_descriptor_stays_open(self):
        s = self.server
        self.make("file", b"x")
        fds = f"/proc/{s.process.pid}/fd"
        before = len(os.listdir(fds))
        for _ in range(20):
            s.close(s.open("file"))
            s.names(".")
            s.ask(STAT, string("file"))
            s.ask(SETSTAT, string("file") + attrs(mode=0o600))
            self.refused(None, s.open, "none")
            self.refused(None, s.ask, RENAME, string("none") + string("other"))
        self.assertEqual(len(os.listdir(fds)), before)
        handles = [s.open("file") for _ in range(1000)]
        self.refused(FAILURE, s.open, "file")
        for handle in handles:
            s.close(handle)
        self.assertEqual(len(os.listdir(fds)), before)


if __name__ == "__main__":
    unittest.main()
