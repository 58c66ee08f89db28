"""Captures made by hand: every kind of frame, every way to lie, and what must be refused."""

import json
import os
import random
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import support  # noqa: E402
from packets import (ACK, EN10MB, FIN, LOOP, NULL, RAW, RST, SLL, SLL2, SYN, Talk, frame, ip, pcap,
                     pcapng, tcp)  # noqa: E402

POLICY = os.path.abspath(sys.argv.pop(1))
V6 = {"client": "2001:db8::1", "server": "2001:db8::2"}


def life(**more):
    return Talk(**more).open().c(ACK, b"ping").s(ACK).s(ACK, b"pong").c(ACK).close()


class Captures(support.CliTest):
    def replay(self, content, *options, exit=0, policy=POLICY):
        self.write("t.pcap", content)
        out, err = self.splc("replay", "--format=pcap", "--json", *options, policy, "t.pcap", exit=exit)
        objects = [json.loads(line) for line in out.splitlines()]
        return objects[:-1], objects[-1], err

    def accepted(self, content, *options):
        connections, summary, _ = self.replay(content, *options)
        self.assertTrue(connections)
        for c in connections:
            self.assertEqual(c["verdict"], "accepted", c)
        return connections, summary

    def refused(self, talk, frame_number, side, statecall):
        (c,), summary, _ = self.replay(pcap(RAW, talk.frames()), exit=1)
        self.assertEqual((c["verdict"], c["frame"], c["side"], c["statecall"]),
                         ("violation", frame_number, side, statecall), c)
        self.assertEqual(c["automata"], ["tcp"])
        self.assertEqual(summary["refused"] + summary["open_at_start_refused"], 1)
        return c

    # ---- frames ----

    def test_links(self):
        for family in ({}, V6):
            for link in (EN10MB, RAW, NULL, LOOP, SLL, SLL2):
                (c,), summary = self.accepted(pcap(link, life(**family).frames(link)))
                self.assertEqual((c["outcome"], summary["segments"]), ("closed", 11), link)
            for tags in ((0x8100,), (0x88A8, 0x8100), (0x9100, 0x8100)):
                (c,), _ = self.accepted(pcap(EN10MB, life(**family).frames(EN10MB, tags=tags)))
                self.assertEqual(c["outcome"], "closed")
            (c,), _ = self.accepted(pcapng(EN10MB, life(**family).frames(EN10MB)))
            self.assertEqual(c["outcome"], "closed")

    def test_padding_is_no_text(self):
        frames = [f + b"\0" * 20 for f in life().frames(EN10MB)]
        (c,), _ = self.accepted(pcap(EN10MB, frames))
        self.assertFalse(c["missing"])

    def test_names(self):
        (c,), _ = self.accepted(pcap(RAW, life(**V6).frames()))
        self.assertEqual((c["client"], c["server"]), ("[2001:db8::1]:40000", "[2001:db8::2]:80"))
        (c,), _ = self.accepted(pcap(RAW, life().frames()))
        self.assertEqual((c["client"], c["server"]), ("192.0.2.1:40000", "192.0.2.2:80"))

    def test_extension_headers(self):
        talk = life(**V6)
        extensions = [(0, b"\0"), (43, b"\0"), (60, b"\1" + b"\0" * 14), (44, b"\0\0\0\0\0\0\1"),
                      (51, b"\2" + b"\0" * 14)]
        packets = [ip(*("2001:db8::1", "2001:db8::2")[:: 1 if p[23] == 1 else -1], p[40:],
                      extensions=extensions) for p in talk.packets]
        (c,), summary = self.accepted(pcap(RAW, packets))
        self.assertEqual((c["outcome"], summary["segments"]), ("closed", 11))

    def test_what_is_left_out_is_counted(self):
        segment = tcp((1, 2), SYN)
        a, b = "192.0.2.1", "192.0.2.2"
        six = ("2001:db8::1", "2001:db8::2")
        cases = {
            "fragments": [ip(a, b, segment, fragment=0x2000), ip(a, b, segment, fragment=0x0010),
                          ip(*six, segment, extensions=[(44, b"\0\0\1\0\0\0\1")]),
                          ip(*six, segment, extensions=[(44, b"\0\0\x10\0\0\0\1")])],
            "truncated": [(ip(a, b, segment)[:n], 40) for n in (0, 1, 19, 20, 39)] +
                         [(ip(*six, segment)[:n], 60) for n in (1, 39, 40, 59)],
            "malformed": [ip(a, b, segment, length=41), ip(a, b, segment, length=19),
                          ip(a, b, segment, length=39), b"\x44" + ip(a, b, segment)[1:],
                          ip(a, b, tcp((1, 2), SYN, offset=4)), ip(a, b, tcp((1, 2), SYN, offset=15)),
                          ip(a, b, b""), ip(*six, segment, length=21), ip(*six, b""),
                          ip(*six, segment, extensions=[(60, b"\xff")]),
                          ip(*six, segment, extensions=[(0, b"\0")] * 40),
                          ip(a, a, tcp((1, 1), SYN))],
            "not_tcp": [ip(a, b, segment, protocol=17), ip(*six, segment, protocol=58)],
            "not_ip": [b"\x50" * 60, b"\0"],
        }
        for name, packets in cases.items():
            for packet in packets:
                _, summary, _ = self.replay(pcap(RAW, [packet]))
                counted = {k: summary[k] for k in (*cases, "segments")}
                self.assertEqual(counted, {**dict.fromkeys(counted, 0), name: 1}, packet)
        out, _ = self.splc("replay", "--format=pcap", POLICY, "t.pcap")
        self.assertIn("packets left out, not IP", out)

    def test_options_that_lie(self):
        for options in (b"\3\0\1\1", b"\3\xff\1\1", b"\2", b"\3\3", b"\xfe\x28" + b"\0" * 38, b"\3\3\xff\0"):
            talk = Talk().c(SYN, options=options).s(SYN | ACK).c(ACK).close()
            self.accepted(pcap(RAW, talk.frames()))

    def test_snaplen(self):
        """The text of a segment need not be captured."""
        talk = Talk().open().c(ACK, b"x" * 1000).s(ACK).close()
        (c,), _ = self.accepted(pcap(RAW, talk.frames(), snaplen=60))
        self.assertEqual((c["outcome"], c["missing"]), ("closed", False))

    def test_any_bytes(self):
        """Good packets with changes, all in one file, and broken files."""
        chance = random.Random(7)
        frames = []
        for i in range(3000):
            talk = life(ports=(40000 + i % 50, 80), **(V6 if i % 2 else {}))
            data = bytearray(chance.choice(talk.frames(EN10MB)))
            for _ in range(chance.randrange(4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            frames.append((bytes(data[:chance.randrange(len(data) + 1)]), len(data)))
        for link in (EN10MB, RAW, NULL, SLL, SLL2):
            self.write("t.pcap", pcap(link, frames))
            status, _, _ = self.run_splc("replay", "--format=pcap", POLICY, "t.pcap")
            self.assertIn(status, (0, 1))
        for make in (pcap, pcapng):
            good = make(EN10MB, life().frames(EN10MB))
            for _ in range(12):
                data = bytearray(good)
                for _ in range(chance.randrange(1, 6)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
                self.write("t.pcap", bytes(data[:chance.randrange(len(data))]))
                status, _, err = self.run_splc("replay", "--format=pcap", POLICY, "t.pcap")
                self.assertIn(status, (0, 1, 2))
                self.assertEqual(status == 2, "splc: error: " in err)

    # ---- connections ----

    def test_ordinary(self):
        (c,), summary = self.accepted(pcap(RAW, life().frames()))
        expected = {"connection": 1, "open_at_start": False, "first_frame": 1, "last_frame": 11,
                    "client_segments": 6, "server_segments": 5, "missing": False, "frame": None,
                    "statecall": None, "side": None, "data_in_syn": False, "given_up": False}
        self.assertEqual({k: c[k] for k in expected}, expected)
        self.assertEqual((summary["verdict"], summary["accepted"], summary["packets"]),
                         ("accepted", 1, 11))

    def test_sequence_numbers_wrap(self):
        talk = life(isn=(2**32 - 2, 2**32 - 5))
        (c,), _ = self.accepted(pcap(RAW, talk.frames()))
        self.assertEqual(c["outcome"], "closed")

    def test_both_open_at_once(self):
        talk = Talk().c(SYN).s(SYN)
        talk.raw(0, SYN | ACK, 1000, 5001).raw(1, SYN | ACK, 5000, 1001).c(ACK, b"x").close()
        self.accepted(pcap(RAW, talk.frames()))

    def test_both_close_at_once(self):
        talk = Talk().open()
        talk.raw(0, FIN | ACK, 1001, 5001).raw(1, FIN | ACK, 5001, 1001)
        talk.raw(0, ACK, 1002, 5002).raw(1, ACK, 5002, 1002)
        (c,), _ = self.accepted(pcap(RAW, talk.frames()))
        self.assertEqual(c["outcome"], "closed")

    def test_refused_port(self):
        (c,), _ = self.accepted(pcap(RAW, Talk().c(SYN).raw(1, RST | ACK, 0, 1001).frames()))
        self.assertEqual(c["outcome"], "refused")

    def test_text_in_syn(self):
        talk = Talk().c(SYN, b"early").s(SYN | ACK).c(ACK).s(ACK, b"late").c(ACK).close()
        (c,), _ = self.accepted(pcap(RAW, talk.frames()))
        self.assertTrue(c["data_in_syn"])

    def test_probes(self):
        talk = Talk().open().c(ACK, b"ping").s(ACK, window=0)
        talk.raw(0, ACK, 1004, 5001).s(ACK, window=0)            # keep-alive
        talk.raw(0, ACK, 1005, 5001, b"x").s(ACK, window=0)      # into the closed window
        talk.s(ACK, window=100)
        talk.next[0] = 1005
        talk.c(ACK, b"xy").s(ACK).close()
        self.accepted(pcap(RAW, talk.frames()))

    def test_one_direction(self):
        for side, segments in ((0, 6), (1, 5)):
            packets = [p for p in life().packets if (p[15] == 1) == (side == 0)]
            (c,), summary = self.accepted(pcap(RAW, packets))
            self.assertEqual((summary["one_sided"], c["client_segments"] + c["server_segments"]),
                             (1, segments))

    def test_open_when_the_capture_begins(self):
        talk = life()
        for start in range(3, 10):
            (c,), summary = self.accepted(pcap(RAW, talk.packets[start:]))
            self.assertTrue(c["open_at_start"])
            self.assertEqual(summary["open_at_start_accepted"], 1)
            self.assertEqual(c["server"], "192.0.2.2:80")
        out, _ = self.splc("replay", "--format=pcap", POLICY, "t.pcap")
        self.assertIn("open when the capture begins", out)

    def many_accepted(self, variations):
        """Each of these lists of indices of life()'s segments makes a lawful connection."""
        frames = []
        for i, indices in enumerate(variations):
            packets = life(ports=(1000 + i, 80)).packets
            frames += [packets[k] for k in indices]
        for c in self.accepted(pcap(RAW, frames))[0]:
            self.assertEqual(c["verdict"], "accepted", c)

    def test_any_segment_may_be_missing(self):
        """... and the rest is still a lawful connection, wherever the capture has a hole."""
        self.many_accepted([k for k in range(11) if k != gone] for gone in range(11))

    def test_any_segment_may_come_twice(self):
        self.many_accepted([*range(where + 1), again, *range(where + 1, 11)]
                           for where in range(11) for again in range(where + 1))

    def test_any_two_may_change_places(self):
        """... after the handshake, as long as neither shows that the other had come."""
        self.many_accepted([*range(k), k + 1, k, *range(k + 2, 11)] for k in (4, 5, 6, 9))

    def test_ports_used_again(self):
        one = life()
        two = life(isn=(90000, 80000))
        three = Talk(isn=(200000, 300000)).open().c(RST | ACK)
        four = life(isn=(400000, 500000))
        connections, _ = self.accepted(
            pcap(RAW, one.frames() + two.frames() + three.frames() + four.frames()))
        self.assertEqual([(c["connection"], c["first_frame"]) for c in connections],
                         [(1, 1), (2, 12), (3, 23), (4, 27)])

    def test_late_segments_of_an_earlier_connection(self):
        one = Talk().open().c(ACK, b"ping").s(ACK).c(RST | ACK)
        two = Talk(isn=(90000, 80000)).c(SYN)
        late = [one.packets[4], ip("192.0.2.1", "192.0.2.2", tcp((40000, 80), RST, 1005))]
        packets = one.packets + two.packets + late + two.s(SYN | ACK).c(ACK).close().packets[1:]
        connections, _ = self.accepted(pcap(RAW, packets))
        self.assertEqual([c["outcome"] for c in connections], ["reset", "closed"])

    def test_an_old_syn_is_answered(self):
        """... by a SYN-ACK of a new number, after a reset; the SYN itself was captured only once."""
        talk = Talk().open().c(RST | ACK).raw(1, SYN | ACK, 700000, 1001).raw(0, RST, 1001, 0)
        connections, _ = self.accepted(pcap(RAW, talk.frames()))
        self.assertEqual([c["outcome"] for c in connections], ["reset", "reset"])

    def test_many_and_no_more(self):
        frames = []
        for i in range(300):
            frames += Talk(ports=(1000 + i, 80)).open().frames()
        connections, summary, err = self.replay(pcap(RAW, frames), "--max-connections=10")
        self.assertEqual((len(connections), summary["given_up"], summary["most_held"]), (300, 290, 10))
        self.assertIn("290 given up", err)
        self.assertEqual(sorted(c["connection"] for c in connections), list(range(1, 301)))
        # Closed ones go first, and are not missed.
        frames = []
        for i in range(300):
            frames += life(ports=(1000 + i, 80)).frames()
        _, summary, err = self.replay(pcap(RAW, frames), "--max-connections=10")
        self.assertEqual((summary["accepted"], summary["given_up"], err), (300, 0, ""))

    def test_closed_connections_are_forgotten(self):
        frames, times = [], []
        for i in range(100):
            frames += life(ports=(1000 + i, 80)).frames()
            times += [i * 100.0] * 11
        _, summary = self.accepted(pcap(RAW, frames, times=times))
        self.assertLess(summary["most_held"], 6)

    # ---- what must be refused ----

    def test_text_before_the_handshake(self):
        self.refused(Talk().c(SYN).s(SYN | ACK).s(ACK, b"x"), 3, "server", "Transmit_Tcp_Data")

    def test_text_after_a_reset(self):
        self.refused(Talk().open().c(RST | ACK).c(ACK, b"x"), 5, "client", "Transmit_Tcp_Data")
        # A reset without an ACK may overtake text, but not by more than a second.
        talk = Talk().open().c(RST).c(ACK, b"x")
        self.accepted(pcap(RAW, talk.frames()))
        (c,), _, _ = self.replay(pcap(RAW, talk.frames(), times=[0, 0, 0, 0, 2]), exit=1)
        self.assertEqual(c["frame"], 5)

    def test_text_after_a_fin(self):
        talk = Talk().open().c(FIN | ACK).s(ACK).c(ACK, b"more")
        self.refused(talk, 6, "client", "Transmit_Tcp_Data")

    def test_syn_ack_out_of_nothing(self):
        self.refused(Talk().open().c(FIN | ACK).s(ACK).raw(1, SYN | ACK, 70000, 1002), 6, "server",
                     "Transmit_Tcp_SynAck")

    def test_a_split_handshake(self):
        talk = Talk().c(SYN).raw(1, ACK, 2000, 1001).s(SYN)
        self.refused(talk, 3, "server", "Transmit_Tcp_Syn")

    def test_a_second_syn(self):
        """It is the next connection's, unless this one goes on."""
        talk = Talk().open().raw(0, SYN, 700000, 0).s(ACK).c(RST).raw(0, SYN, 700000, 0)
        connections, _ = self.accepted(pcap(RAW, talk.frames()))
        self.assertEqual(len(connections), 2)
        talk = Talk().open().raw(0, SYN, 700000, 0).s(ACK).c(ACK, b"still here")
        self.accepted(pcap(RAW, talk.frames(), times=[0, 0, 0, 1, 1, 1.5]))
        (c,), _, _ = self.replay(pcap(RAW, talk.frames(), times=[0, 0, 0, 1, 1, 3]), exit=1)
        self.assertEqual((c["frame"], c["side"], c["statecall"]), (4, "client", "Transmit_Tcp_Syn"))

    def test_sides(self):
        talk = Talk().open().c(RST | ACK).c(ACK, b"x")
        for side, exit in (("client", 1), ("server", 0), ("auto", 1)):
            self.replay(pcap(RAW, talk.frames()), f"--side={side}", exit=exit)

    def test_explanation(self):
        self.write("t.pcap", pcap(RAW, Talk().open().c(RST | ACK).c(ACK, b"x").frames()))
        out, _ = self.splc("replay", "--format=pcap", POLICY, "t.pcap", exit=1)
        self.assertIn("t.pcap: #1 192.0.2.1:40000 > 192.0.2.2:80: violation at frame 5, 0.004000 s: "
                      "Transmit_Tcp_Data of the client is not allowed here", out)
        self.assertIn("      frame 4      client: RST+ACK\n      frame 5      client: 1 byte\n", out)
        self.assertIn("the end of automaton tcp", out)
        self.assertIn("0 accepted         1 refused", out)

    # ---- files ----

    def test_files(self):
        good = pcap(RAW, life().frames())
        self.write("a.pcap", good)
        self.write("b.pcap", good)
        out, _ = self.splc("replay", "--format=pcap", POLICY, "a.pcap", "b.pcap")
        self.assertIn("b.pcap: #2 192.0.2.1:40000 > 192.0.2.2:80: accepted (11 segments, frames 1-11, "
                      "closed)", out)
        self.assertIn("22 packets, 22 TCP segments of 2 connections", out)
        out, _ = self.splc("replay", "-q", "--format=pcap", POLICY, "a.pcap")
        self.assertEqual(out, "")
        out, _ = self.splc("replay", "--format=pcap", POLICY, "-", stdin=good)
        self.assertIn("<stdin>: #1 ", out)

    def test_what_is_no_capture(self):
        self.write("cut.pcap", pcap(RAW, life().frames())[:-5])
        self.write("a.gz", b"\x1f\x8b\x08\0" + b"x" * 40)
        self.write("wifi.pcap", pcap(105, []))
        self.write("text.pcap", b"hello world, hello world")
        self.write("empty.pcap", b"")
        for name, message, hint in (("cut.pcap", "truncated dump file", "the end of the file is missing"),
                                    ("a.gz", "not a capture", "zcat"),
                                    ("wifi.pcap", "IEEE802_11 (link type 105)", "Ethernet"),
                                    ("text.pcap", "unknown file format", "tcpdump -w"),
                                    ("empty.pcap", "not a capture", "the file is empty"),
                                    (".", "cannot read it", ""),
                                    ("cute.pcap", "cannot read it", "did you mean 'cut.pcap'")):
            _, err = self.splc("replay", "--format=pcap", POLICY, name, exit=2)
            self.assertIn(f"splc: error: {name}: ", err)
            self.assertIn(message, err)
            self.assertIn(hint, err)
        # What was read before the end is told.
        out, _ = self.splc("replay", "--format=pcap", POLICY, "cut.pcap", exit=2)
        self.assertIn("#1 192.0.2.1:40000 > 192.0.2.2:80: accepted (10 segments", out)

    def test_options(self):
        self.write("t.pcap", pcap(RAW, life().frames()))
        _, err = self.splc("replay", "--format=pcap", "ping.spl", "t.pcap", exit=2)
        self.assertIn("mentions no statecall of TCP", err)
        _, err = self.splc("replay", "--side=client", "ping.spl", "t.pcap", exit=2)
        self.assertIn("--format=pcap", err)
        _, err = self.splc("replay", "--format=pcap", "--strict", POLICY, "t.pcap", exit=2)
        self.assertIn("--strict", err)
        _, err = self.splc("replay", "--format=pcap", "--chart=c.svg", POLICY, "t.pcap", exit=2)
        self.assertIn("--chart is for traces", err)
        # Two automata, one of which knows only a part.
        self.write("small.spl", "automaton a() { Transmit_Tcp_Syn; }\nautomaton b() { multiple { "
                                "Transmit_Tcp_Data; } }\n")
        (c,), _, _ = self.replay(pcap(RAW, life().frames()), policy="small.spl")
        self.assertEqual(c["verdict"], "accepted")
        self.write("none.spl", "automaton a() { multiple { Transmit_Tcp_Syn; } Transmit_Tcp_Rst; "
                               "Transmit_Tcp_Data; }\n")
        (c,), _, _ = self.replay(pcap(RAW, life().frames()), exit=1, policy="none.spl")
        self.assertEqual((c["frame"], c["statecall"]), (4, "Transmit_Tcp_Data"))


support.main()
