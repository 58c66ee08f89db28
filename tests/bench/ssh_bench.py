#!/usr/bin/python3
"""statecall-sshd against OpenSSH's sshd and Dropbear, in the same run, with the same client, on loopback.

Usage: ssh_bench.py BUILD_DIRECTORY [--unpoliced BUILD_DIRECTORY] [--json FILE] [--rounds N] [--mib N]
                    [--connections N] [--only WHAT,...]

Needs root (the servers log in as root with a key made for the occasion), openssh-client, openssh-server,
dropbear-bin and python3-asyncssh (hence the interpreter above).

What is measured (--only takes these names):
  bulk      per cipher and direction: MiB/s, and the server's processor seconds per GiB: all of its processes, and the
            `head` or `cat` that it runs, which is the same for all
  sftp      the same for a file in memory, by sftp
  logins    `ssh host true`, one after the other and 16 at a time: per second, and the server's processor time each
  memory    what N idle connections take: private memory of all the server's processes, per connection
  latency   one key's echo while another connection downloads
With --unpoliced, a build with -DSSH_UNPOLICED=ON runs as a further server.
Servers take turns in every round; medians are shown, and ratios to OpenSSH.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CIPHERS = [("chacha20-poly1305@openssh.com", None), ("aes128-gcm@openssh.com", None),
           ("aes256-ctr", "hmac-sha2-256-etm@openssh.com")]


# ---- processes -------------------------------------------------------------------------------------

def children_of():
    table = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                table.setdefault(int(fields[1]), []).append(int(entry))
            except (OSError, IndexError):
                pass
    return table


def tree(pid):
    table, todo, found = children_of(), [pid], []
    while todo:
        one = todo.pop()
        found.append(one)
        todo += table.get(one, [])
    return found


def processor_seconds(pid):
    """Of a process, all below it, and all that have ended and been waited for."""
    total = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        # Children that are still there are counted by themselves.
        total += sum(int(f) for f in fields[11:15])
    return total / TICK


def private_kib(pid):
    total = 0
    for one in tree(pid):
        try:
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith(("Private_Clean:", "Private_Dirty:")):
                    total += int(line.split()[1])
        except OSError:
            pass
    return total


# ---- servers ---------------------------------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, name, command, port):
        self.name, self.port = name, port
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as s:
                    if s.recv(4):
                        return
            except OSError:
                time.sleep(0.1)
            if self.process.poll() is not None:
                break
        self.log.seek(0)
        sys.exit(f"{name} does not start:\n{self.log.read().decode(errors='replace')}")

    def cpu(self):
        return processor_seconds(self.process.pid)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def in_private_home(keys, command):
    """The command in a mount namespace where root's home holds nothing but authorized keys: no start-up file of a shell
    is measured, and Dropbear, which reads nothing else, finds the keys."""
    script = (f"keys=$(cat {keys}) && home=$(getent passwd root | cut -d: -f6) && mount -t tmpfs -o mode=700 none \"$home\" && "
              "mkdir -m 700 \"$home/.ssh\" && echo \"$keys\" >\"$home/.ssh/authorized_keys\" && exec \"$@\"")
    return ["unshare", "-m", "sh", "-c", script, "sh", *map(str, command)]


def start_servers(build, unpoliced, directory):
    key, host = directory / "user", directory / "host"
    for path in (key, host):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    authorized = directory / "authorized_keys"
    shutil.copy(f"{key}.pub", authorized)
    common = ["MaxStartups 2000:30:4000", "LoginGraceTime 120", f"AuthorizedKeysFile {authorized}", "StrictModes no",
              "PermitRootLogin prohibit-password", "PasswordAuthentication no", f"HostKey {host}", "UsePAM no"]
    servers = []
    for name, where in (("statecall", build), ("unpoliced", unpoliced)):
        if where is None:
            continue
        port = free_port()
        config = directory / f"{name}.conf"
        config.write_text("\n".join(common + [f"Port {port}", "ListenAddress 127.0.0.1", f"PidFile {directory}/{name}.pid",
                                              "PerSourcePenalties no", "Subsystem sftp internal-sftp"]) + "\n")
        command = [where / "ssh-server/statecall-sshd", "-D", "-f", config]
        servers.append(Server(name, in_private_home(authorized, command), port))
    port = free_port()
    config = directory / "openssh.conf"
    config.write_text("\n".join(common + [f"Port {port}", "ListenAddress 127.0.0.1", "PidFile none",
                                          "Subsystem sftp internal-sftp"]) + "\n")
    os.makedirs("/run/sshd", exist_ok=True)
    servers.append(Server("openssh", in_private_home(authorized, ["/usr/sbin/sshd", "-D", "-e", "-f", config]), port))
    dropbear = shutil.which("dropbear", path="/usr/sbin:/usr/bin")
    if dropbear:
        dropbear_key, port = directory / "dropbear_host", free_port()
        subprocess.run(["dropbearconvert", "openssh", "dropbear", host, dropbear_key], check=True, capture_output=True)
        command = [dropbear, "-F", "-E", "-p", f"127.0.0.1:{port}", "-r", dropbear_key]
        servers.append(Server("dropbear", in_private_home(authorized, command), port))
    return servers, key


# ---- clients ---------------------------------------------------------------------------------------

class Client:
    def __init__(self, key, directory):
        self.options = ["-F", "none", "-i", str(key), "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o",
                        "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={directory}/known",
                        "-o", "LogLevel=ERROR", "-o", "Compression=no"]

    def ssh(self, server, *command, cipher=None, mac=None):
        options = list(self.options)
        if cipher:
            options += ["-c", cipher]
        if mac:
            options += ["-m", mac]
        return ["ssh", *options, "-p", str(server.port), "root@127.0.0.1", *command]

    def sftp(self, server):
        return ["sftp", *self.options, "-b", "-", "-P", str(server.port), "root@127.0.0.1"]


def timed(server, command, **streams):
    before, begun = server.cpu(), time.monotonic()
    done = subprocess.run(command, stderr=subprocess.PIPE, **streams)
    wall = time.monotonic() - begun
    if done.returncode != 0:
        sys.exit(f"{server.name}: {' '.join(map(str, command))}: {done.stderr.decode(errors='replace')}")
    time.sleep(0.3)  # its processes end, and are counted
    return wall, server.cpu() - before


def bulk(servers, client, args, report):
    size = args.mib << 20
    zeros = args.directory / "zeros"
    with open(zeros, "wb") as f:
        f.truncate(size)
    for cipher, mac in CIPHERS:
        for _ in range(args.rounds):
            for server in servers:
                if server.name == "dropbear" and (mac or "gcm" in cipher):
                    continue
                down = client.ssh(server, f"head -c {size} /dev/zero", cipher=cipher, mac=mac)
                wall, cpu = timed(server, down, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
                report.add("bulk", f"{cipher.split('@')[0]} down", server.name, wall, cpu, args.mib)
                with open(zeros, "rb") as f:
                    wall, cpu = timed(server, client.ssh(server, "cat >/dev/null", cipher=cipher, mac=mac), stdin=f,
                                      stdout=subprocess.DEVNULL)
                report.add("bulk", f"{cipher.split('@')[0]} up", server.name, wall, cpu, args.mib)


def sftp(servers, client, args, report):
    source = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        (source / "file").write_bytes(os.urandom(1 << 20) * args.mib)
        for _ in range(args.rounds):
            for server in servers:
                if server.name == "dropbear":
                    continue
                for what, line in (("get", f"get {source}/file {source}/got"), ("put", f"put {source}/file {source}/put")):
                    wall, cpu = timed(server, client.sftp(server), input=line.encode(), stdout=subprocess.DEVNULL)
                    report.add("sftp", f"sftp {what}", server.name, wall, cpu, args.mib)
    finally:
        shutil.rmtree(source)


def logins(servers, client, args, report):
    def one(server):
        done = subprocess.run(client.ssh(server, "true"), stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"{server.name}: a login failed: {done.stderr.decode(errors='replace')}")

    for _ in range(args.rounds):
        for server in servers:
            for what, width, count in (("sequential", 1, 30), ("16 at a time", 16, 64)):
                if server.name == "dropbear" and width > 5:
                    continue  # it takes five at a time from one address
                before, begun = server.cpu(), time.monotonic()
                with ThreadPoolExecutor(width) as pool:
                    list(pool.map(one, [server] * count))
                wall = time.monotonic() - begun
                time.sleep(0.5)
                cpu = server.cpu() - before
                report.put("logins", what, server.name, {"per_second": count / wall, "cpu_ms": cpu / count * 1000})


async def idle(server, key, count):
    import asyncssh
    before = private_kib(server.process.pid)
    connections = []

    async def one():
        return await asyncssh.connect("127.0.0.1", server.port, username="root", client_keys=[str(key)], known_hosts=None,
                                      config=None, agent_path=None, keepalive_interval=0)

    while len(connections) < count:
        connections += await asyncio.gather(*[one() for _ in range(min(4, count - len(connections)))])
    await asyncio.sleep(1)
    after = private_kib(server.process.pid)
    for connection in connections:
        connection.abort()
    await asyncio.sleep(1)
    return (after - before) / count


def memory(servers, key, args, report):
    for server in servers:
        if server.name == "unpoliced":
            continue
        kib = asyncio.run(idle(server, key, args.connections))
        report.put("memory", f"{args.connections} idle", server.name, {"kib": kib})


def latency(servers, client, args, report):
    for _ in range(args.rounds):
        for server in servers:
            load = subprocess.Popen(client.ssh(server, "cat /dev/zero"), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            echo = subprocess.Popen(client.ssh(server, "cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
            times = []
            for i in range(220):
                begun = time.monotonic()
                echo.stdin.write(b"k")
                echo.stdout.read(1)
                if i >= 20:
                    times.append((time.monotonic() - begun) * 1000)
                time.sleep(0.005)
            echo.stdin.close()
            echo.wait()
            load.terminate()
            load.wait()
            times.sort()
            report.put("latency", "echo under load", server.name,
                       {"median_ms": statistics.median(times), "p95_ms": times[int(len(times) * 0.95)]})


# ---- the report ------------------------------------------------------------------------------------

class Report:
    def __init__(self):
        self.figures = {}

    def put(self, kind, what, server, values):
        for name, value in values.items():
            self.figures.setdefault(kind, {}).setdefault(what, {}).setdefault(server, {}).setdefault(name, []).append(value)

    def add(self, kind, what, server, wall, cpu, mib):
        self.put(kind, what, server, {"mib_per_second": mib / wall, "cpu_s_per_gib": cpu * 1024 / mib})

    def medians(self):
        return {kind: {what: {server: {name: statistics.median(values) for name, values in names.items()}
                              for server, names in by_server.items()} for what, by_server in whats.items()}
                for kind, whats in self.figures.items()}

    def show(self):
        for kind, whats in self.medians().items():
            for what, by_server in whats.items():
                print(f"\n{kind}: {what}")
                reference = by_server.get("openssh", {})
                for server, names in by_server.items():
                    shown = "  ".join(f"{name} {value:9.3f} ({value / reference[name]:5.2f}x)" if reference.get(name)
                                      else f"{name} {value:9.3f}" for name, value in names.items())
                    print(f"  {server:<10} {shown}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--unpoliced", type=Path)
    parser.add_argument("--json")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--only", default="bulk,sftp,logins,memory,latency")
    args = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("ssh_bench.py: the servers log in as root; run it as root")
    if "memory" in args.only.split(",") and importlib.util.find_spec("asyncssh") is None:
        sys.exit(f"ssh_bench.py: {sys.executable} has no asyncssh (Debian: python3-asyncssh, /usr/bin/python3)")
    report = Report()
    with tempfile.TemporaryDirectory() as directory:
        args.directory = Path(directory)
        servers, key = start_servers(args.build.absolute(), args.unpoliced and args.unpoliced.absolute(), args.directory)
        try:
            client = Client(key, directory)
            only = args.only.split(",")
            if "bulk" in only:
                bulk(servers, client, args, report)
            if "sftp" in only:
                sftp(servers, client, args, report)
            if "logins" in only:
                logins(servers, client, args, report)
            if "latency" in only:
                latency(servers, client, args, report)
            if "memory" in only:
                memory(servers, key, args, report)
        finally:
            for server in servers:
                server.stop()
    report.show()
    if args.json:
        Path(args.json).write_text(json.dumps({"raw": report.figures, "medians": report.medians()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
