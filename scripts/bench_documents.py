"""Times documents: making and reading, without the server."""
import subprocess
import sys

from trial_server import PROFILE, ROOT

GOALS = {
    "pdf_ms": ("PDF of 3 pages with a chart and Chinese, after the first", 150),
    "deck_ms": ("deck of 12 slides with 3 charts", 100),
    "word_ms": ("the same as a Word document", None),
    "workbook_ms": ("workbook of 1,000 rows", 50),
    "read_50_pages_ms": ("reading a PDF of 63 pages", 2_000),
    "read_50_pages_of_tables_ms": ("reading a PDF of as many pages of tables", None),
}


def measure():
    command = ["cargo", "run", "--quiet", "--profile", {"debug": "dev"}.get(PROFILE, PROFILE), "-p", "mezzofy-documents", "--example", "bench"]
    done = subprocess.run(command, cwd=ROOT / "server", stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("the documents could not be timed")
    figures = dict(line.split() for line in done.stdout.splitlines())
    return [(key, what, float(figures[key]), goal, "ms") for key, (what, goal) in GOALS.items()]
