"""Ports, processes and patience on this machine."""

import contextlib
import os
import socket
import subprocess
import time


def free_port():
    """A port of the loopback that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=20):
    """Whether the condition comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def descendants(pid):
    """The processes below this one, and this one."""
    found, todo = [], [pid]
    while todo:
        each = todo.pop()
        found.append(each)
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{each}/task"):
                with open(f"/proc/{each}/task/{task}/children") as children:
                    todo += [int(child) for child in children.read().split()]
    return found


def end(process):
    """Ends a subprocess.Popen, if it has not ended, and closes its streams."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            # OpenSSH 9.2's client loses a SIGTERM that comes at the wrong moment, with its own
            # server, too. What a server does when its client goes is endings_test's.
            process.kill()
    process.wait()
    close_streams(process)


def close_streams(process):
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
