"""What the queue gives: measured by the store's own program, on a PostgreSQL that syncs to disk."""
import json
import os
import subprocess
import sys

from trial_server import PROFILE, ROOT


def measure():
    command = ["cargo", "bench", "--quiet", "--profile", {"debug": "dev"}.get(PROFILE, PROFILE), "-p", "mezzofy-store", "--bench", "queue"]
    environment = {**os.environ, "SQLX_OFFLINE": "true"}
    done = subprocess.run(command, cwd=ROOT / "server", env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"the queue could not be measured:\n{done.stdout[-3000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    # Goals are upper bounds in the table, so this one is a job's share of the time.
    return [
        ("job_ms", "no-op job drained, of 6,000", 1000 / told["jobs_a_second"], 1000 / 3000, "ms"),
        ("jobs_a_second", "no-op jobs drained a second", told["jobs_a_second"], None, "/s"),
        ("job_start_p50_ms", "enqueued to started, idle, median of 300", told["start_p50_ms"], 5, "ms"),
        ("job_start_p99_ms", "enqueued to started, idle, p99", told["start_p99_ms"], 20, "ms"),
        ("handed_over_seconds", "dead worker's job runs elsewhere, worst of 3", told["handed_over_seconds"], 15, "s"),
    ]
