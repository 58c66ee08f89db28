"""A reader of the debugger's stream (docs/debugger.md, "The protocol"): what a page would know."""

import contextlib
import http.client
import json
import re
import socket
import threading
import urllib.parse

from support import wait_for


def url_in(text):
    """The debugger's URL that the daemon has written."""
    found = re.search(r"http://\S+/", text)
    return found.group(0) if found else None


def get(url, path="", method="GET", headers=None, timeout=20):
    """(status, body) of a request."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, parts.path + path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Subject:
    def __init__(self, event):
        self.__dict__.update(event)
        self.steps = []
        self.refusal = None
        self.ended = None


class Page:
    """Attached from its making to close()."""

    def __init__(self, url):
        self.url = url
        self.lock = threading.Lock()
        self.subjects = {}
        self.dropped = 0
        self.hello = None
        self.gone = False
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
        self.connection.request("GET", parts.path + "api/stream")
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        assert wait_for(lambda: self.hello), "no hello"
        self.policies = {
            name: json.loads(get(url, "api/policy/" + name)[1]) for name in self.hello["policies"]
        }

    def read(self):
        try:
            for line in self.answer:
                if line.startswith(b"data:"):
                    with self.lock:
                        self.take(json.loads(line[5:]))
        except (OSError, ValueError, AttributeError):
            pass
        self.gone = True

    def take(self, event):
        kind = event["type"]
        if kind == "hello":
            self.hello = event
        elif kind == "subject":
            self.subjects[event["id"]] = Subject(event)
        elif kind == "steps":
            for step in event["items"]:
                self.subjects[step[0]].steps.append(step)
        elif kind == "refusal":
            self.subjects[event["subject"]].refusal = event
        elif kind == "end":
            self.subjects[event["subject"]].ended = event["reason"]
        elif kind == "dropped":
            self.dropped += event["count"]

    def close(self):
        with contextlib.suppress(OSError):  # the other end may have gone
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(20)
        self.connection.close()

    def of(self, policy):
        """The subjects of that policy, in the order in which they came."""
        with self.lock:
            return [s for s in self.subjects.values() if s.policy == policy]

    def names(self, subject):
        """Its statecalls that were not ignored, as the policy spells them."""
        spelling = self.policies[subject.policy]["statecalls"]
        with self.lock:
            return [spelling[step[3]] for step in subject.steps if step[4] != 1]


__all__ = ["Page", "get", "url_in"]
