"""Scenarios, and the load that wrk makes of them."""

import json
import os
import re
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .population import BOOKING_CLIENTS, Population
from .servers import call
from .settings import OUTPUT, PASSWORD, WRK_SCRIPTS, BenchError, run

TOKEN_SECONDS = 600  # access tokens of Astegni expire after 900
WRK_THREADS = 2
HALF_HOURS = 94  # that book.lua gives each tutor


@dataclass(frozen=True)
class Scenario:
    """A call, and the kind of users who send it."""

    name: str
    method: str
    path: str
    kind: str = "students"
    body: str = ""


BOOK = Scenario("book", "POST", "/api/session-requests")
HEALTH = Scenario("health", "GET", "/health")
ME = Scenario("me", "GET", "/api/me")
CHECK = Scenario("check", "POST", "/api/connections/check", body='{"target_user_id":{user}}')
STATS = Scenario("stats", "GET", "/api/connections/stats")
CELEBRITY_STATS = Scenario("stats of a celebrity", "GET", "/api/connections/stats", "celebrity")
LIST = Scenario("list connections", "GET", "/api/connections?limit=20")
CELEBRITY_LIST = Scenario("list of a celebrity", "GET", "/api/connections?limit=20", "celebrity")
MESSAGE = Scenario("message", "POST", "/api/chat/messages")
FOLLOW = Scenario("follow (write)", "POST", "/api/connections",
                  body='{"target_user_id":{user},"connection_type":"follow"}')
SESSIONS = Scenario("tutor's sessions", "GET", "/api/sessions?limit=50", "tutors")
BOOKED_SESSIONS = Scenario("tutor's sessions (booked)", "GET", "/api/sessions?limit=50", "tutors")
SLOTS = Scenario("free slots (booked)", "GET", "/api/v1/tutors/{tutor}/slots?duration=60")
TUTORS = Scenario("tutors", "GET", "/api/tutors?limit=20")
TUTOR_BY_NAME = Scenario("tutor search (a name)", "GET", "/api/tutors?limit=20&search=Last{tutor}")
TUTORS_BY_SUBJECT = Scenario("tutor search (a subject)", "GET", "/api/tutors?limit=20&search=Physics")
CELEBRITY_SEARCH = Scenario("search of a celebrity's list", "GET", "/api/connections?limit=20&search=Last{user}",
                            "celebrity")


@dataclass(frozen=True)
class Figure:
    """The result of one run of wrk."""

    per_second: float
    p50: float  # milliseconds
    p99: float
    refused: int
    failed: int


@dataclass
class Side:
    """A server under load, with the tokens of the users as whom it is called."""

    name: str
    url: str
    population: Population
    position: int = 0  # the first free slot, see book.lua
    logins: dict = field(default_factory=dict)  # kind -> (instant, file of tokens)
    folder: tempfile.TemporaryDirectory = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="tokens-", dir=OUTPUT))

    def tokens(self, kind):
        """Returns the file with the tokens of the users of a kind, who log in again if their tokens are old."""
        at, path = self.logins.get(kind, (0, Path(self.folder.name, kind)))
        if not path.exists() or time.monotonic() - at > TOKEN_SECONDS:
            at, numbers = time.monotonic(), self.population.numbers(kind)
            path.write_text("".join(f"{token}\n" for token in log_in(self.url, numbers)))
            self.logins[kind] = (at, path)
        return path

    def conversations(self):
        """Returns the file with the direct conversation of each student with the next user."""
        path = Path(self.folder.name, "conversations")
        if not path.exists():
            tokens = self.tokens("students").read_text().split()
            bodies = [{"type": "direct", "participant_user_ids": [number % self.population.users + 1]}
                      for number in self.population.numbers("students")]
            answers = [call(f"{self.url}/api/chat/conversations", "POST", body, token)
                       for body, token in zip(bodies, tokens, strict=True)]
            path.write_text("".join(f"{answer['conversation_id']}\n" for answer in answers))
        return path


def chosen(scenarios, names):
    """Returns the scenarios with the given names, or all of them if no names are given."""
    known = [scenario.name for scenario in scenarios]
    for name in names or []:
        if name not in known:
            raise BenchError(f"there is no scenario {name!r} in this mode, but {', '.join(known)}")
    return [scenario for scenario in scenarios if not names or scenario.name in names]


def log_in(url, numbers, clients=4):
    """Logs users in, several at a time, and returns their access tokens."""
    def token(number):
        body = {"email": f"user{number}@example.com", "password": PASSWORD}
        return call(f"{url}/api/login", "POST", body)["access_token"]

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(token, numbers))


def wrk(url, script, environment, seconds, threads, connections):
    variables = os.environ | {name: str(value) for name, value in environment.items()}
    output = run("wrk", "--latency", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s",
                 WRK_SCRIPTS / script, url, env=variables | {"BENCH_WRK": str(WRK_SCRIPTS)})
    result = re.search(r"^RESULT (.*)$", output, re.MULTILINE)
    if not result:
        raise BenchError(f"wrk reported no result: {output}")
    return json.loads(result[1])


def measure(side, scenario, seconds, connections):
    """Runs a scenario once."""
    if scenario is BOOK:
        result = measure_booking(side, seconds)
    elif scenario is MESSAGE:
        result = measure_messages(side, seconds, connections)
    else:
        environment = {
            "BENCH_TOKENS": side.tokens(scenario.kind), "BENCH_METHOD": scenario.method, "BENCH_PATH": scenario.path,
            "BENCH_BODY": scenario.body, "BENCH_USERS": side.population.users, "BENCH_TUTORS": side.population.tutors,
            # New in each run, so that a write is not repeated.
            "BENCH_SEED": int.from_bytes(os.urandom(4), "big"),
        }
        result = wrk(side.url, "call.lua", environment, seconds, min(WRK_THREADS, connections), connections)
    return Figure(result["succeeded"] / result["seconds"], result["p50"], result["p99"], result["refused"],
                  result["failed"])


def measure_booking(side, seconds):
    environment = {
        "BENCH_TOKENS": side.tokens("students"), "BENCH_TUTOR_TOKENS": side.tokens("tutors"),
        "BENCH_FIRST_TUTOR": side.population.first_tutor, "BENCH_POSITION": side.position,
        "BENCH_THREADS": BOOKING_CLIENTS,
    }
    result = wrk(side.url, "book.lua", environment, seconds, BOOKING_CLIENTS, BOOKING_CLIENTS)
    side.position = result["position"]
    if side.position > HALF_HOURS * side.population.actors:
        print(f"{side.name}: the tutors' weeks are full, so bookings are refused; use fewer seconds or repeats",
              file=sys.stderr)
    return result


def measure_messages(side, seconds, connections):
    environment = {"BENCH_TOKENS": side.tokens("students"), "BENCH_CONVERSATIONS": side.conversations(),
                   "BENCH_SEED": int.from_bytes(os.urandom(4), "big")}
    return wrk(side.url, "message.lua", environment, seconds, min(WRK_THREADS, connections), connections)


def median(figures):
    """Returns the median of each figure, and the sums of the refused and failed requests."""
    def middle(name):
        return statistics.median(getattr(figure, name) for figure in figures)

    return Figure(middle("per_second"), middle("p50"), middle("p99"), sum(figure.refused for figure in figures),
                  sum(figure.failed for figure in figures))


def in_turns(sides, scenario, options):
    """Runs a scenario on every side in turn, several times, and returns the median of each side.

    The first run of each side is not counted: it fills caches, and prepares statements.
    """
    figures = {side.name: [] for side in sides}
    for side in sides:
        measure(side, scenario, options.seconds, options.connections)
    for _ in range(options.repeats):
        for side in sides:
            figures[side.name].append(measure(side, scenario, options.seconds, options.connections))
    medians = {name: median(runs) for name, runs in figures.items()}
    rates = ", ".join(f"{name} {figure.per_second:.0f}/s" for name, figure in medians.items())
    print(f"{scenario.name}: {rates}", file=sys.stderr, flush=True)
    return medians
