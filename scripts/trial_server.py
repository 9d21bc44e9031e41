"""A server of its own for a test: built binary, free port, demo data in a folder that is removed afterwards."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What is built for tests, or the release for measurements.
PROFILE = os.environ.get("PROFILE", "debug")
BINARY = ROOT / "server/target" / PROFILE / "mezzofy"
# What would make it another server than the one of `make run`.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "JWT_SECRET", "WEBHOOK_SECRET", "MS365_", "MEZZOFY_", "ANTHROPIC_", "KIMI_", "S3_", "PUBLIC_URL")


class TrialServer:
    """Use it in a `with`: `url` is where it answers, `process` the running server."""

    def __init__(self, environment=None, settings=None):
        """`environment` is what it gets besides; `settings` are numbers that take the place of those in config.yaml, by name."""
        self.environment = environment or {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mezzofy-trial-"))
        # PostgreSQL runs as another account when we are root, and has to get in.
        self.folder.chmod(0o755)
        self.log = self.folder / "server.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        if settings:
            self.environment["MEZZOFY_HOME"] = str(self.home(settings))

    def home(self, settings):
        """A home like the repository's but for some settings, and beside it the web app."""
        home = self.folder / "home"
        (home / "config").mkdir(parents=True)
        for entry in (ROOT / "server").iterdir():
            if entry.is_dir() and entry.name not in ("config", "crates", "target"):
                (home / entry.name).symlink_to(entry)
        (home.parent / "mobile").symlink_to(ROOT / "mobile")
        for entry in (ROOT / "server/config").iterdir():
            text = entry.read_text()
            for name, value in settings.items():
                text = re.sub(rf"\b{name}: \d+", f"{name}: {value}", text)
            (home / "config" / entry.name).write_text(text)
        return home

    def surroundings(self):
        """The environment of its processes."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return environment | {"PORT": str(self.port), "DATA_DIR": str(self.folder / "var")} | self.environment

    def start(self, patience=120, arguments=()):
        """Starts the server and returns how many seconds it took until it was ready."""
        environment = self.surroundings()
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([BINARY, "serve", "--demo", *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log)
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() - begun > patience:
                raise SystemExit(f"the server did not become ready:\n{self.said()}")
            time.sleep(0.01)
        return time.monotonic() - begun

    def ready(self):
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def said(self):
        """Its last words, without the line for each request."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join([line for line in text.splitlines() if "finished processing request" not in line][-40:])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
