"""Captured connections as traces: in the debugger, a subject for each end; in a picture, one of them."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import support  # noqa: E402
from debugger import Debugger, steps  # noqa: E402
from packets import ACK, EN10MB, RAW, RST, SYN, Talk, pcap, pcapng  # noqa: E402

POLICY = os.path.abspath(sys.argv.pop(1))


def life(**more):
    return Talk(**more).open().c(ACK, b"ping").s(ACK).s(ACK, b"pong").c(ACK).close()


def bad_client(**more):
    """Sends text after its reset: frame 5."""
    return Talk(**more).open().c(RST | ACK).c(ACK, b"x")


def bad_server(**more):
    return Talk(**more).c(SYN).s(ACK, b"x")


CLIENT = """Notify_Tcp_Connect Transmit_Tcp_Syn Receive_Tcp_SynAck Transmit_Tcp_Ack Transmit_Tcp_Data Receive_Tcp_Ack
Receive_Tcp_Data Transmit_Tcp_Ack Notify_Tcp_Close Transmit_Tcp_Fin Receive_Tcp_AckOfFin Receive_Tcp_Fin
Transmit_Tcp_Ack""".split()
SERVER = """Notify_Tcp_Listen Receive_Tcp_Syn Transmit_Tcp_SynAck Receive_Tcp_AckOfSyn Receive_Tcp_Data
Transmit_Tcp_Ack Transmit_Tcp_Data Receive_Tcp_Ack Receive_Tcp_Fin Transmit_Tcp_Ack Notify_Tcp_Close Transmit_Tcp_Fin
Receive_Tcp_AckOfFin""".split()


class Traces(support.CliTest):
    def shown(self, content, *options, status=0):
        """[(title, [(statecall, microseconds, verdict)], reason of the end)], as the debugger's page gets them."""
        self.write("t.pcap", content)
        with Debugger(self, POLICY, "--trace=t.pcap", "--format=pcap", *options, status=status) as d, \
                d.events() as events:
            import json
            calls = json.loads(d.get("api/policy/tcp"))["statecalls"]
            subjects, said, ends, self.refusals = {}, {}, {}, []
            while len(ends) < len(subjects) or not subjects:
                event = events.next()
                if event["type"] == "subject":
                    subjects[event["id"]] = event["title"]
                elif event["type"] == "end":
                    ends[event["subject"]] = event["reason"]
                elif event["type"] == "refusal":
                    self.refusals.append(event)
                for s in steps([event]):
                    said.setdefault(s[0], []).append((calls[s[3]], s[2], s[4]))
        self.assertNotIn("disagree", d.errors)
        return [(subjects[i], said.get(i, []), ends[i]) for i in sorted(subjects)]

    def names(self, one):
        return [name for name, _, _ in one[1]]

    # ---- the debugger

    def test_both_ends_of_an_ordinary_connection(self):
        client, server = self.shown(pcap(RAW, life().frames()))
        self.assertEqual(client[0], "t.pcap #1 192.0.2.1:40000 > 192.0.2.2:80, client")
        self.assertEqual(server[0], "t.pcap #1 192.0.2.1:40000 > 192.0.2.2:80, server")
        self.assertEqual(self.names(client), CLIENT)
        self.assertEqual(self.names(server), SERVER)
        for one in client, server:
            self.assertEqual({verdict for _, _, verdict in one[1]}, {0})
            times = [time for _, time, _ in one[1]]
            self.assertEqual(times, sorted(times))
            self.assertEqual(times[0], 1_000_000_000)
        # The one that closes first is in TIME-WAIT.
        self.assertIn("not finished: tcp", client[2])
        self.assertIn("every automaton is finished", server[2])
        # The SYN-ACK is frame 2, a millisecond later.
        self.assertIn(("Transmit_Tcp_SynAck", 1_000_001_000, 0), server[1])
        self.assertEqual(self.shown(pcapng(EN10MB, life().frames(EN10MB)))[0][0], client[0])

    def test_side(self):
        for side, names in ("client", CLIENT), ("server", SERVER):
            (one,) = self.shown(pcap(RAW, life().frames()), f"--side={side}")
            self.assertEqual(self.names(one), names)

    def test_a_violation_is_refused_at_its_segment(self):
        client, server = self.shown(pcap(RAW, bad_client().frames()))
        self.assertEqual(client[1][-1], ("Transmit_Tcp_Data", 1_000_004_000, 2))
        self.assertEqual({verdict for _, _, verdict in client[1][:-1]}, {0})
        self.assertEqual(self.refusals[0]["automata"], ["tcp"])
        for one in client, server:
            self.assertIn("frame 5: Transmit_Tcp_Data of the client is not allowed here", one[2])
        self.assertEqual({verdict for _, _, verdict in server[1]}, {0})

    def test_an_acknowledgement_of_what_never_came(self):
        """A SYN-ACK that answers what was not sent cannot be taken; that it was is not what the policy refuses."""
        talk = Talk().c(SYN).raw(1, SYN | ACK, 5000, 1005).raw(0, ACK, 1001, 5001)
        client, _ = self.shown(pcap(RAW, talk.frames()))
        self.assertEqual(self.names(client), ["Notify_Tcp_Connect", "Transmit_Tcp_Syn"])
        self.assertIn("frame 3: Receive_Tcp_SynAck of the client is not allowed here, but its acknowledgement shows that "
                      "it was taken", client[2])

    def test_what_was_before_the_capture_is_made_up(self):
        talk = life()
        talk.packets = talk.packets[3:]
        client, server = self.shown(pcap(RAW, talk.frames()))
        for one in client, server:
            self.assertIn(", open when the capture begins", one[0])
            self.assertEqual({verdict for _, _, verdict in one[1]}, {0})
        self.assertEqual(self.names(client)[-9:], CLIENT[-9:])

    def test_retransmissions_and_losses(self):
        talk = Talk().c(SYN).raw(0, SYN, 1000, 0).s(SYN | ACK).c(ACK).c(ACK, b"ping")
        talk.raw(0, ACK, 1001, 5001, b"ping").s(ACK)
        client, _ = self.shown(pcap(RAW, talk.frames()))
        self.assertEqual(self.names(client)[:3], ["Notify_Tcp_Connect", "Transmit_Tcp_Syn", "Transmit_Tcp_Syn"])
        self.assertIn("Transmit_Tcp_Retransmission", self.names(client))
        # What nothing shows to have been sent has not come.
        talk = Talk().open().c(ACK, b"ping")
        talk.s(ACK).raw(0, ACK, 1005, 5051)
        client, _ = self.shown(pcap(RAW, talk.frames()))
        self.assertIn("segments missing", client[0])
        self.assertNotIn("Receive_Tcp_Fin", self.names(client))

    def test_many_connections(self):
        frames = []
        for i in range(30):
            frames += (life if i % 3 else bad_server)(ports=(40000 + i, 80)).frames()
        shown = self.shown(pcap(RAW, frames))
        self.assertEqual(len(shown), 60)
        self.assertEqual(sum(one[1][-1][2] == 2 for one in shown if one[1]), 10)
        shown = self.shown(pcap(RAW, frames), "--max-connections=3")
        self.assertTrue(any("given up here" in one[0] for one in shown))

    def test_a_capture_that_breaks_off(self):
        content = pcap(RAW, life().frames())
        client, _ = self.shown(content[:-10], status=2)
        self.assertEqual(self.names(client), CLIENT[:-1])

    def test_wrong_command_lines(self):
        self.write("t.pcap", pcap(RAW, life().frames()))
        self.write("session.pcap", pcap(RAW, life().frames()))
        self.write("t.trace", "Send_Ping\n")
        for arguments, error in (
                (["debug", "--trace=t.pcap", "--format=pcap", "ping.spl"], "ping.spl mentions no statecall of TCP"),
                (["graph", "--highlight=t.pcap", "--trace-format=pcap", "ping.spl"],
                 "ping.spl mentions no statecall of TCP"),
                (["debug", "--trace=t.trace", "--format=pcap", POLICY], "t.trace: not a capture"),
                (["graph", "--highlight=t.trace", "--trace-format=pcap", POLICY], "t.trace: not a capture"),
                (["graph", "--highlight=sesion.pcap", "--trace-format=pcap", POLICY],
                 "did you mean 'session.pcap'?"),
                (["debug", "--trace=t.pcap", "--format=pcap", "--keep-going", POLICY], "--keep-going is for traces"),
                (["debug", "--trace=t.trace", "--side=client", "ping.spl"], "it needs --format=pcap"),
                (["graph", "--highlight=t.trace", "--side=client", "ping.spl"], "it needs --trace-format=pcap"),
                (["graph", "--trace-format=pcap", "ping.spl"], "are about the trace of --highlight"),
                (["debug", "--trace=t.pcap", "--format=pcap", "--state-bound=3", POLICY], "more than 3 states"),
                (["graph", "--highlight=t.pcap", "--trace-format=pcap", "--state-bound=3", POLICY],
                 "more than 3 states")):
            status, out, err = self.run_splc(*arguments)
            self.assertIn(status, (1, 2), arguments)
            self.assertEqual(out, "")
            self.assertIn(error, err)

    # ---- pictures

    def picture(self, content, *options, exit=0):
        self.write("t.pcap", content)
        _, err = self.splc("graph", "--highlight=t.pcap", "--trace-format=pcap", *options, POLICY, "-o", "t.dot", exit=exit)
        return err, self.read("t.dot") if exit == 0 else None

    def test_the_picture_of_a_connection(self):
        err, dot = self.picture(pcap(RAW, life().frames()))
        self.assertIn("t.pcap (#1 192.0.2.1:40000 > 192.0.2.2:80, client): accepted", err)
        self.assertIn("the trace ends here", dot)
        err, other = self.picture(pcap(RAW, life().frames()), "--side=server")
        self.assertIn(", server): accepted", err)
        self.assertNotEqual(dot, other)

    def test_the_picture_shows_who_violates(self):
        for talk, side, statecall, step in ((bad_client(), "client", "Transmit_Tcp_Data", 6),
                                            (bad_server(), "server", "Transmit_Tcp_Data", 3)):
            err, dot = self.picture(pcap(RAW, talk.frames()))
            self.assertIn(f"frame {len(talk.packets)}: {statecall} of the {side} is not allowed here", err)
            self.assertIn(f"step {step}, {statecall}, is refused by tcp", err)
            self.assertIn(f"✗ step {step}, {statecall}, is refused", dot)
        err, dot = self.picture(pcap(RAW, bad_server().frames()), "--side=client")
        self.assertIn("accepted", err)

    def test_one_of_many(self):
        frames = life(ports=(40001, 80)).frames() + bad_server(ports=(40002, 80)).frames() + \
            life(ports=(40003, 80)).frames()
        err, _ = self.picture(pcap(RAW, frames), exit=2)
        self.assertIn("t.pcap has 3 connections, and one can be shown", err)
        self.assertIn("--nth=N says which; splc replay --format=pcap lists them", err)
        self.assertNotIn("t.dot", self.files())
        err, _ = self.picture(pcap(RAW, frames), "--nth=2")
        self.assertIn("#2 192.0.2.1:40002", err)
        self.assertIn("is refused by tcp", err)
        err, _ = self.picture(pcap(RAW, frames), "--nth=3")
        self.assertIn("#3 192.0.2.1:40003", err)
        err, _ = self.picture(pcap(RAW, frames), "--nth=4", exit=2)
        self.assertIn("t.pcap has no connection 4: there are 3", err)
        err, _ = self.picture(pcap(RAW, []), exit=2)
        self.assertIn("t.pcap has no connection", err)


support.main()
