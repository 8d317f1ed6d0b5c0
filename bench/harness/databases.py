"""Databases that are created, seeded and removed by a run."""

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from .settings import OUTPUT, PEER, POSTGRES_URL, BenchError, run

# Emptied in this order, so that a database can be measured again as if it were new.
WRITTEN_BY_RUNS = ["events", "event_logs", "socket_tickets", "chat_messages", "conversation_participants",
                   "conversations", "sessions", "enrolled_courses", "enrolled_students", "requested_sessions", "refresh_tokens", "auth_sessions"]


def maintain(*options):
    """Runs psql on the server's maintenance database."""
    return run("psql", "-X", "-q", "-d", POSTGRES_URL, *options)


class Postgres:
    """A database on the server at BENCH_POSTGRES_URL."""

    def __init__(self, name):
        self.name = name
        self.url = urlunsplit(urlsplit(POSTGRES_URL)._replace(path=f"/{name}"))

    def psql(self, *options):
        return run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url, *options)

    def create(self):
        """Creates the database anew."""
        self.drop()
        maintain("-c", f'CREATE DATABASE "{self.name}"')

    def drop(self):
        maintain("-c", f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def mark(self, text):
        """Stores a text beside the data; it is how a kept database is recognised."""
        maintain("-c", f"COMMENT ON DATABASE \"{self.name}\" IS '{text}'")

    def marked(self):
        query = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{self.name}'"
        return maintain("-At", "-c", query).strip()

    def clear_runs(self):
        self.psql("-c", f"TRUNCATE {', '.join(WRITTEN_BY_RUNS)}")

    def settle(self):
        """Does now the maintenance that would otherwise disturb the measurement."""
        self.psql("-c", "VACUUM (ANALYZE)", "-c", "CHECKPOINT")

    def password_hash(self):
        return self.psql("-At", "-c", "SELECT password_hash FROM users WHERE id = 1").strip()


class Sqlite:
    """A database file under target/bench."""

    def __init__(self, name):
        self.name = name
        self.path = OUTPUT / f"{name}.db"
        self.marker = OUTPUT / f"{name}.population"
        self.url = f"sqlite://{self.path}"

    def create(self):
        self.drop()

    def drop(self):
        for suffix in ["", "-wal", "-shm", ".secret"]:
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        self.marker.unlink(missing_ok=True)

    def mark(self, text):
        self.marker.write_text(text)

    def marked(self):
        return self.marker.read_text() if self.path.exists() and self.marker.exists() else ""

    def clear_runs(self):
        connection = sqlite3.connect(self.path)
        with connection:
            for table in WRITTEN_BY_RUNS:
                connection.execute(f"DELETE FROM {table}")
        connection.close()

    def settle(self):
        """Leaves the file alone: `astegni seed` has analysed it and emptied its write-ahead log."""


KINDS = {"postgres": Postgres, "sqlite": Sqlite}


def seeded(binary, database, population, keep=False):
    """Fills a new database by `astegni seed`. With `keep`, an earlier one of the same population is used again."""
    mark = json.dumps(asdict(population))
    if keep and database.marked() == mark:
        run(binary, "migrate", "--database-url", database.url)
        database.clear_runs()
    else:
        database.create()
        run(binary, "seed", "--database-url", database.url, *population.options())
        database.mark(mark)
    database.settle()
    return database


def seeded_peer(database, population, password_hash):
    """Creates the peer's tables and the same population in them."""
    if not password_hash.startswith("$argon2id$"):
        raise BenchError("the seeded users have no argon2id password hash for the peer to use")
    database.create()
    database.psql("-f", PEER / "schema.sql")
    variables = [word for variable in population.variables() for word in ("-v", variable)]
    database.psql(*variables, "-v", f"hash='{password_hash}'", "-f", PEER / "seed.sql")
    database.settle()
    return database
