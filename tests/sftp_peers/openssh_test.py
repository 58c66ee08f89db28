#!/usr/bin/env python3
"""Debian's sftp with our server (sftp -D): what people do with it."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import unittest

from raw_client import SERVER, Case


class OpenSsh(Case):
    def sftp(self, commands, arguments="", exit=0):
        server = f"{SERVER} {arguments}".strip()
        done = subprocess.run(["sftp", "-q", "-b", "-", "-D", server], input=commands.encode(),
                              capture_output=True, cwd=self.directory, timeout=120)
        self.assertEqual(done.returncode != 0, exit != 0, done.stderr.decode())
        return done.stdout.decode() + done.stderr.decode()

    def here(self, commands, **keywords):
        return self.sftp(commands, f"-d {self.directory}", **keywords)

    def big(self, name, mebibytes):
        block = os.urandom(1 << 20)
        with open(self.path(name), "wb") as file:
            for i in range(mebibytes):
                file.write(block[i:] + block[:i])
        return self.digest(name)

    def digest(self, name):
        with open(self.path(name), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def test_large_files_both_ways(self):
        digest = self.big("large", 100)
        self.here("put large up\nget up down\n")
        self.assertEqual(self.digest("up"), digest)
        self.assertEqual(self.digest("down"), digest)

    def test_small_buffers_and_many_requests(self):
        digest = self.big("file", 3)
        for options in (["-B", "1000", "-R", "200"], ["-B", "200000", "-R", "3"]):
            done = subprocess.run(["sftp", "-q", *options, "-b", "-", "-D", f"{SERVER} -d {self.directory}"],
                                  input=b"put file up\nget up down\n", capture_output=True, cwd=self.directory)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.digest("up"), digest)
            self.assertEqual(self.digest("down"), digest)

    def test_transfers_go_on_where_they_stopped(self):
        digest = self.big("file", 5)
        half = self.content("file")[:2345678]
        self.make("up", half)
        self.make("down", half)
        self.here("reput file up\nreget file down\n")
        self.assertEqual(self.digest("up"), digest)
        self.assertEqual(self.digest("down"), digest)

    def test_names_of_all_kinds(self):
        names = ["with space", "new\nline", "grün ☃", "quo'te\"", "back\\slash", "*", "-dash", "\udcff\udcfe"]
        os.mkdir(self.path("tree"))
        os.mkdir(self.path("tree/empty"))
        os.mkdir(self.path("tree/a b"))
        for name in names:
            self.make("tree/" + name, os.fsencode(name))
            self.make("tree/a b/" + name, b"deeper " + os.fsencode(name))
        self.here("put -r tree up\nget -r up down\n")
        for tree in ("up", "down"):
            self.assertEqual(sorted(os.listdir(self.path(tree))), sorted(names + ["empty", "a b"]))
            for name in names:
                self.assertEqual(self.content(f"{tree}/{name}"), os.fsencode(name))
                self.assertEqual(self.content(f"{tree}/a b/{name}"), b"deeper " + os.fsencode(name))

    def test_what_changes_names(self):
        self.make("a", b"A")
        self.make("b", b"B")
        self.here("rename a c\nsymlink c l\nln c h\ncp c copy\nmkdir d\nrename b d/b\nmkdir e\nrmdir e\n")
        self.assertEqual(os.readlink(self.path("l")), "c")
        self.assertTrue(os.path.samefile(self.path("c"), self.path("h")))
        self.assertEqual(self.content("copy"), b"A")
        self.assertEqual(self.content("d/b"), b"B")
        self.assertEqual(sorted(os.listdir(self.directory)), ["c", "copy", "d", "h", "l"])
        # sftp's rename is posix-rename@openssh.com: it replaces.
        self.here("rename d/b c\nrm l\nrm h\n")
        self.assertEqual(self.content("c"), b"B")
        self.assertEqual(sorted(os.listdir(self.directory)), ["c", "copy", "d"])
        self.here("rename none other\n", exit=1)
        self.here("rm none\n", exit=1)
        self.here("rmdir copy\n", exit=1)

    def test_a_large_copy(self):
        digest = self.big("large", 50)
        self.here("cp large copy\n")
        self.assertEqual(self.digest("copy"), digest)

    def test_modes_and_times(self):
        self.make("file", b"x")
        os.chmod(self.path("file"), 0o751)
        os.utime(self.path("file"), (1000000000, 1100000000))
        self.here("put -p file up\nget -p up down\nchmod 4711 up\n")
        for name, mode in (("up", 0o4711), ("down", 0o751)):
            found = os.stat(self.path(name))
            self.assertEqual(stat.S_IMODE(found.st_mode), mode)
            self.assertEqual(found.st_mtime, 1100000000)
        if os.geteuid() == 0:
            self.here("chown 12345 up\nchgrp 23456 up\n")
            self.assertEqual((os.stat(self.path("up")).st_uid, os.stat(self.path("up")).st_gid), (12345, 23456))

    def test_ls_looks_like_ls(self):
        os.mkdir(self.path("dir"))
        self.make("dir/file", b"12345")
        os.symlink("file", self.path("dir/link"))
        os.mkdir(self.path("dir/sub"))
        os.chmod(self.path("dir/sub"), 0o3777)
        os.mkfifo(self.path("dir/fifo"))
        os.utime(self.path("dir/file"), (0, 1100000000))
        ours = self.here("ls -l dir\n").splitlines()
        names = subprocess.run(["ls", "-l", self.path("dir")], capture_output=True, text=True,
                               env={"LC_ALL": "C"}, check=True).stdout
        expected = {}
        for line in names.splitlines()[1:]:
            fields = line.split(" -> ")[0].split()
            expected[fields[-1]] = fields
        found = {}
        for line in ours:
            fields = line.replace("dir/", "").split()
            if re.match(r"[-dlp][-rwxsStT]{9}$", fields[0] if fields else ""):
                found[fields[-1]] = fields
        # sftp shows "?" for the number of links, which it knows only from our line.
        strip = lambda lines: {name: [f for i, f in enumerate(fields) if i != 1] for name, fields in lines.items()}
        self.assertEqual(strip(found), strip(expected))

    def test_df(self):
        text = self.here("df\n")
        blocks = os.statvfs(self.directory)
        total = blocks.f_blocks * blocks.f_frsize // 1024
        self.assertIn(str(total), text.split())

    def test_read_only(self):
        self.make("file", b"keep")
        text = self.sftp("-put file other\n-rm file\n-mkdir d\n-chmod 777 file\n-rename file x\n-ln file y\n"
                         "-cp file z\nget file copy\n", f"-R -d {self.directory}")
        self.assertEqual(text.count("Permission denied"), 5, text)
        # What a client may not do is not offered to it.
        self.assertEqual(text.count("Server does not support"), 2, text)
        self.assertEqual(sorted(os.listdir(self.directory)), ["copy", "file"])
        self.assertEqual(self.content("copy"), b"keep")

    def test_umask(self):
        self.make("file", b"")
        os.chmod(self.path("file"), 0o666)
        self.sftp("put file up\nmkdir d\n", f"-u 027 -d {self.directory}")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("up")).st_mode), 0o640)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("d")).st_mode), 0o750)

    def test_denied_requests(self):
        self.make("file", b"")
        self.sftp("rm file\n", f"-P remove -d {self.directory}", exit=1)
        self.assertTrue(os.path.exists(self.path("file")))
        self.sftp("mkdir x\n", f"-p realpath,stat,lstat,opendir,readdir,close -d {self.directory}", exit=1)
        self.assertIn("file", self.sftp("ls\n", f"-p realpath,stat,lstat,opendir,readdir,close -d {self.directory}"))

    def test_a_root_is_all_there_is(self):
        os.mkdir(self.path("root"))
        self.make("secret", b"secret")
        self.make("root/file", b"inside")
        os.symlink(self.path("secret"), self.path("root/absolute"))
        os.symlink("../secret", self.path("root/up"))
        text = self.sftp("pwd\nls\nget file got\n-get absolute no1\n-get up no2\n-get /../secret no3\n-cd /..\npwd\n",
                         f"-r {self.path('root')}")
        self.assertIn("Remote working directory: /\n", text)
        self.assertEqual(self.content("got"), b"inside")
        for name in ("no1", "no2", "no3"):
            self.assertFalse(os.path.exists(self.path(name)), text)


if __name__ == "__main__":
    if shutil.which("sftp") is None:
        print("no sftp here")
        sys.exit(77)
    unittest.main()
