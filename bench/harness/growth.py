"""Flat growth: the same scenarios on databases of several sizes."""

import sys
from contextlib import ExitStack
from dataclasses import asdict

from . import load, report, servers
from .databases import KINDS, seeded
from .load import Side
from .population import Population

SCENARIOS = [load.CHECK, load.LIST, load.STATS, load.CELEBRITY_LIST, load.BOOK, load.BOOKED_SESSIONS, load.SLOTS,
             load.TUTOR_BY_NAME, load.TUTORS_BY_SUBJECT, load.TUTORS, load.CELEBRITY_SEARCH]
TUTOR_SHARE = 10  # one user in ten is a tutor
CELEBRITY_SHARE = 2  # every second user follows the celebrity


def main(options):
    scenarios = load.chosen(SCENARIOS, options.only)
    databases = []
    try:
        with ExitStack() as stack:
            sides = [start(stack, databases, options, size) for size in sorted(options.sizes)]
            results = {scenario.name: load.in_turns(sides, scenario, options) for scenario in scenarios}
    finally:
        if not options.keep:
            for database in databases:
                database.drop()
    rows = [{"scenario": name} | {size: asdict(figure) for size, figure in figures.items()}
            for name, figures in results.items()]
    report.publish(f"growth-{options.database}", options, markdown(results), rows)


def start(stack, databases, options, size):
    """Seeds a database of a size and starts a server on it, which ends with the stack."""
    population = Population(size, size // TUTOR_SHARE, options.follows, size // CELEBRITY_SHARE)
    database = KINDS[options.database](f"astegni_bench_{size}")
    databases.append(database)
    print(f"seeding {size} users", file=sys.stderr, flush=True)
    seeded(options.binary, database, population, keep=options.keep)
    server = stack.enter_context(servers.astegni(options.binary, database, options.log_filter))
    return Side(str(size), server.url, population)


def markdown(results):
    """Returns a table of latencies and one of throughputs, both with the ratio of the largest size to the smallest."""
    latencies = table("p50 (ms)", results, lambda figure: figure.p50, report.milliseconds)
    rates = table("per second", results, lambda figure: figure.per_second, report.rate)
    return f"{latencies}\n\n{rates}"


def table(title, results, value, shown):
    sizes = list(next(iter(results.values())))
    rows = []
    for name, figures in results.items():
        values = [value(figures[size]) for size in sizes]
        refused = " / ".join(str(figures[size].refused + figures[size].failed) for size in sizes)
        rows.append([name, *map(shown, values), f"{values[-1] / values[0]:.2f}" if values[0] else "-", refused])
    return report.table([title, *sizes, "largest/smallest", "refused"], rows)
