#!/usr/bin/env python3
"""Makes a fixture of an OpenSSH debug log: keeps the lines that say something about messages, a few
that do not, and nothing that tells of the machine or its users.

Usage: shorten.py < LOG > logs/NAME.client.log
"""
import re
import sys

KEEP = re.compile(
    r"packet: type \d|Local version|Remote protocol|strict KEX|kex: |Connection from|Connecting to"
    r"|Server listening|sshd version|SSH2_MSG_\w+ (sent|received)|User child is on pid"
    r"|userauth-request|userauth_pubkey: |userauth_finish|Postponed|partial success"
    r"|Next authentication method|Offering public key|sign_and_send_pubkey|we sent a publickey"
    r"|Trying private key|input_userauth_info_req|Authentications that can continue"
    r"|channel \d+: (new|request|send|rcvd|is dead|open confirm|closing)|_input_(channel|global)_"
    r"|Requesting no-more|Remote connections|notify_hostkeys: sent|Entering interactive|ssh_packet_"
    r"|Starting session|disconnected by user|Permission denied|rekey|remote forward"
)
SUBSTITUTIONS = [
    (r"(?<![\w/.])/\w[^\s':\]]*", "/path"),
    (r"SHA256:[A-Za-z0-9+/=]+", "SHA256:x"),
    (r"AAAA[A-Za-z0-9+/=]{20,}", "AAAA"),
    (r"OpenSSH_(\d+\.\d+p\d+)[^\"\n]*", r"OpenSSH_\1"),
    (r"(user|for|as) '?(root|tester|nobodyhere)'?", r"\1 alice"),
    (r"root@|tester@", "alice@"),
    (r"127\.0\.0\.1", "192.0.2.1"),
    (r"port \d{4,}", "port 2222"),
    (r"(listen|connect[: ]) ?\d{4,}", r"\1 2222"),
    (r"public key: \S+ ", "public key: id "),
]


def main():
    for line in sys.stdin:
        if not KEEP.search(line):
            continue
        for pattern, replacement in SUBSTITUTIONS:
            line = re.sub(pattern, replacement, line)
        sys.stdout.write(line)


main()
