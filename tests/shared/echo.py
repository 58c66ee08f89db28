"""Both directions of a connection at once."""

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
