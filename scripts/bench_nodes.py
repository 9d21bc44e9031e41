"""What several processes give: an api and a worker side by side. How long an event of the worker takes to a client of the api,
and what 10,000 open streams cost the api."""
import resource
import selectors
import subprocess
import sys
import time

from bench_models import Listening, Provider, delays, percentile, write_notes
from trial_server import BINARY, ROOT, TrialServer

WORDS, AT_ONCE, STREAMS, BATCH = 1500, 8, 10_000, 100


class Nodes(TrialServer):
    """The api is `process`; PostgreSQL is its child. Beside it a worker."""

    worker = None

    def start(self, patience=120):
        taken = super().start(patience, ("--role", "api"))
        environment = self.surroundings() | {"RUST_LOG": "warn"}
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen([BINARY, "serve", "--demo", "--role", "worker"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        return taken

    def stop(self):
        if self.worker and self.worker.poll() is None:
            self.worker.terminate()
            self.worker.wait(timeout=30)
        super().stop()


def resident(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def open_streams(port, people):
    """STREAMS of them, as many of each person."""
    streams = []
    for at in range(0, STREAMS, BATCH):
        streams += [Listening(port, people[number % len(people)].token) for number in range(at, at + BATCH)]
    return streams


def told(people, streams, text):
    """Has each person's text answered; waits until every stream has told the end. Seconds it took."""
    selector, rest = selectors.DefaultSelector(), {}
    for stream in streams:
        selector.register(stream, selectors.EVENT_READ)
    begun = time.monotonic()
    for person in people:
        person.say(text)
    waiting = len(streams)
    while waiting:
        for key, _ in selector.select(timeout=60) or sys.exit(f"{waiting} of {len(streams)} streams were told nothing for 60 s"):
            stream = key.fileobj
            seen = rest.get(stream, b"") + stream.socket.recv(1 << 16)
            if b'"kind":"message.done"' in seen:
                selector.unregister(stream)
                waiting -= 1
            rest[stream] = seen[-64:]
    return time.monotonic() - begun


def measure(sign_in, names):
    """Rows for the table. `sign_in(port, name)` gives a person who can `ask` and `say`; there are AT_ONCE names at least."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    limits = {"runs_at_once": AT_ONCE, "messages_a_minute": 100_000, "requests_a_minute": 100_000, "streams_a_person": STREAMS}
    with Provider() as provider, Nodes(dict(provider.settings), limits) as server:
        server.start()
        people = [sign_in(server.port, name) for name in names]
        streams = [Listening(server.port, person.token) for person in people]
        write_notes(people[:1], streams[:1], [f"Write a note of {WORDS} words, alone"])
        _, alone = delays(provider, streams[0], "alone")
        texts = [f"Write a note of {WORDS} words, together {number}" for number in range(AT_ONCE)]
        write_notes(people[:AT_ONCE], streams[:AT_ONCE], texts)
        together = [delay for stream, text in zip(streams, texts) for delay in delays(provider, stream, text)[1]]

    with Nodes(settings=limits) as server:
        # Once for the demo's data, whose making takes memory too.
        server.start()
        server.stop()
        server.start()
        people = [sign_in(server.port, name) for name in names]
        before = resident(server.process)
        streams = open_streams(server.port, people)
        taken = told(people, streams, "hello")
        after = resident(server.process)
    return [
        ("node_event_p50_ms", "worker's event at another node's client, median", percentile(alone, 0.5), None, "ms"),
        ("node_event_p99_ms", f"worker's event at another node's client, p99 of {len(alone)}", percentile(alone, 0.99), 50, "ms"),
        ("node_event_p99_8_runs_ms", f"the same, {AT_ONCE} runs at once, p99 of {len(together)}", percentile(together, 0.99), 50, "ms"),
        ("streams_mib", f"api process with {STREAMS:,} open streams", after, 300, "MiB"),
        ("streams_before_mib", "api process before", before, None, "MiB"),
        ("streams_told_seconds", f"a run of each of {len(people)} people told on all of them", taken, None, "s"),
    ]
