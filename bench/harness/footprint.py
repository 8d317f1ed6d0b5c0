"""Memory and start-up of the process."""

import re
import statistics
import sys
from pathlib import Path

from . import load, report, servers
from .databases import KINDS, seeded
from .load import Side
from .population import Population

STARTS = 10
LOAD_SECONDS = 5
LOGINS = 100
LOGIN_CLIENTS = 8


def main(options):
    population = Population(options.users, options.tutors, options.follows, options.celebrity)
    print("seeding", file=sys.stderr)
    database = seeded(options.binary, KINDS[options.database]("astegni_bench"), population)
    starts = [start_milliseconds(options, database) for _ in range(STARTS)]
    rows = [{"start (ms)": statistics.median(starts), "starts": starts}, *memory(options, database, population)]
    publish(options, population, rows)


def start_milliseconds(options, database):
    with servers.astegni(options.binary, database, options.log_filter) as server:
        return server.start_milliseconds


def memory(options, database, population):
    """Returns the resident memory of one process at start, under load, and after logins."""
    # The tokens come from another process, because logging in takes memory as well.
    with servers.astegni(options.binary, database, options.log_filter) as server:
        side = Side("astegni", server.url, population)
        side.tokens(load.ME.kind)
    with servers.astegni(options.binary, database, options.log_filter) as server:
        side.url = server.url
        rows = [resident("at start", server.pid)]
        load.measure(side, load.ME, LOAD_SECONDS, options.connections)
        rows.append(resident(f"after {options.connections} connections of `me` for {LOAD_SECONDS} s", server.pid))
        numbers = [1 + n % population.users for n in range(LOGINS)]
        load.log_in(server.url, numbers, LOGIN_CLIENTS)
        rows.append(resident(f"after {LOGINS} logins by {LOGIN_CLIENTS} clients", server.pid))
    return rows


def resident(moment, pid):
    """Returns the resident memory of a process in MiB, now and at its highest so far."""
    status = Path(f"/proc/{pid}/status").read_text()

    def mebibytes(name):
        return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024

    return {"moment": moment, "resident (MiB)": mebibytes("VmRSS"), "highest (MiB)": mebibytes("VmHWM")}


def publish(options, population, rows):
    start, *moments = rows
    cells = [[row["moment"], f"{row['resident (MiB)']:.1f}", f"{row['highest (MiB)']:.1f}"] for row in moments]
    table = report.table(["memory", "resident (MiB)", "highest (MiB)"], cells)
    sentence = (f"From the start of the process to its first response: {start['start (ms)']:.0f} ms, the median of "
                f"{STARTS} starts ({min(start['starts']):.0f} to {max(start['starts']):.0f} ms).")
    report.publish(f"footprint-{options.database}", options, f"{report.describe(population)}.\n\n{sentence}\n\n{table}",
                   rows)
