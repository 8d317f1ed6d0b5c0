"""Paths and settings that every mode shares."""

import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
OUTPUT = REPOSITORY / "target" / "bench"
PEER = REPOSITORY / "bench" / "peer"
WRK_SCRIPTS = REPOSITORY / "bench" / "wrk"
PGBENCH_SCRIPTS = REPOSITORY / "bench" / "pgbench"
POSTGRES_URL = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
PASSWORD = "Password123!"


class BenchError(Exception):
    """A failure that the user can act on; its text is the whole message."""


def run(*command, **options):
    """Runs a command to its end and returns its output. Its error output becomes the message of a failure."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    except FileNotFoundError as error:
        raise BenchError(f"{words[0]} is not installed (docs/benchmarks.md lists the prerequisites)") from error
    if done.returncode != 0:
        # Without the arguments, among which may be the URL of a database with its password.
        raise BenchError(f"{words[0]} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def build_binary():
    """Brings the release binary up to date and returns its path. Cargo reports its progress on stderr."""
    try:
        subprocess.run(["cargo", "build", "--release", "--locked", "--package", "astegni"], cwd=REPOSITORY, check=True)
    except FileNotFoundError as error:
        raise BenchError("cargo is not installed; --binary measures an existing binary") from error
    except subprocess.CalledProcessError as error:
        raise BenchError("the release binary cannot be built") from error
    return TARGET / "release" / "astegni"
