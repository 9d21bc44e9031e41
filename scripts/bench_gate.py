"""What the gate costs a call, measured on the built server."""
import re
import sys

from trial_server import TrialServer

RUNS = 300
W1 = "Generate the latest financial statement and send it to the CEO"
TOLD = re.compile(r'"calls":(\d+),"nanos":(\d+)')


def p99(values):
    return sorted(values)[int(len(values) * 0.99)]


def gate(person_of, finance):
    """Milliseconds in the gate of each call of W1 that has no effect, and of each mail."""
    log = {"RUST_LOG": "warn,mezzofy::gate=debug"}
    with TrialServer(log, {"mails_an_hour": 1_000_000, "messages_a_minute": 100_000, "requests_a_minute": 100_000}) as server:
        server.start()
        person = person_of(server.port, finance)
        for _ in range(RUNS):
            run = person.say(W1)
            while run["state"] in ("queued", "running"):
                run = person.ask("GET", f"/v1/runs/{run['id']}?wait=30")
            if run["state"] != "succeeded":
                sys.exit(f"a statement was not sent: {run}")
        server.stop()
        text = server.log.read_text(errors="replace")
    spent = [int(nanos) / int(calls) / 1e6 for calls, nanos in TOLD.findall(text)]
    if len(spent) != 3 * RUNS:
        sys.exit(f"the log tells of {len(spent)} calls, not of {3 * RUNS}")
    # Each run reads the ledger, makes the PDF and sends the mail.
    return [value for at, value in enumerate(spent) if at % 3 != 2], spent[2::3]


def measure(person_of, finance):
    reads, mails = gate(person_of, finance)
    return [
        ("gate_read_p99_ms", "the gate, of a call without effect, p99", p99(reads), 2, "ms"),
        ("gate_mail_p99_ms", "the gate, of a mail, p99", p99(mails), 2, "ms"),
        ("gate_read_p50_ms", "the gate, of a call without effect, median", sorted(reads)[len(reads) // 2], None, "ms"),
        ("gate_mail_p50_ms", "the gate, of a mail, median", sorted(mails)[len(mails) // 2], None, "ms"),
    ]
