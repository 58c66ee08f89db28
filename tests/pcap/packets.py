"""Packets and capture files made by hand, right or wrong in any detail."""

import struct

SYN, FIN, RST, ACK = 2, 1, 4, 16
EN10MB, RAW, NULL, LOOP, SLL, SLL2 = 1, 101, 0, 108, 113, 276


def address(text):
    import socket
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def tcp(ports, flags, seq=0, ack=0, data=b"", window=60000, options=b"", offset=None):
    options += b"\1" * (-len(options) % 4)
    if offset is None:
        offset = 5 + len(options) // 4
    return struct.pack("!HHIIBBHHH", *ports, seq % 2**32, ack % 2**32, offset << 4, flags, window, 0,
                       0) + options + data


def ip(source, target, payload, protocol=6, length=None, fragment=0, header=5, extensions=()):
    """`extensions` (IPv6): (kind, bytes after the first) each, the bytes padded to 8."""
    source, target = address(source), address(target)
    if len(source) == 4:
        total = header * 4 + len(payload) if length is None else length
        return struct.pack("!BBHHHBBH4s4s", 0x40 | header, 0, total, 1, fragment, 64, protocol, 0,
                           source, target) + b"\1" * (header * 4 - 20) + payload
    chain, first = b"", protocol
    for kind, body in reversed(extensions):
        body += b"\0" * (-(len(body) + 1) % 8)
        chain, first = bytes([first]) + body + chain, kind
    payload = chain + payload
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload) if length is None else length, first, 64,
                       source, target) + payload


def frame(link, packet, tags=()):
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    for tag in reversed(tags):
        packet, kind = struct.pack("!HH", 1, kind) + packet, tag
    if link == EN10MB:
        return b"\2" * 12 + struct.pack("!H", kind) + packet
    if link == SLL:
        return struct.pack("!HHH8sH", 0, 1, 6, b"", kind) + packet
    if link == SLL2:
        return struct.pack("!HHIHBB8s", kind, 0, 1, 1, 0, 6, b"") + packet
    if link == NULL:
        return struct.pack("<I", 30 if kind == 0x86DD else 2) + packet
    if link == LOOP:
        return struct.pack(">I", 24 if kind == 0x86DD else 2) + packet
    return packet


def pcap(link, frames, snaplen=262144, times=None):
    """`frames`: bytes, or (bytes, length on the wire)."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)
    for i, f in enumerate(frames):
        data, length = f if isinstance(f, tuple) else (f, len(f))
        kept = data[:snaplen]
        seconds = times[i] if times else i * 0.001
        out += struct.pack("<IIII", 1000 + int(seconds), int(seconds % 1 * 1e6), len(kept), length) + kept
    return out


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def pcapng(link, frames):
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack("<HHI", link, 0, 0))
    for i, f in enumerate(frames):
        out += block(6, struct.pack("<IIIII", 0, 0, i * 1000, len(f), len(f)) + f)
    return out


class Talk:
    """Segments of one connection, in the order in which they are captured."""

    def __init__(self, client="192.0.2.1", server="192.0.2.2", ports=(40000, 80), isn=(1000, 5000)):
        self.hosts = (client, server)
        self.ports = ports
        self.next = list(isn)
        self.packets = []

    def raw(self, side, flags, seq, ack, data=b"", **more):
        ports = self.ports if side == 0 else self.ports[::-1]
        hosts = self.hosts if side == 0 else self.hosts[::-1]
        self.packets.append(ip(*hosts, tcp(ports, flags, seq, ack, data, **more)))
        return self

    def send(self, side, flags, data=b"", **more):
        """With the numbers that come next."""
        ack = self.next[1 - side] if flags & ACK else 0
        self.raw(side, flags, self.next[side], ack, data, **more)
        self.next[side] += len(data) + bool(flags & SYN) + bool(flags & FIN)
        return self

    def c(self, flags, data=b"", **more):
        return self.send(0, flags, data, **more)

    def s(self, flags, data=b"", **more):
        return self.send(1, flags, data, **more)

    def open(self):
        return self.c(SYN).s(SYN | ACK).c(ACK)

    def close(self):
        return self.c(FIN | ACK).s(ACK).s(FIN | ACK).c(ACK)

    def frames(self, link=RAW, **more):
        return [frame(link, p, **more) for p in self.packets]
