#!/usr/bin/env python3
"""Measures Astegni, from an empty database to a Markdown table.

It needs PostgreSQL with psql and pgbench, wrk, and the toolchain that builds Astegni. The databases are created on the
server at BENCH_POSTGRES_URL (postgres://postgres@127.0.0.1:5432/postgres), or as files under target/bench, where the
figures are also written as JSON. docs/benchmarks.md explains the modes and scenarios.
"""

import argparse
import signal
import sys
from pathlib import Path

from harness import footprint, growth, limit, live, side_by_side
from harness.settings import OUTPUT, BenchError, build_binary


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True, metavar="MODE")
    add_mode(modes, "side-by-side", side_by_side.main, "Astegni and a FastAPI implementation on the same work",
             [population_options, load_options, database_option, scenario_option])
    add_mode(modes, "limit", limit.main, "the share of what pgbench reaches with the same statements",
             [population_options, load_options, scenario_option])
    add_mode(modes, "growth", growth.main, "the same scenarios on databases of several sizes",
             [size_options, load_options, database_option, scenario_option])
    add_mode(modes, "footprint", footprint.main, "time to the first response, and resident memory",
             [population_options, database_option])
    add_mode(modes, "live", live.main, "delivery of events over sockets, and the memory of idle ones",
             [population_options, live_options, database_option])
    return parser.parse_args()


def add_mode(modes, name, main, summary, groups):
    mode = modes.add_parser(name, help=summary, description=f"Measures {summary}.",
                            formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    mode.set_defaults(main=main, database="postgres")
    mode.add_argument("--binary", type=Path, help="binary to measure; by default, the release binary is built")
    mode.add_argument("--log-filter", default="info", help="what Astegni logs, as RUST_LOG; the output is discarded")
    mode.add_argument("--connections", type=positive, default=64, help="client connections, except for book")
    for add in groups:
        add(mode)


def population_options(mode):
    mode.add_argument("--users", type=positive, default=40_000, help="users in the database")
    mode.add_argument("--tutors", type=positive, default=2_000, help="users who are tutors")
    mode.add_argument("--follows", type=positive, default=20, help="users whom each user follows")
    mode.add_argument("--celebrity", type=positive, default=20_000, help="further followers of user 1")


def size_options(mode):
    mode.add_argument("--sizes", type=sizes, default="10000,100000,1000000", metavar="N,N,..", help="numbers of users")
    mode.add_argument("--follows", type=positive, default=20, help="users whom each user follows")
    mode.add_argument("--keep", action="store_true", help="keep the databases, and use those that an earlier run kept")


def load_options(mode):
    mode.add_argument("--seconds", type=positive, default=5, help="duration of each run")
    mode.add_argument("--repeats", type=positive, default=3, help="runs of each scenario on each side, taken in turn")


def live_options(mode):
    mode.add_argument("--seconds", type=positive, default=20, help="duration of each run")
    mode.add_argument("--rate", type=positive, default=100, help="messages per second")


def database_option(mode):
    mode.add_argument("--database", choices=["postgres", "sqlite"], default="postgres", help="database of Astegni")


def scenario_option(mode):
    mode.add_argument("--only", nargs="+", metavar="SCENARIO", help="names of the scenarios to run, as in the table")


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def sizes(text):
    return [positive(size) for size in text.split(",")]


def main():
    # Any of them raises KeyboardInterrupt, so that the servers are stopped; a shell may have set SIGINT to be ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    options = parse_options()
    try:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        options.binary = (options.binary or build_binary()).resolve()
        options.main(options)
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: interrupted")


if __name__ == "__main__":
    main()
