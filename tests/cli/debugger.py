"""A running splc debug, and what its page would hear."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request

import support


class Debugger:
    """A running splc debug; `with` ends it by Ctrl-C and looks at how."""

    def __init__(self, test, *arguments, status=0, command="debug"):
        self.test = test
        self.status = status
        environment = dict(os.environ, XDG_CACHE_HOME=test.cache)
        self.process = subprocess.Popen([support.SPLC, command, "--dot=no-such-dot", *arguments], cwd=test.dir,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        while line and "http://" not in line:
            line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        self.url = json.loads(line)["url"] if line.startswith("{") else line.strip()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGINT)
        rest, self.errors = self.process.communicate(timeout=60)
        if kind is None:
            self.test.assertEqual(self.process.returncode, self.status, self.errors)
            self.test.assertEqual(rest, "")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read().decode()

    def post(self, path, what):
        request = urllib.request.Request(self.url + path, data=json.dumps(what).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def events(self):
        stream = urllib.request.urlopen(self.url + "api/stream", timeout=60)
        return Events(stream)


class Events:
    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def next(self):
        while True:
            line = self.stream.readline()
            if not line:
                return None
            if line.startswith(b"data: "):
                return json.loads(line[6:])

    def until(self, kind):
        """Events up to the first of a kind, itself included."""
        seen = []
        while True:
            event = self.next()
            if event is None:
                raise AssertionError(f"no {kind}: {seen}")
            seen.append(event)
            if event["type"] == kind:
                return seen


def steps(events):
    return [item for event in events if event["type"] == "steps" for item in event["items"]]
