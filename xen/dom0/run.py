"""scripts/run-xen.sh: a guest under Xen on a machine without Xen, its console here, its ports reachable."""

import argparse
import os
import re
import selectors
import signal
import socket
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dom0 import images  # noqa: E402
from dom0.guest import Guest  # noqa: E402
from dom0.machine import ROUTER, Machine, MachineError  # noqa: E402
from dom0.packages import FetchError  # noqa: E402

ADDRESS = "10.0.2.20"
NAME = "guest"
LINUX = "console=hvc0 loglevel=4 mitigations=off tsc_early_khz=2600000"  # or it measures its clock, which takes long here
REACH = {7: "nc 127.0.0.1 {}                  whatever you type comes back", 9: "nc 127.0.0.1 {}                  is swallowed",
         19: "nc 127.0.0.1 {} | head           lines without end", 22: "ssh -p {} root@127.0.0.1",
         80: "curl http://127.0.0.1:{}/"}
HELP = """exit status: 0 when the guest has powered off, 1 when it has crashed, 2 when it could not be started, 130 after Ctrl-C.

Nothing is installed. Xen, dom0 and the Linux kernel come from Debian's packages (about 110 MB, fetched by apt the first
time) and stay in the cache; remove that directory to be rid of them. All in all a guest is there after half a minute."""


def port(text):
    """[HOST:]GUEST -> (port here or 0, port there)"""
    found = re.fullmatch(r"(?:(\d{1,5}):)?(\d{1,5})", text)
    here, there = (int(found[1] or 0), int(found[2])) if found else (0, 0)
    if not found or not 0 < there < 65536 or here > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; as in 7 or 8080:80")
    return here, there


def read_arguments():
    parser = argparse.ArgumentParser(prog="scripts/run-xen.sh", epilog=HELP, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage="%(prog)s [options] [GUEST.elf] [-- WORDS OF THE GUEST'S COMMAND LINE...]",
                                     description="Runs a guest under Xen 4.17, which runs in QEMU's emulation: neither root nor "
                                     "KVM is needed. Without GUEST.elf, builds and runs the TCP services.")
    parser.add_argument("guest", nargs="?", type=Path, metavar="GUEST.elf", help="a PVH kernel: what xenrt_add_unikernel() makes")
    parser.add_argument("--linux", action="store_true", help="Debian's Linux with the same services instead, to compare")
    parser.add_argument("-p", "--port", action="append", type=port, metavar="[HOST:]GUEST",
                        help="forward a port of 127.0.0.1 (any free one) to a port of the guest; may be repeated (7 and 80)")
    parser.add_argument("-m", "--memory", type=int, metavar="MIB", help="of the guest (32; Linux 128)")
    parser.add_argument("--ramdisk", type=Path, metavar="FILE", help="a file for the guest: the bastion's configuration")
    parser.add_argument("--no-network", action="store_true", help="give it no network interface")
    parser.add_argument("--cache", type=Path, default=Path("build/xen-dom0"), metavar="DIR",
                        help="where packages and images are kept (%(default)s)")
    parser.add_argument("--verbose", action="store_true", help="show what Xen and dom0 printed, in the end")
    words = []
    given = sys.argv[1:]
    if "--" in given:
        at = given.index("--")
        given, words = given[:at], given[at + 1:]
    arguments = parser.parse_args(given)
    arguments.words = words if "--" in sys.argv[1:] else None
    check(parser, arguments)
    return arguments


def check(parser, arguments):
    if arguments.linux == bool(arguments.guest):
        parser.error("give a guest, or --linux")
    if arguments.guest:
        try:
            with open(arguments.guest, "rb") as f:
                elf = f.read(4) == b"\x7fELF"
        except OSError as failed:
            parser.error(f"{arguments.guest}: {failed.strerror}")
        if not elf:
            parser.error(f"{arguments.guest} is no ELF file")
    if arguments.ramdisk and (arguments.linux or not arguments.ramdisk.is_file()):
        parser.error("--ramdisk: Linux has its own" if arguments.linux else f"--ramdisk: there is no file {arguments.ramdisk}")
    if arguments.memory is not None and not 4 <= arguments.memory <= 400:
        parser.error("--memory: from 4 to 400 MiB")
    if any(re.search(r"[\"\n]", word) for word in arguments.words or ()):
        parser.error("words of a guest cannot have quotes or ends of lines in them")


def say(line):
    print(f"run-xen: {line}", file=sys.stderr, flush=True)


def command_line(arguments):
    words = arguments.words
    if words is None:
        words = [] if arguments.no_network else [f"ip={ADDRESS}/24", f"gw={ROUTER}"]
    text = " ".join(f"'{word}'" if " " in word else word for word in words)
    return f"{LINUX} {text}" if arguments.linux else text


def new_guest(machine, arguments):
    ramdisk = "/guests/linux.cpio" if arguments.linux else "/guests/ramdisk" if arguments.ramdisk else None
    bridge = None if arguments.no_network else "xenbr0"
    memory = arguments.memory or (128 if arguments.linux else 32)
    return Guest(machine, NAME, "/guests/guest", command_line(arguments), memory=memory, bridge=bridge, on_reboot="destroy",
                 ramdisk=ramdisk)


def show_ports(machine, arguments):
    if arguments.no_network:
        return
    for here, there in arguments.port or [(0, 7), (0, 80)]:
        number = machine.forward(ADDRESS, there, here)
        how = REACH.get(there, "nc 127.0.0.1 {}").format(number)
        say(f"port {number} of 127.0.0.1 is the guest's {there}:   {how}")


class Console:
    """The guest's terminal in dom0, joined to ours until the guest has gone."""

    def __init__(self, machine, guest):
        self.machine, self.guest = machine, guest
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(machine.directory / "console"))
        self.shown = 0
        self.over = threading.Event()
        self.left = False  # by Ctrl-C: dom0 goes at the same time

    def follow(self):
        """In a thread. The last `cat` ends when the terminal does, with the domain. A port is opened by one at a time."""
        try:
            self.machine.run(f"tty=$(xenstore-read /local/domain/{self.guest.id()}/console/tty)\n"
                             "exec 3<>$tty 4<>/dev/guest-console\ncat <&4 >&3 &\n"
                             f"xl unpause {self.guest.name}\ncat <&3 >&4; kill $!; true", timeout=10**7)
        except MachineError as failed:
            if not self.left:
                say(str(failed))
        self.over.set()

    def join(self):
        try:
            self._join()
        except BaseException:
            self.left = True
            raise

    def _join(self):
        threading.Thread(target=self.follow, daemon=True).start()
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            try:
                selector.register(sys.stdin, selectors.EVENT_READ)
            except (PermissionError, ValueError):  # a file, or closed: nobody types
                self._type_file()
            while not self.over.is_set():
                for key, _ in selector.select(0.2):
                    if key.fileobj is self.socket:
                        self._show(self.socket.recv(65536))
                    elif typed := os.read(sys.stdin.fileno(), 4096):
                        self.socket.sendall(typed)
                    else:
                        selector.unregister(sys.stdin)
        # The end of it may have gone with the terminal; the log has it all.
        self._show(self.machine.run(f"tail -c +{self.shown + 1} {self.guest.log}").encode())

    def _type_file(self):
        if sys.stdin and not sys.stdin.closed and (text := sys.stdin.buffer.read()):
            self.socket.sendall(text)

    def _show(self, data):
        self.shown += len(data)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def ended(machine):
    """Why the guest has gone, as `xl` has seen it; the exit status."""
    log = machine.run(f"cat /var/log/xen/xl-{NAME}.log")
    reason = re.search(r"has shut down, reason code (\d+)", log)
    code = int(reason[1]) if reason else None
    known = {0: ("the guest has powered off", 0), 1: ("the guest wants to be started again", 0), 3: ("the guest has crashed", 1)}
    what, status = known.get(code, (f"the guest has gone ({log.strip()})", 1))
    say(what)
    return status


def run(arguments):
    made = images.prepare(arguments.cache.resolve(), say)
    files = {"/guests/guest": made / "guest-kernel", "/guests/linux.cpio": made / "guest.cpio"}
    if arguments.guest:
        files = {"/guests/guest": arguments.guest}
        if arguments.ramdisk:
            files["/guests/ramdisk"] = arguments.ramdisk
    say("starting Xen and dom0 in QEMU (10 to 30 s)")
    with Machine(arguments.cache.resolve(), files) as machine:
        try:
            guest = new_guest(machine, arguments)
            show_ports(machine, arguments)
            guest.create("-p")
            say("the guest starts; its console is below; Ctrl-C ends all")
            Console(machine, guest).join()
            return ended(machine)
        finally:
            if arguments.verbose:
                print(machine.console(), file=sys.stderr)


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run(arguments)
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    except (MachineError, FetchError, OSError) as failed:
        say(f"error: {failed}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
