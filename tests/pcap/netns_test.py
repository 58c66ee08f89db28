"""Real TCP between two hosts of this kernel, captured at both; every connection must be accepted,
seen from either end. Exits with 77 where there are no network namespaces (ctest: skipped)."""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile

import link
import peers

SPLC = os.path.abspath(sys.argv[1])
POLICY = os.path.abspath(sys.argv[2])
LINKS = {
    "direct": None,
    "slow": {"delay": 0.015},
    "lossy": {"delay": 0.002, "loss": 0.08, "duplicate": 0.08, "reorder": 0.2},
}


def play(net, directory, name):
    """All scenarios over IPv4 and IPv6 at once; the paths of the two captures."""
    ready, captured, over = (multiprocessing.Event() for _ in range(3))
    connected = multiprocessing.Semaphore(0)
    client_side, server_side = [], []
    for version in (0, 1):
        address = {host: both[version] for host, both in link.ADDRESSES.items()}
        for i, (title, serve, work, _) in enumerate(peers.SCENARIOS):
            scenario = peers.Scenario(f"{title}, IPv{'46'[version]}", address,
                                      20000 + version * 1000 + i * 10, connected, captured)
            server_side.append((scenario, serve))
            client_side.append((scenario, work))

    def host(which, run, *arguments):
        child = os.fork()
        if child:
            return child
        link.enter_namespace(net.names[which])
        run(*arguments)
        os._exit(1)

    paths = {which: os.path.join(directory, f"{name}-{which}.pcap") for which in net.names}
    server = host("server", peers.run_server, server_side, ready, over)
    ready.wait(peers.PATIENCE)
    early = [s for s in client_side if s[0].name.startswith("open before")]
    first = host("client", peers.run_client, early)
    for _ in early:
        connected.acquire(timeout=peers.PATIENCE)
    for which, path in paths.items():
        net.capture(which, path)
    captured.set()
    rest = host("client", peers.run_client, [s for s in client_side if s not in early])
    statuses = [os.waitpid(child, 0)[1] for child in (rest, first)]
    over.set()
    statuses.append(os.waitpid(server, 0)[1])
    net.stop_captures()
    if any(statuses):
        sys.exit(f"{name}: a peer failed: {statuses}")
    return paths


def replay(path, side, policy=POLICY):
    done = subprocess.run([SPLC, "replay", "--format=pcap", "--json", f"--side={side}", policy, path],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{path}: {done.stderr}")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    return objects[:-1], objects[-1]


def check(condition, what):
    if not condition:
        keep = os.environ.get("SPL_KEEP_CAPTURES")
        if keep:
            subprocess.run(["cp", "-r", WORK.name, keep], check=False)
        sys.exit(f"FAILED: {what} (SPL_KEEP_CAPTURES=DIRECTORY keeps the captures)")


def judge(name, paths):
    for host, path in paths.items():
        for side in ("client", "server", "auto"):
            connections, summary = replay(path, side)
            for c in connections:
                check(c["verdict"] == "accepted", f"{name}, at the {host}, side {side}: {c}")
            check(summary["given_up"] == 0 and summary["malformed"] == 0, str(summary))
            # Each family: 60 + 3 + 12 of one each, and at least one of each of the two that vary.
            check(len(connections) >= 2 * 77, f"{name}: {len(connections)} connections only")
            early = sum(c["open_at_start"] for c in connections)
            check(early == 2, f"{name}: {early} open at the start")
        outcomes = {c["outcome"] for c in connections}
        check({"closed", "reset", "refused"} <= outcomes, f"{name}: {outcomes}")
        if name == "slow":  # there the SYNs cross
            crossed = [c for c in connections if c["outcome"] == "closed"
                       and c["client"].rsplit(":")[-1] == c["server"].rsplit(":")[-1]]
            check(crossed, "no connection was opened by both ends at once")
        print(f"{name}, captured at the {host}: {len(connections)} connections, "
              f"{summary['segments']} segments, {sorted(outcomes)}: all accepted")


def narrow(directory, name, changes):
    """The policy with changes that must show."""
    with open(POLICY) as f:
        text = f.read()
    for before, after in changes:
        check(before in text, f"{before!r} is not in the policy any more")
        text = text.replace(before, after)
    path = os.path.join(directory, name + ".spl")
    with open(path, "w") as f:
        f.write(text)
    return path


def must_refuse(directory, paths):
    """Policies that are too narrow for what has happened."""
    changes = {
        "no data after the peer's FIN": [
            ("            text();\n          } or {\n            acknowledgements();",
             "            Transmit_Tcp_Ack;\n          } or {\n            acknowledgements();"),
            ("      text();\n    } or {\n      acknowledgements();",
             "      Transmit_Tcp_Ack;\n    } or {\n      acknowledgements();")],
        "no FIN in answer to one": [("  Transmit_Tcp_Fin;\n  fin_out = true;\n  multiple",
                                     "  Transmit_Tcp_Syn;\n  fin_out = true;\n  multiple")],
        "no passive open": [("Receive_Tcp_Syn;\n          Transmit_Tcp_SynAck;",
                             "Receive_Tcp_Syn;\n          Transmit_Tcp_Syn;")],
    }
    for number, (name, change) in enumerate(changes.items()):
        policy = narrow(directory, f"narrow{number}", change)
        connections, _ = replay(paths["server"], "auto", policy)
        refused = [c for c in connections if c["verdict"] == "violation"]
        check(refused, f"a policy with '{name}' accepts everything")
        check(all(c["frame"] and c["side"] and c["statecall"] for c in refused), str(refused[0]))
        print(f"{name}: {len(refused)} refused, as they must be")


def main():
    global WORK
    names = sys.argv[3:] or list(LINKS)
    with tempfile.TemporaryDirectory() as directory:
        WORK = type("Kept", (), {"name": directory})
        for seed, name in enumerate(names, 1):
            try:
                with link.Net(LINKS[name], seed) as net:
                    paths = play(net, directory, name)
            except link.Unavailable as why:
                print(f"SKIPPED: this machine cannot make the network that is needed: {why}")
                sys.exit(77)
            judge(name, paths)
            if name == "direct":
                must_refuse(directory, paths)


main()
