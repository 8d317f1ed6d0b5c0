"""Astegni and the peer on the same work; on SQLite, Astegni alone."""

import sys
from contextlib import ExitStack
from dataclasses import asdict

from . import load, report, servers
from .databases import KINDS, Postgres, seeded, seeded_peer
from .load import Side
from .population import Population

SCENARIOS = [load.HEALTH, load.ME, load.CHECK, load.STATS, load.CELEBRITY_STATS, load.LIST, load.CELEBRITY_LIST,
             load.FOLLOW, load.SESSIONS, load.BOOK, load.BOOKED_SESSIONS]


def main(options):
    population = Population(options.users, options.tutors, options.follows, options.celebrity)
    scenarios = load.chosen(SCENARIOS, options.only)
    with ExitStack() as stack:
        sides = start(stack, options, population)
        results = {scenario.name: load.in_turns(sides, scenario, options) for scenario in scenarios}
    markdown = f"{report.describe(population)}.\n\n{table(results)}"
    rows = [{"scenario": name} | {side: asdict(figure) for side, figure in figures.items()}
            for name, figures in results.items()]
    report.publish(f"side-by-side-{options.database}", options, markdown, rows)


def start(stack, options, population):
    """Seeds the databases and starts the servers, which end with the stack."""
    print("seeding", file=sys.stderr)
    database = seeded(options.binary, KINDS[options.database]("astegni_bench"), population)
    starting = {"astegni": servers.astegni(options.binary, database, options.log_filter)}
    if options.database == "postgres":
        peer = seeded_peer(Postgres("astegni_bench_peer"), population, database.password_hash())
        starting["peer"] = servers.peer(peer)
    return [Side(name, stack.enter_context(server).url, population) for name, server in starting.items()]


def table(results):
    sides = list(next(iter(results.values())))
    header = ["", *(f"{side}/s" for side in sides)] + (["ratio"] if len(sides) == 2 else [])
    header += [f"{side} {name} (ms)" for side in sides for name in ("p50", "p99")] + ["refused"]
    return report.table(header, [row(name, list(figures.values())) for name, figures in results.items()])


def row(name, figures):
    cells = [name, *(report.rate(figure.per_second) for figure in figures)]
    if len(figures) == 2:
        cells.append(report.ratio(figures[0].per_second, figures[1].per_second))
    cells += [report.milliseconds(value) for figure in figures for value in (figure.p50, figure.p99)]
    return cells + [" / ".join(str(figure.refused + figure.failed) for figure in figures)]
