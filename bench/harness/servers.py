"""Servers that run while something is measured, and are stopped whatever happens."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from .settings import OUTPUT, PEER, BenchError, run

START_TIMEOUT = 60  # seconds
STOP_TIMEOUT = 15
SECRET = secrets.token_hex(32)


@dataclass(frozen=True)
class Server:
    """A server that answers requests."""

    url: str
    pid: int
    start_milliseconds: float  # from the start of the process to the first answered request


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def call(url, method="GET", body=None, token=None):
    """Sends a request, as the user with a token, and returns the parsed response."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise BenchError(f"{method} {url}: {error.code} {error.read()[:300].decode(errors='replace')}") from error


def is_healthy(url):
    try:
        return call(f"{url}/health")["status"] == "healthy"
    except (urllib.error.URLError, ConnectionError):
        return False


@contextmanager
def running(command, url, environment):
    """Starts a server, waits for its /health, and stops it at the end. Its output is not kept."""
    started = time.perf_counter()
    # A session of its own: Ctrl-C reaches only this program, which then stops the server in order.
    process = subprocess.Popen([str(word) for word in command], env=os.environ | environment, start_new_session=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Server(url, process.pid, wait_for_health(process, command, url, started))
    finally:
        stop(process)


def wait_for_health(process, command, url, started):
    while not is_healthy(url):
        if process.poll() is not None:
            raise BenchError(f"the server ended with {process.returncode}: {' '.join(map(str, command))}")
        if time.perf_counter() - started > START_TIMEOUT:
            raise BenchError(f"the server does not answer: {' '.join(map(str, command))}")
        time.sleep(0.0005)
    return (time.perf_counter() - started) * 1000


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def astegni(binary, database, log_filter, environment=None):
    """Serves Astegni on a database. The secret is the same for each server of a run, and with it the tokens."""
    port = free_port()
    command = [binary, "serve", "--database-url", database.url, "--listen", f"127.0.0.1:{port}", "--log-filter",
               log_filter]
    return running(command, f"http://127.0.0.1:{port}", {"JWT_SECRET": SECRET} | (environment or {}))


def peer(database):
    """Serves the peer with one worker per processor and no access log."""
    port = free_port()
    command = [peer_python(), "-m", "uvicorn", "app:app", "--app-dir", PEER, "--port", port, "--workers",
               os.cpu_count() or 1, "--no-access-log"]
    url = urlsplit(database.url)._replace(scheme="postgresql+asyncpg").geturl()
    return running(command, f"http://127.0.0.1:{port}",
                   {"PEER_DATABASE_URL": url, "PEER_SECRET": SECRET, "PYTHONDONTWRITEBYTECODE": "1"})


def peer_python():
    """Returns the Python of the peer's virtual environment, which is created if it is missing or out of date."""
    environment = OUTPUT / "peer-venv"
    python = environment / "bin" / "python"
    installed, wanted = environment / "requirements.txt", (PEER / "requirements.txt").read_text()
    if not installed.exists() or installed.read_text() != wanted:
        print("installing the peer's packages", file=sys.stderr)
        run(sys.executable, "-m", "venv", "--clear", environment)
        run(python, "-m", "pip", "install", "--quiet", "-r", PEER / "requirements.txt")
        installed.write_text(wanted)
    return python
