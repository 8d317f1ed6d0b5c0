"""Markdown tables, and the same figures as JSON with the machine that produced them."""

import json
import os
import platform
import re
import subprocess
from pathlib import Path

from .settings import OUTPUT, POSTGRES_URL, REPOSITORY, run


def rate(value):
    """Formats a number per second with three significant digits or more."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def milliseconds(value):
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def ratio(value, other):
    return f"{value / other:.1f}" if other else "-"


def percent(value, other):
    return f"{100 * value / other:.0f} %" if other else "-"


def table(header, rows):
    """Returns a Markdown table whose first column is text and whose other columns are numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def publish(mode, options, markdown, rows):
    """Prints a table and writes its figures to target/bench."""
    facts = machine(options)
    print(f"\n{markdown}\n\n{'; '.join(f'{name}: {value}' for name, value in facts.items())}\n", flush=True)
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in vars(options).items()
                if not callable(value)}
    path = OUTPUT / f"{mode}.json"
    path.write_text(json.dumps({"mode": mode, "machine": facts, "options": settings, "rows": rows}, indent=2) + "\n")
    print(f"figures: {path}", flush=True)


def machine(options):
    """Returns the machine and the versions of what was measured."""
    facts = {
        "processors": f"{os.cpu_count()} x {processor()}", "memory": memory(), "system": platform.platform(),
        "astegni": run(options.binary, "--version").split()[-1], "commit": commit(),
    }
    if options.database == "postgres":
        facts["PostgreSQL"] = run("psql", "-X", "-At", "-d", POSTGRES_URL, "-c", "SHOW server_version").strip()
    # wrk prints its version with its usage and fails.
    version = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    return facts | {"wrk": re.sub(r"^wrk (\S+).*", r"\1", (version.stdout + version.stderr).splitlines()[0])}


def processor():
    names = re.findall(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return names[0] if names else platform.machine()


def memory():
    kilobytes = int(re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)[1])
    return f"{kilobytes / 2**20:.0f} GiB"


def commit():
    """Returns the abbreviated commit of the repository, marked if files differ from it."""
    return run("git", "-C", REPOSITORY, "describe", "--always", "--dirty", "--exclude", "*").strip()


def describe(population):
    """Returns a sentence about a population, to stand above a table."""
    return (f"{population.users} users, {population.tutors} of them tutors; each follows {population.follows} others; "
            f"the celebrity has {population.celebrity} followers more")
