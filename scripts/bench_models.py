"""What the model layer adds to a model's own time: measured on the built server with the stand-in of model_provider.py,
which keeps when it sent what. Both clocks are the machine's monotonic one, so that they can be compared."""
import base64
import json
import os
import pathlib
import selectors
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from model_provider import common_prefix
from trial_server import ROOT, TrialServer

FIRST_DELTAS, AT_ONCE, WORDS, STATEMENTS = 60, 8, 1500, 5
W1 = "Generate the latest financial statement and send it to the CEO"


class Provider:
    """The stand-in, in a process of its own. Use it in a `with`."""

    def __enter__(self):
        command = [sys.executable, ROOT / "scripts/model_provider.py"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.settings = dict(self.process.stdout.readline().strip().split("=", 1) for _ in range(2))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def kept(self, text):
        """What it was asked with these words in it, oldest first."""
        address = f"{self.settings['ANTHROPIC_BASE_URL']}/kept?asked={urllib.parse.quote_plus(text)}"
        with urllib.request.urlopen(address) as answer:
            return json.load(answer)


class Listening:
    """A person's WebSocket. What comes is kept with its time and read later, so that reading does not delay the next."""

    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET /v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                            f"sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.socket.recv(1)
        if b" 101 " not in head:
            sys.exit(f"the stream was not opened: {head[:200]!r}")
        self.send(1, json.dumps({"type": "hello", "token": token, "after": 0}).encode())
        self.came = []

    def send(self, kind, text):
        mask = os.urandom(4)
        size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self.socket.sendall(bytes([0x80 | kind]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))

    def fileno(self):
        return self.socket.fileno()

    def take(self):
        piece = self.socket.recv(1 << 20)
        self.came.append((time.monotonic_ns(), piece))
        return piece or sys.exit("the server closed a stream")

    def events(self):
        """(time, event) of all that came since it was asked last."""
        buffer, events = b"", []
        for when, piece in self.came:
            buffer += piece
            while (frame := read_frame(buffer)) is not None:
                kind, text, buffer = frame
                if kind == 1:
                    events.append((when, json.loads(text)))
        self.came = [(self.came[-1][0], buffer)] if buffer else []
        return events


def read_frame(buffer):
    """The first frame of a server: (kind, content, rest); None while it is not all there."""
    if len(buffer) < 2:
        return None
    size, at = buffer[1] & 0x7F, 2
    if size >= 126:
        at += 2 if size == 126 else 8
        size = int.from_bytes(buffer[2:at], "big")
    if len(buffer) < at + size:
        return None
    return buffer[0] & 0x0F, buffer[at:at + size], buffer[at + size:]


def listen(streams, until):
    """Takes what comes until each of `streams` brought these bytes."""
    selector, waiting, ends = selectors.DefaultSelector(), {*streams}, {}
    for stream in streams:
        selector.register(stream, selectors.EVENT_READ)
    while waiting:
        for key, _ in selector.select(timeout=60) or sys.exit("nothing came for 60 s"):
            stream = key.fileobj
            seen = ends.get(stream, b"") + stream.take()
            ends[stream] = seen[-len(until):]
            if until in seen:
                waiting.discard(stream)
    selector.close()


def write_notes(people, streams, texts):
    """Has each person's text answered, all at once; waits until all streams told the end."""
    # Beside the listening, which would else begin late for the first one.
    asking = threading.Thread(target=lambda: [person.say(text) for person, text in zip(people, texts)])
    asking.start()
    listen(streams, b'"kind":"message.done"')
    asking.join()


def delays(provider, stream, text):
    """Milliseconds from the provider's write of each piece to its arrival; the first counts from the reply's first byte."""
    # A request of management is told apart by another call first.
    sent = provider.kept(text)[-1]
    events = stream.events()
    cursors = [event["cursor"] for _, event in events]
    if cursors != list(range(cursors[0], cursors[0] + len(cursors))):
        sys.exit(f"the cursors of a stream have gaps: {cursors}")
    arrived, reached = [], 0
    for when, event in events:
        if event["kind"] == "message.delta":
            reached += len(event["data"]["text"])
            arrived.append((reached, when))
    whole = "".join(piece for _, piece in sent["deltas"])
    if reached != len(whole):
        sys.exit(f"of {len(whole)} characters {reached} came")
    first = (arrived[0][1] - sent["first_byte"]) / 1e6
    each, written, at = [], 0, 0
    for when, piece in sent["deltas"]:
        written += len(piece)
        while arrived[at][0] < written:
            at += 1
        each.append((arrived[at][1] - when) / 1e6)
    return first, each


def cpu_seconds(process):
    """Of the process and all below it, PostgreSQL among them."""
    below, spent = {process.pid}, 0
    stats = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        stats[int(folder.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]))
    for pid in sorted(stats):
        if stats[pid][0] in below:
            below.add(pid)
    for pid in below:
        spent += stats.get(pid, (0, 0))[1]
    return spent / os.sysconf("SC_CLK_TCK")


def statement(person, provider, text):
    """(seconds, seconds that are not the provider's, model calls, the smallest share that a request has from the one before)."""
    before = len(provider.kept(text))
    begun = time.monotonic()
    run = person.say(text)
    while run["state"] in ("queued", "running"):
        run = person.ask("GET", f"/v1/runs/{run['id']}?wait=30")
    taken = time.monotonic() - begun
    if run["state"] != "succeeded" or len(run["files"]) != 1 or "outlook_send_email" not in run["tools"]:
        sys.exit(f"the statement was not made: {json.dumps(run)[:800]}")
    calls = provider.kept(text)[before:]
    models = sum(call["ended"] - call["arrived"] for call in calls) / 1e9
    bodies = [call["body"].encode() for call in calls]
    shares = [common_prefix(one, next) / len(next) for one, next in zip(bodies, bodies[1:])]
    return taken, taken - models, len(calls), min(shares) * 100


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure(sign_in, names):
    """Rows for the table. `sign_in(port, name)` gives a person who can `ask` and `say`; there are AT_ONCE names at least."""
    with Provider() as provider, TrialServer(provider.settings, {"runs_at_once": AT_ONCE}) as server:
        server.start()
        people = [sign_in(server.port, name) for name in names]
        streams = [Listening(server.port, person.token) for person in people]
        firsts = []
        for number in range(FIRST_DELTAS):
            at = number % len(people)
            text = f"Write a note of 20 words, number {number:03}"
            write_notes([people[at]], [streams[at]], [text])
            firsts.append(delays(provider, streams[at], text)[0])

        write_notes(people[:1], streams[:1], [f"Write a note of {WORDS} words, alone"])
        _, alone = delays(provider, streams[0], "alone")

        texts = [f"Write a note of {WORDS} words, together {number}" for number in range(AT_ONCE)]
        begun, spent = time.monotonic(), cpu_seconds(server.process)
        write_notes(people[:AT_ONCE], streams[:AT_ONCE], texts)
        lasted, spent = time.monotonic() - begun, cpu_seconds(server.process) - spent
        together = [delay for stream, text in zip(streams, texts) for delay in delays(provider, stream, text)[1]]

        by_skill = [statement(people[0], provider, W1) for _ in range(STATEMENTS)]
        freely = [statement(people[0], provider, f"{W1}, tool by tool") for _ in range(STATEMENTS)]

    def middle(rows, at):
        return statistics.median(row[at] for row in rows)

    return [
        ("first_delta_p99_ms", f"first delta after the provider's first byte, p99 of {FIRST_DELTAS}", percentile(firsts, 0.99), 30, "ms"),
        ("first_delta_p50_ms", "first delta after the provider's first byte, median", statistics.median(firsts), 30, "ms"),
        ("added_delta_p99_ms", f"added to each delta, p99 of {len(alone)}", percentile(alone, 0.99), 5, "ms"),
        ("added_delta_p50_ms", "added to each delta, median", statistics.median(alone), None, "ms"),
        ("added_delta_p99_8_runs_ms", f"added to each delta, {AT_ONCE} runs at once, p99 of {len(together)}", percentile(together, 0.99), 5, "ms"),
        ("added_delta_p50_8_runs_ms", f"added to each delta, {AT_ONCE} runs at once, median", statistics.median(together), None, "ms"),
        ("cpu_8_runs_percent", f"{AT_ONCE} runs streaming, of one core, with PostgreSQL", spent / lasted * 100, None, "%"),
        ("w1_skill_calls", "W1 with the skill, model calls at most", max(row[2] for row in by_skill), 4, ""),
        ("w1_skill_seconds", f"W1 with the skill, median of {STATEMENTS}", middle(by_skill, 0), None, "s"),
        ("w1_skill_own_seconds", "W1 with the skill, without the stand-in's time", middle(by_skill, 1), None, "s"),
        ("w1_tools_calls", "W1 tool by tool, model calls at most", max(row[2] for row in freely), 4, ""),
        ("w1_tools_seconds", f"W1 tool by tool, median of {STATEMENTS}", middle(freely, 0), None, "s"),
        ("w1_tools_own_seconds", "W1 tool by tool, without the stand-in's time", middle(freely, 1), None, "s"),
        ("w1_new_input_percent", "W1, of a request not in the one before, at most", 100 - min(row[3] for row in by_skill + freely), 10, "%"),
    ]
