"""Echo services, and both directions of a connection at once."""

import contextlib
import hashlib
import random
import socket
import threading


def exchange(connection, size, seed=1):
    """So many random bytes to an echo service and back, by two threads; raises AssertionError unless the same
    come back. Closes the connection."""
    data = random.Random(seed).randbytes(size)

    def send():
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)

    with connection:
        sender = threading.Thread(target=send)
        sender.start()
        digest, got = hashlib.sha256(), 0
        while piece := connection.recv(1 << 16):
            digest.update(piece)
            got += len(piece)
        sender.join()
    if (got, digest.digest()) != (size, hashlib.sha256(data).digest()):
        raise AssertionError(f"{got} of {size} bytes came back, or others than were sent")


class EchoServer:
    """On a port of the loopback, or at the path of a socket, until close(): sends back what it gets, and `last`
    once the other side has ended its half."""

    def __init__(self, path=None, last=b""):
        self.last = last
        self.socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self.socket.bind(path or ("127.0.0.1", 0))
        self.socket.listen(50)
        self.address = path or self.socket.getsockname()
        self.port = None if path else self.address[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)
            connection.sendall(self.last)

    def close(self):
        self.socket.close()
