"""Writes a large capture: make_capture.py FILE MEGABYTES. Many connections at once, full segments, a
retransmission now and then; no packet library, so that a gigabyte takes seconds."""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "pcap"))
from packets import ACK, EN10MB, FIN, SYN, frame, ip, tcp  # noqa: E402

CONNECTIONS = 2000  # open at once
SEGMENTS = 60       # with text, in each


def make(side, connection, flags, seq, ack, text=b""):
    hosts = (f"10.{connection >> 16 & 255}.{connection >> 8 & 255}.{connection & 255}", "192.0.2.1")
    ports = (20000 + connection % 40000, 443)
    order = 1 if side == 0 else -1
    return frame(EN10MB, ip(*hosts[::order], tcp(ports[::order], flags, seq, ack, text)))


def conversation(connection):
    """(side, flags, text) in order; the server sends, the client acknowledges every other one."""
    text = b"x" * 1400
    yield 0, SYN, b""
    yield 1, SYN | ACK, b""
    yield 0, ACK, b""
    yield 0, ACK, text[:200]
    for i in range(SEGMENTS):
        yield 1, ACK, text
        if i % 2:
            yield 0, ACK, b""
    yield 1, FIN | ACK, b""
    yield 0, FIN | ACK, b""
    yield 1, ACK, b""


def main():
    path, size = sys.argv[1], int(sys.argv[2]) * 1_000_000
    written = packets = first = 0
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, EN10MB))
        while written < size:
            talks = [(c, conversation(c), [1000, 900000]) for c in range(first, first + CONNECTIONS)]
            first += CONNECTIONS
            while talks and written < size:
                left = []
                for c, steps, numbers in talks:
                    step = next(steps, None)
                    if step is None:
                        continue
                    side, flags, text = step
                    data = make(side, c, flags, numbers[side], numbers[1 - side] if flags & ACK else 0,
                                text)
                    numbers[side] += len(text) + bool(flags & (SYN | FIN))
                    for _ in range(2 if packets % 500 == 499 else 1):
                        packets += 1
                        out.write(struct.pack("<IIII", 1000 + packets // 50000,
                                              packets % 50000 * 20, len(data), len(data)) + data)
                        written += len(data) + 16
                    left.append((c, steps, numbers))
                talks = left
    print(f"{packets} packets, {written / 1e6:.0f} MB, at most {CONNECTIONS} connections open")


main()
