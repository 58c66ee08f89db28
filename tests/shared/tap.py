"""A network namespace of one's own with a TAP device, for programs that bring their own TCP. It ends with this
process. HOST is Linux, GUEST the program at the other end of the link."""

import ctypes
import itertools
import os
import random
import socket
import struct
import subprocess
import sys
import time

HOST, GUEST = "10.9.0.1", "10.9.0.2"
HOST6, GUEST6 = "fd09::1", "fd09::2"
HOST_MAC = b"\2\0\0\0\0\7"  # of frames that no Linux has sent


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def skip(why):
    print("SKIPPED:", why)
    sys.exit(77)


def enter_namespace():
    """Ends the process with 77 where there are no namespaces or TAP devices."""
    if os.geteuid() != 0:
        skip("network namespaces need root")
    clone_newnet = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet) != 0:
        skip("no network namespace: " + os.strerror(ctypes.get_errno()))
    if not os.path.exists("/dev/net/tun"):
        skip("there is no /dev/net/tun")
    ip("link", "set", "lo", "up")
    ip("tuntap", "add", "dev", "tap0", "mode", "tap")
    with open("/proc/sys/net/ipv6/conf/tap0/accept_dad", "w", encoding="ascii") as f:
        f.write("0")
    ip("addr", "add", HOST + "/24", "dev", "tap0")
    ip("-6", "addr", "add", HOST6 + "/64", "dev", "tap0")


def checksum(data):
    """RFC 1071."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def taken():
    """Frames that the guest has taken from its device; the kernel throws the others away."""
    with open("/proc/net/dev", encoding="ascii") as f:
        return next(int(line.split(":")[1].split()[9]) for line in f if line.strip().startswith("tap0:"))


def mac_of(address):
    with open("/proc/net/arp", encoding="ascii") as f:
        for line in f:
            if line.startswith(address + " "):
                return bytes.fromhex(line.split()[3].replace(":", ""))
    raise AssertionError(f"the MAC of {address} is not known")


def flood(port, enough):
    """SYNs to the guest from addresses that nobody has, as fast as Python can, until enough(how many the guest
    has taken)."""
    to = socket.inet_aton(GUEST)
    ethernet = mac_of(GUEST) + HOST_MAC + b"\x08\0"
    chance = random.Random(9)
    before = taken()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind(("tap0", 0))
        for number in itertools.count():
            if number % 256 == 0 and enough(taken() - before):
                break
            source = struct.pack(">I", 0x0b000000 + chance.randrange(1 << 24))
            tcp = struct.pack(">HHIIHHHH", chance.randrange(1024, 65536), port, chance.getrandbits(32), 0,
                              0x5002, 65535, 0, 0)
            tcp = tcp[:16] + struct.pack(">H", checksum(source + to + struct.pack(">HH", 6, 20) + tcp)) + tcp[18:]
            head = struct.pack(">HHHHBBH", 0x4500, 40, 0, 0, 64, 6, 0) + source + to
            head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
            while True:
                try:
                    raw.send(ethernet + head + tcp)
                    break
                except OSError:  # the queue of the device is full
                    time.sleep(0.001)
