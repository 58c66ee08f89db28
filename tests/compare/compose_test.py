"""splc compose: each failure with its shortest run, maps, models, and the SSH client with the server."""

import json
import os
import support

POLICIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "ssh-server",
                        "policy")

CLIENT = "automaton c () { Transmit_Hello; Receive_Hello; Transmit_Data; Receive_Ack; }\n"
SERVER = "automaton s () { Receive_Hello; Transmit_Hello; Receive_Data; Notify_Log; Transmit_Ack; }\n"


def ssh(name):
    return os.path.join(POLICIES, name)


class Compose(support.CliTest):
    def setUp(self):
        super().setUp()
        self.write("client.spl", CLIENT)
        self.write("server.spl", SERVER)

    def results(self, *arguments, exit=1):
        """By failure: the JSON object."""
        out, _ = self.splc("compose", "--json", *arguments, exit=exit)
        lines = [json.loads(line) for line in out.splitlines()]
        return lines[0], {r["failure"]: r for r in lines[1:]}

    def failing(self, results):
        return sorted(f for f, r in results.items() if r["verdict"] == "fails")

    @staticmethod
    def run_of(result):
        return [(s["role"], s["statecall"]) for s in result["trace"]]

    def test_a_pair_that_fits(self):
        out, err = self.splc("compose", "client.spl", "server.spl")
        self.assertEqual(err, "")
        self.assertEqual(out.count("proved"), 4)
        self.assertIn("client  client.spl: 5 states; 2 messages matched, 0 steps local", out)
        self.assertIn("server  server.spl: 6 states; 2 messages matched, 1 step local", out)
        self.assertIn("this holds for channels of any size", out)

    def test_data_before_the_server_is_ready_is_an_unspecified_reception(self):
        self.write("eager.spl", "automaton c () { Transmit_Data; Transmit_Hello; Receive_Hello; "
                                "Receive_Ack; }")
        _, results = self.results("eager.spl", "server.spl")
        self.assertEqual(self.failing(results), ["reception"])
        r = results["reception"]
        self.assertEqual(self.run_of(r), [("client", "Transmit_Data")])
        self.assertEqual((r["role"], r["message"]),
                         ("server", {"sent": "Transmit_Data", "received": "Receive_Data"}))
        self.assertEqual(r["trace"][0]["to_server"], [r["message"]])
        self.assertEqual(r["trace"][0]["places"][0]["at"]["line"], 1)
        self.assertEqual(r["end"]["server"]["expected"], ["Receive_Hello"])
        self.assertEqual(r["reasons"][0]["automaton"], "s")
        self.assertIs(r["accepted_later"], False)
        out, _ = self.splc("compose", "eager.spl", "server.spl", exit=1)
        self.assertIn("the server is sent Receive_Data and has no place for it", out)
        self.assertRegex(out, r"\n +1  Transmit_Data +Data +- +eager\.spl:1\n")

    def test_a_client_that_never_answers_is_a_deadlock(self):
        self.write("mute.spl", "automaton c () { Transmit_Hello; Receive_Hello; Receive_Ack; "
                               "Transmit_Data; }")
        _, results = self.results("mute.spl", "server.spl")
        self.assertEqual(self.failing(results), ["deadlock"])
        r = results["deadlock"]
        self.assertEqual(len(r["trace"]), 4)
        self.assertEqual((r["role"], r["message"]), (None, None))
        self.assertEqual(r["end"]["client"]["expected"], ["Receive_Ack"])
        self.assertFalse(r["end"]["server"]["finished"])
        out, _ = self.splc("compose", "mute.spl", "server.spl", exit=1)
        self.assertIn("neither role can go on, and not all are finished", out)
        self.assertIn("the client is not finished; it would accept\n      Receive_Ack\n", out)

    def test_an_orphan(self):
        self.write("more.spl", CLIENT.replace("Receive_Ack;", "Receive_Ack; Transmit_Data;"))
        _, results = self.results("more.spl", "server.spl")
        self.assertEqual(self.failing(results), ["orphan"])
        r = results["orphan"]
        self.assertEqual(len(r["trace"]), 10)
        self.assertEqual((r["role"], r["message"]["received"]), ("server", "Receive_Data"))
        self.assertTrue(r["end"]["server"]["ended"])
        self.results("--ignore=orphan", "more.spl", "server.spl", exit=0)

    def test_overflow_and_blocking(self):
        self.write("talk.spl", "automaton c () { multiple { Transmit_Data; } }")
        self.write("hear.spl", "automaton s () { multiple { Receive_Data; } }")
        for bound in (1, 2, 5):
            _, results = self.results(f"--bound={bound}", "talk.spl", "hear.spl")
            self.assertEqual(self.failing(results), ["overflow"])
            self.assertEqual(len(results["overflow"]["trace"]), bound)
            self.assertEqual(results["overflow"]["role"], "client")
        head, results = self.results("--full=block", "talk.spl", "hear.spl", exit=0)
        self.assertEqual(sorted(results), ["deadlock", "orphan", "reception"])
        self.assertEqual((head["full"], head["bound"], head["reception"]), ("block", 2, "now"))

    def test_two_that_wait_for_room(self):
        self.write("a.spl", "automaton c () { Transmit_A; Transmit_A; Receive_B; Receive_B; }")
        self.write("b.spl", "automaton s () { Transmit_B; Transmit_B; Receive_A; Receive_A; }")
        self.results("a.spl", "b.spl", "--reception=later", exit=0)
        _, results = self.results("a.spl", "b.spl", "--reception=later", "--full=block",
                                  "--bound=1")
        self.assertEqual(self.failing(results), ["deadlock"])
        self.assertEqual(len(results["deadlock"]["trace"]), 2)

    def test_now_and_later(self):
        self.write("twice.spl", "automaton c () { Transmit_A; Transmit_A; }")
        self.write("slow.spl", "automaton s () { Receive_A; Notify_Done; Receive_A; }")
        out, _ = self.splc("compose", "twice.spl", "slow.spl", exit=1)
        self.assertIn("--reception=later lets it wait for them", out)
        out, _ = self.splc("compose", "--reception=later", "twice.spl", "slow.spl")
        self.assertIn("no unspecified reception (later)", out)

    def test_nobody_waits_for_one_that_has_ended(self):
        self.write("talk.spl", "automaton c () { multiple { Transmit_A; } Transmit_End; }")
        self.write("gone.spl", "automaton s () { either { Receive_A; } or { Receive_End; } }")
        _, results = self.results("--full=block", "--bound=1", "talk.spl", "gone.spl")
        self.assertEqual(self.failing(results), ["orphan"])

    def test_unmatched_sends_are_an_error_with_place_and_hint(self):
        self.write("other.spl", "automaton c () { Transmit_Helo; }")
        out, err = self.splc("compose", "other.spl", "server.spl", exit=2)
        self.assertEqual(out, "")
        self.assertIn("other.spl:1:18: the client sends Transmit_Helo, but no automaton of the "
                      "server mentions Receive_Helo", err)
        self.assertIn('"client Transmit_Helo = Receive_Hello"', err)

    def test_maps(self):
        self.write("other.spl", CLIENT.replace("Transmit_Hello", "Say_Hello"))
        self.write("names.map", "client Say_Hello = Receive_Hello  # greets\n")
        self.splc("compose", "--map=names.map", "other.spl", "server.spl")
        self.write("bad.map", "client Say_Helo = Receive_Hello\n")
        _, err = self.splc("compose", "--map=bad.map", "other.spl", "server.spl", exit=2)
        self.assertIn("bad.map:1:8: the client has no statecall 'Say_Helo'", err)
        self.assertIn("did you mean Say_Hello?", err)
        _, err = self.splc("compose", "--map=none.map", "other.spl", "server.spl", exit=2)
        self.assertIn("cannot read 'none.map'", err)

    def test_pairing(self):
        self.write("more.spl", SERVER.replace("Receive_Hello;", "optional { Receive_Odd; } "
                                                               "Receive_Hello;"))
        out, _ = self.splc("compose", "--pairing", "client.spl", "more.spl")
        self.assertIn("      Transmit_Hello  Receive_Hello\n", out)
        self.assertIn("    local\n      Notify_Log\n", out)
        self.assertIn("    received, but never sent by the client\n      Receive_Odd\n", out)
        head, _ = self.results("client.spl", "more.spl", exit=0)
        self.assertEqual(head["server"]["never_sent"], ["Receive_Odd"])
        self.assertEqual(head["client"]["sends"][0],
                         {"sent": "Transmit_Data", "received": "Receive_Data"})

    def test_the_model_is_for_people_too(self):
        self.splc("compose", "--print-model", "-o", "both.pml", "client.spl", "server.spl")
        model = self.read("both.pml")
        for text in ("active proctype client()", "active proctype server()",
                     "chan to_server = [2] of { mtype };", "never deadlock {",
                     "/* Transmit_Hello (client.spl:1) */"):
            self.assertIn(text, model)

    def test_bad_use(self):
        _, err = self.splc("compose", "client.spl", exit=2)
        self.assertIn("SERVER is missing", err)
        self.splc("compose", "--bound=0", "client.spl", "server.spl", exit=2)
        _, err = self.splc("compose", "-", "-", exit=2)
        self.assertIn("standard input can be read only once", err)
        _, err = self.splc("compose", "--max-states=2", "client.spl", "server.spl", exit=2)
        self.assertIn("the client has more than 2 joint states", err)
        self.write("broken.spl", "automaton c () { Transmit_Hello }")
        _, err = self.splc("compose", "broken.spl", "server.spl", exit=2)
        self.assertIn("broken.spl:1:", err)
        _, err = self.splc("compose", "--spin=nospin", "client.spl", "server.spl", exit=2)
        self.assertIn("cannot find the model checker 'nospin'", err)
        ignored = [f"--ignore={f}" for f in ("deadlock", "reception", "orphan", "overflow")]
        _, err = self.splc("compose", *ignored, "client.spl", "server.spl", exit=2)
        self.assertIn("there is nothing to prove", err)
        self.splc("compose", "--timeout=0.001", "client.spl", "server.spl", exit=2)


class Ssh(support.CliTest):
    """The client's policy and the server's, layer by layer."""

    ANY = ("--reception=later", "--full=block", "--ignore=orphan", "--quiet")

    def proved(self, client, server, *options):
        out, _ = self.splc("compose", *self.ANY, *options, ssh(client), ssh(server))
        self.assertEqual(out.count("proved  "), 2, out)
        self.assertNotIn("FAILS", out)

    def test_strict_transport(self):
        self.proved("client/transport_strict.spl", "transport_strict.spl", "--bound=3")

    def test_plain_transport(self):
        self.proved("client/transport_plain.spl", "transport_plain.spl", "--bound=2")

    def test_authentication(self):
        self.proved("client/auth.spl", "auth.spl", "--bound=3")

    def test_connection(self):
        self.proved("client/connection.spl", "connection.spl", "--bound=1")

    def test_a_channel_of_the_client(self):
        self.proved("client/channel.spl", "channel_of_client.spl", "--bound=1")

    def test_a_channel_of_the_server(self):
        self.proved("client/channel_of_server.spl", "channel.spl", "--bound=2")

    def wrong(self, name, text, instead):
        """A copy of the client's file with something changed."""
        with open(ssh("client/" + name)) as f:
            policy = f.read()
        self.assertIn(text, policy)
        self.write(name, policy.replace(text, instead, 1))

    def found(self, client, server):
        out, _ = self.splc("compose", "--json", *self.ANY, client, ssh(server), exit=1)
        results = [json.loads(line) for line in out.splitlines()[1:]]
        return {r["failure"]: r for r in results if r["verdict"] == "fails"}

    def test_a_client_that_sends_data_before_newkeys(self):
        self.wrong("transport.spl", "    Transmit_Kex_EcdhInit;\n",
                   "    optional {\n      Transmit_Channel_Data;\n    }\n    Transmit_Kex_EcdhInit;\n")
        with open(ssh("client/transport_strict.spl")) as f:
            self.write("strict.spl", f.read())
        found = self.found("strict.spl", "transport_strict.spl")
        self.assertIn("reception", found)
        self.assertEqual(found["reception"]["role"], "server")
        self.assertEqual(found["reception"]["message"]["sent"], "Transmit_Channel_Data")

    def test_a_client_that_never_answers(self):
        self.wrong("auth.spl", "    Transmit_Transport_ServiceRequest_Userauth;\n",
                   "    Receive_Auth_Banner;\n    Transmit_Transport_ServiceRequest_Userauth;\n")
        # Without a disconnect to end it, or an EXT_INFO to pass the time, both wait for ever.
        leave = "  } handle {\n    Transmit_Transport_Disconnect;\n    exit;\n"
        self.write("auth.spl", self.read("auth.spl").replace(leave, ""))
        with open(ssh("auth.spl")) as f:
            server = f.read().replace(leave, "")
        self.write("server.spl",
                   server.replace("always_allow (Transmit_Transport_ExtInfo)", "always_allow ()"))
        out, _ = self.splc("compose", "--json", *self.ANY, "auth.spl", "server.spl", exit=1)
        results = {r["failure"]: r for r in map(json.loads, out.splitlines()[1:])}
        self.assertEqual(results["deadlock"]["verdict"], "fails")
        self.assertEqual(results["deadlock"]["trace"], [])



support.main()
