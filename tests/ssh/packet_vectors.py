#!/usr/bin/env python3
"""Prints the packets that protection_test.cpp expects: ChaCha20 and Poly1305 written down from
RFC 8439, HMAC of Python's library, AES of python3-cryptography."""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def rotate(x, n):
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def chacha20_block(key, counter, nonce):
    state = list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key))
    state += [counter & 0xFFFFFFFF, counter >> 32] + list(struct.unpack("<2I", nonce))
    w = state[:]

    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            w[x] = (w[x] + w[y]) & 0xFFFFFFFF
            w[z] = rotate(w[z] ^ w[x], n)

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *[(a + b) & 0xFFFFFFFF for a, b in zip(w, state)])


def chacha20(key, counter, nonce, data):
    stream = b"".join(chacha20_block(key, counter + i, nonce) for i in range(len(data) // 64 + 1))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i : i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def packet(n):
    return struct.pack(">IB", n, 4) + bytes(range(1, n - 4)) + bytes(4)


def show(name, data):
    print(name, hashlib.sha256(data).hexdigest())


# RFC 8439 section 2.5.2, appendix A.1.
assert poly1305(
    bytes.fromhex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"),
    b"Cryptographic Forum Research Group",
) == bytes.fromhex("a8061dc1305136c6c22b8baf0c0127a9")
assert chacha20_block(bytes(32), 0, bytes(8)).startswith(bytes.fromhex("76b8e0ada0f13d90405d6ae5"))

key, nonce, plain = bytes(range(64)), struct.pack(">Q", 0x01020304), packet(72)
sealed = chacha20(key[32:], 0, nonce, plain[:4]) + chacha20(key[:32], 1, nonce, plain[4:])
print("chacha20-poly1305", sealed.hex(), poly1305(chacha20_block(key[:32], 0, nonce), sealed).hex())

for size in (16, 32):
    for counter in (b"\xff" * 8, bytes(8), bytes(7) + b"\1"):
        plain, key = packet(80), bytes(range(size))
        sealed = AESGCM(key).encrypt(bytes(range(4)) + counter, plain[4:], plain[:4])
        show(f"aes{8 * size}-gcm", plain[:4] + sealed)

for size in (16, 24, 32):
    for digest, mac_size in (("sha256", 32), ("sha512", 64)):
        for etm in (False, True):
            mac_key = bytes(range(100, 100 + mac_size))
            mode = modes.CTR(bytes(range(0xF0, 0x100)))
            stream = Cipher(algorithms.AES(bytes(range(size))), mode).encryptor()
            plain = packet(80 if etm else 76)
            for sequence in (7, 8):
                if etm:
                    sealed = plain[:4] + stream.update(plain[4:])
                else:
                    sealed = stream.update(plain)
                over = struct.pack(">I", sequence) + (sealed if etm else plain)
                tag = hmac.new(mac_key, over, digest).digest()
                show(f"aes{8 * size}-ctr {digest}{' etm' if etm else ''}", sealed + tag)
