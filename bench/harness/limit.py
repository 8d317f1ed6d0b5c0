"""Distance to the limit: the server against pgbench with the same statements on the same database."""

import re
import statistics
import sys

from . import load, report, servers
from .databases import Postgres, seeded
from .load import Side
from .population import BOOKING_CLIENTS, Population
from .settings import PGBENCH_SCRIPTS, BenchError, run

# Each scenario with its file of statements.
SCENARIOS = {load.ME: "me.sql", load.CHECK: "check.sql", load.STATS: "stats.sql", load.FOLLOW: "follow.sql",
             load.MESSAGE: "message.sql", load.BOOK: "book.sql"}
FEW_CLIENTS = 8
THREADS = 2


def main(options):
    population = Population(options.users, options.tutors, options.follows, options.celebrity)
    scenarios = load.chosen(SCENARIOS, options.only)
    print("seeding", file=sys.stderr)
    database = seeded(options.binary, Postgres("astegni_bench"), population)
    with servers.astegni(options.binary, database, options.log_filter) as server:
        side = Side("astegni", server.url, population)
        rows = [compare(side, database, scenario, options) for scenario in scenarios]
    markdown = f"{report.describe(population)}.\n\n{table(rows)}"
    report.publish("limit", options, markdown, rows)


def compare(side, database, scenario, options):
    """Measures a scenario and its statements in turn, after a run that is not counted, and returns the medians."""
    same = BOOKING_CLIENTS if scenario is load.BOOK else options.connections
    figures, rates = [], {clients: [] for clients in (same, FEW_CLIENTS)}
    load.measure(side, scenario, options.seconds, options.connections)
    for _ in range(options.repeats):
        figures.append(load.measure(side, scenario, options.seconds, options.connections))
        for clients, runs in rates.items():
            runs.append(pgbench(database, SCENARIOS[scenario], side.population, clients, options.seconds))
    ours = load.median(figures)
    limits = {clients: statistics.median(runs) for clients, runs in rates.items()}
    print(f"{scenario.name}: {ours.per_second:.0f}/s, pgbench {limits[same]:.0f}/s", file=sys.stderr, flush=True)
    return {"scenario": scenario.name, "clients": same, "astegni": ours.per_second, "refused": ours.refused,
            "pgbench, same clients": limits[same], f"pgbench, {FEW_CLIENTS} clients": limits[FEW_CLIENTS]}


def pgbench(database, script, population, clients, seconds):
    """Runs a file of statements and returns its transactions per second."""
    variables = [word for name in population.variables() + [f"accounts={population.actors}"] for word in ("-D", name)]
    output = run("pgbench", "-n", "-M", "prepared", "-c", clients, "-j", min(THREADS, clients), "-T", seconds, "-f",
                 PGBENCH_SCRIPTS / script, *variables, database.url)
    rate = re.search(r"^tps = ([\d.]+)", output, re.MULTILINE)
    if not rate:
        raise BenchError(f"pgbench reported no rate: {output}")
    return float(rate[1])


def table(rows):
    same, few = "pgbench, same clients", f"pgbench, {FEW_CLIENTS} clients"
    header = ["", "clients", "astegni/s", f"{same}/s", "share", f"{few}/s", "share", "refused"]
    return report.table(header, [
        [row["scenario"], row["clients"], report.rate(row["astegni"]), report.rate(row[same]),
         report.percent(row["astegni"], row[same]), report.rate(row[few]), report.percent(row["astegni"], row[few]),
         row["refused"]] for row in rows])
