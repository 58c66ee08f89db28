"""A client of SFTP version 3 that sends whatever it is told to, and a test case with a directory.

The server is a process with pipes. Requests may be sent ahead: send() gives an id, answer() waits
for that one.
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

INIT, VERSION, OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT, SETSTAT, FSETSTAT, OPENDIR, READDIR = range(1, 13)
REMOVE, MKDIR, RMDIR, REALPATH, STAT, RENAME, READLINK, SYMLINK = range(13, 21)
STATUS, HANDLE, DATA, NAME, ATTRS = range(101, 106)
EXTENDED, EXTENDED_REPLY = 200, 201
OK, EOF, NO_SUCH_FILE, DENIED, FAILURE, BAD_MESSAGE = range(6)
F_READ, F_WRITE, F_APPEND, F_CREAT, F_TRUNC, F_EXCL = 1, 2, 4, 8, 16, 32

SERVER = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else None


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(f"status {status}: {text}")
        self.status = status


def u32(value):
    return struct.pack(">I", value)


def u64(value):
    return struct.pack(">Q", value)


def string(value):
    value = os.fsencode(value)
    return u32(len(value)) + value


def attrs(size=None, owner=None, mode=None, times=None):
    flags = (size is not None) | (owner is not None) << 1 | (mode is not None) << 2 | (times is not None) << 3
    data = u32(flags)
    if size is not None:
        data += u64(size)
    if owner is not None:
        data += struct.pack(">II", *owner)
    if mode is not None:
        data += u32(mode)
    if times is not None:
        data += struct.pack(">II", *times)
    return data


class Fields:
    def __init__(self, data):
        self.data = data

    def take(self, count):
        taken, self.data = self.data[:count], self.data[count:]
        assert len(taken) == count
        return taken

    def u32(self):
        return struct.unpack(">I", self.take(4))[0]

    def u64(self):
        return struct.unpack(">Q", self.take(8))[0]

    def string(self):
        return self.take(self.u32())

    def attrs(self):
        flags = self.u32()
        found = {}
        if flags & 1:
            found["size"] = self.u64()
        if flags & 2:
            found["owner"] = (self.u32(), self.u32())
        if flags & 4:
            found["mode"] = self.u32()
        if flags & 8:
            found["times"] = (self.u32(), self.u32())
        return found


class Client:
    def __init__(self, *arguments, prefix=(), **keywords):
        self.process = subprocess.Popen([*prefix, SERVER, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **keywords)
        self.next_id = 1
        self.answers = {}
        self.packet(bytes([INIT]) + u32(3))
        kind, fields = self.read_packet()
        assert kind == VERSION and fields.u32() == 3

    def packet(self, body):
        self.process.stdin.write(u32(len(body)) + body)
        self.process.stdin.flush()

    def read_exactly(self, count):
        data = self.process.stdout.read(count)
        if len(data) != count:
            raise EOFError(self.process.stderr.read().decode())
        return data

    def read_packet(self):
        body = self.read_exactly(struct.unpack(">I", self.read_exactly(4))[0])
        return body[0], Fields(body[1:])

    def send(self, kind, body):
        number, self.next_id = self.next_id, self.next_id + 1
        self.packet(bytes([kind]) + u32(number) + body)
        return number

    def answer(self, number):
        while number not in self.answers:
            kind, fields = self.read_packet()
            self.answers[fields.u32()] = (kind, fields)
        kind, fields = self.answers.pop(number)
        if kind == STATUS:
            status, text = fields.u32(), fields.string().decode()
            if status != OK:
                raise Refused(status, text)
        return fields

    def ask(self, kind, body):
        return self.answer(self.send(kind, body))

    def extended(self, name, body):
        return self.ask(EXTENDED, string(name) + body)

    def open(self, path, flags=F_READ, **attributes):
        return self.ask(OPEN, string(path) + u32(flags) + attrs(**attributes)).string()

    def read(self, handle, offset=0, count=32768):
        return self.ask(READ, string(handle) + u64(offset) + u32(count)).string()

    def write(self, handle, offset, data):
        self.ask(WRITE, string(handle) + u64(offset) + string(data))

    def close(self, handle):
        self.ask(CLOSE, string(handle))

    def names(self, path):
        """{name: (long name, attributes)}"""
        handle = self.ask(OPENDIR, string(path)).string()
        found = {}
        try:
            while True:
                fields = self.ask(READDIR, string(handle))
                for _ in range(fields.u32()):
                    name, line = fields.string(), fields.string()
                    found[os.fsdecode(name)] = (os.fsdecode(line), fields.attrs())
        except Refused as refused:
            assert refused.status == EOF
        self.close(handle)
        return found

    def one_name(self, kind, path):
        fields = self.ask(kind, string(path))
        assert fields.u32() == 1
        return os.fsdecode(fields.string())

    def end(self):
        """Ends its input; the status and what it said."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        assert rest == b"", rest
        text = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.wait(), text


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def make(self, name, content=b""):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def content(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def client(self, *arguments, **keywords):
        client = Client(*arguments, **keywords)
        self.addCleanup(client.process.wait)
        self.addCleanup(client.process.kill)
        for pipe in (client.process.stdin, client.process.stdout, client.process.stderr):
            self.addCleanup(pipe.close)
        return client

    def refused(self, status, call, *arguments, **keywords):
        with self.assertRaises(Refused) as caught:
            call(*arguments, **keywords)
        if status is not None:
            self.assertEqual(caught.exception.status, status, caught.exception)
