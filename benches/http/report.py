"""docs/performance.md: what was measured, beside what it is to be, and what limits it where it is not."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from connections import Held
from load import Runs

LIMITS = Path(__file__).with_name("limits.md")
PYTHON_PACKAGES = ("fastapi", "uvicorn", "uvloop", "httptools", "asyncpg", "redis", "hiredis", "orjson", "numpy", "polars", "duckdb")

CACHED_RATIO, CACHED_P99_MS = 15, 10
FAIR_SHARE = 0.6
AFRESH_RATIO, AFRESH_P95_MS = 50, 10
READ_P95_MS = 50
UNCHANGED_RATE = 20_000
HELD_MIB = 1024
# cost grows with the window asked for, not with the history
HISTORY_RATIO, WINDOW_RATIO = 1.3, 0.5
IMPORT_RATE, IMPORT_RATIO = 100_000, 0.7
# a line of `./dev bench import` about snapshots; it is about SQLite where it names no database
IMPORTED = re.compile(
    r"^(?P<database>\w+)? *\bsnapshots +\d+ rows +(?P<rate>\d+) rows/s +(?P<shell>.+?) +\d+ rows/s +ratio (?P<ratio>[\d.]+)", re.MULTILINE
)


@dataclass
class Measured:
    """What a run came to: parts by name; one that was left out is not there."""

    size: str
    shape: object
    days: tuple
    parts: dict

    def result(self, name):
        return self.parts[name].result if name in self.parts else None

    def loads(self):
        kept = self.result("loads") or {}
        return {kind: [Runs(**runs) for runs in group] for kind, group in kept.items()}


def text(measured, postgres_bin):
    loads, grown, times, imported = (measured.loads(), *map(measured.result, ("window", "questions", "import")))
    sections = [
        "# Performance\n\nMade by `./dev bench http " + measured.size + "`; do not edit. What is to be met is in the column *aim*; "
        "everything else is there to read it by.\n",
        about_machine(measured, postgres_bin),
        about_aims(measured),
        about_loads(loads) if loads else "",
        about_window(grown, measured.days) if grown else "",
        about_computing(times) if times else "",
        about_import(imported) if imported else "",
        LIMITS.read_text(encoding="utf-8"),
    ]
    return "\n".join(section for section in sections if section)


def said(*args):
    done = subprocess.run(args, capture_output=True, text=True)
    return (done.stdout or done.stderr).splitlines()[0].strip()


def number_in(text):
    return re.search(r"\d+(\.\d+)+", text)[0]


def about_machine(measured, postgres_bin):
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
    parts = measured.parts.values()
    loads = [load for part in parts for load in part.load]
    days = sorted({part.day for part in parts})
    kernel = ".".join(platform.release().split(".")[:2])
    versions = {
        "rustc": number_in(said("rustc", "--version")), "Python": platform.python_version(),
        "PostgreSQL": number_in(said(str(postgres_bin / "postgres"), "--version")),
        "Redis": number_in(said("redis-server", "--version")), "wrk": number_in(said("wrk", "-v")),
        **{package: version(package) for package in PYTHON_PACKAGES},
    }
    busy = (
        "**Others were busy on this machine meanwhile**: absolute figures are lower bounds, ratios are between runs that took turns."
        if max(loads) > os.cpu_count()
        else "Nothing else was busy on this machine."
    )
    rounds = ", ".join(f"{name} {part.rounds}" for name, part in measured.parts.items())
    return f"""## Machine and data

{os.cpu_count()} cores ({cpu[1].strip() if cpu else platform.machine()}), {memory:.0f} GiB, Linux {kernel}.
Load of the machine over five minutes: {min(loads):.1f} to {max(loads):.1f} (the load tool and all servers run on the same cores). {busy}
Measured part by part, on {" and ".join(days)}; rounds: {rounds}.

{", ".join(f"{name} {value}" for name, value in versions.items())}.

Data: {measured.shape.in_words()}, 365 days, made by `benches/http/made_up.py` from a seed and imported by `analyticbot import`.
The window asked for is the whole year in UTC. Our quota is off (`api.computed_per_minute = 0`) and both sides write no access log.

The peer (`benches/peers/fastapi`): FastAPI on uvicorn with 2 workers, uvloop and httptools; asyncpg on a Postgres of its own; numpy;
orjson; answers in Redis and, for a second, in the process. Before anything is timed its answers to all questions are compared with ours
from SQLite and from Postgres, to 1e-8, about three windows of three channels.

Loads are by wrk with one thread, in rounds in which the sides take turns. Figures are medians of the rounds, with the least and the most
in parentheses.
"""


def rate(load):
    low, high = load.spread("rate")
    return f"{load.middle('rate'):,.0f} ({low:,.0f}–{high:,.0f})"


def ms(load, what):
    low, high = load.spread(what)
    return f"{load.middle(what):.2f} ({low:.2f}–{high:.2f})"


def ratio(ours, theirs):
    """Median of the ratios of the rounds, each between neighbours in time."""
    ratios = sorted(a["rate"] / b["rate"] for a, b in zip(ours.rounds, theirs.rounds))
    return ratios[len(ratios) // 2], ratios[0], ratios[-1]


def ratio_row(what, aim, ours, theirs):
    middle, low, high = ratio(ours, theirs)
    return what, f"≥ {aim} ×", f"{middle:.1f} × ({low:.1f}–{high:.1f})", middle >= aim


def about_aims(measured):
    loads, held = measured.loads(), measured.result("connections")
    rows = load_rows(loads) if loads else []
    if held is not None:
        held = Held(**held)
        good = held.peak_mib < HELD_MIB and held.answered_again == held.connections
        figure = f"{held.connections:,} open, {held.answered_again:,} answered twice, {held.peak_mib:.0f} MiB ({held.before_mib:.0f} before)"
        rows.append(("open connections", f"10,000 under {HELD_MIB} MiB", figure, good))
    grown = measured.result("window") or []
    for database in dict.fromkeys(name for name, _, _ in grown):
        rows += window_rows(database, {channels: values for name, channels, values in grown if name == database})
    for found in IMPORTED.finditer(measured.result("import") or ""):
        what = f"import of snapshots into {found['database'] or 'SQLite'}"
        speed, share = int(found["rate"]), float(found["ratio"])
        rows.append((what, f"≥ {IMPORT_RATE:,} rows/s", f"{speed:,} rows/s", speed >= IMPORT_RATE))
        rows.append((f"{what}, to `{found['shell']}` of the same file", f"≥ {IMPORT_RATIO} ×", f"{share:.2f} ×", share >= IMPORT_RATIO))
    lines = [f"| {what} | {aim} | {figure} | {'met' if good else '**not met**'} |" for what, aim, figure, good in rows]
    return "## Aims\n\n| what | aim | measured | |\n| --- | --- | --- | --- |\n" + "\n".join(lines) + "\n"


def load_rows(loads):
    ours, peer = loads["cached"]
    small_ours, small_peer = loads["cached small"]
    (constant,) = loads["constant"]
    afresh_ours, afresh_peer = loads["afresh"]
    read_sqlite, read_postgres, _ = loads["read few"]
    unchanged = loads["unchanged"][0]
    share = ratio(peer, constant)[0]
    return [
        ("the peer is a fair one: its cached answers to constant bytes of the same size", f"≥ {FAIR_SHARE:.0%}", f"{share:.0%}", share >= FAIR_SHARE),
        ratio_row("cached dashboard, requests/s to the peer's", CACHED_RATIO, ours, peer),
        ratio_row("cached overview, requests/s to the peer's", CACHED_RATIO, small_ours, small_peer),
        below_row("cached dashboard", "p99", CACHED_P99_MS, ours),
        below_row("cached overview", "p99", CACHED_P99_MS, small_ours),
        ratio_row("computed dashboard, columns in the process; the peer reads its Postgres", AFRESH_RATIO, afresh_ours, loads["read"][2]),
        ratio_row("computed dashboard, columns in the process on both sides", AFRESH_RATIO, afresh_ours, afresh_peer),
        below_row("computed dashboard, columns in the process", "p95", AFRESH_P95_MS, loads["afresh few"][0]),
        below_row("computed dashboard, straight from SQLite", "p95", READ_P95_MS, read_sqlite),
        below_row("computed dashboard, straight from Postgres", "p95", READ_P95_MS, read_postgres),
        ("304", f"≥ {UNCHANGED_RATE:,} /s", f"{rate(unchanged)} /s", unchanged.middle("rate") >= UNCHANGED_RATE),
    ]


def window_rows(database, by_channels):
    few, many = min(by_channels), max(by_channels)
    whole = by_channels[many][-1] / by_channels[few][-1]
    short = by_channels[many][0] / by_channels[many][-1]
    return [
        (f"a year's dashboard straight from {database} with {many} channels of data, to the same with {few}", f"≤ {HISTORY_RATIO} ×", f"{whole:.2f} ×", whole <= HISTORY_RATIO),
        (f"30 days of it with {many} channels of data, to the year", f"≤ {WINDOW_RATIO} ×", f"{short:.2f} ×", short <= WINDOW_RATIO),
    ]


def below_row(what, percentile, aim, load):
    figure = f"{percentile}_ms"
    return f"{what}, {percentile} at {load.connections} connections", f"< {aim} ms", ms(load, figure), load.middle(figure) < aim


def about_loads(loads):
    lines = ["## Loads\n", "| load | connections | side | requests/s | p50 ms | p95 ms | p99 ms | bytes an answer |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for group in loads.values():
        for load in group:
            size = load.rounds[-1]["bytes"] / load.rounds[-1]["requests"]
            figures = " | ".join(ms(load, what) for what in ("p50_ms", "p95_ms", "p99_ms"))
            lines.append(f"| {load.name} | {load.connections} | {load.side} | {rate(load)} | {figures} | {size:,.0f} |")
    lines.append(
        "\n*Computed afresh*: `Cache-Control: no-cache`, the columns are in the process. *Read and computed*: the same about a window that no "
        "request before asked for, so that nothing of it is in memory but the database's own pages."
    )
    return "\n".join(lines) + "\n"


def about_window(grown, days):
    lines = ["## Cost by window\n", "![Median time of a dashboard over the days of its window](performance-window.svg)\n"]
    lines.append("Median ms of a dashboard straight from the database, one connection, 1,000 posts of 10 snapshots a channel:\n")
    lines.append("| database, channels of data | " + " | ".join(f"{window} days" for window in days) + " |")
    lines.append("| --- " * (len(days) + 1) + "|")
    for name, channels, values in grown:
        lines.append(f"| {name}, {channels} | " + " | ".join(f"{value:.2f}" for value in values) + " |")
    return "\n".join(lines) + "\n"


def about_computing(times):
    lines = [
        "## Questions in process\n",
        "Median ms of one question about a channel's year, its rows in memory, without HTTP; all answers are the same to 1e-8. We measure "
        "V(h) once for all questions, the others with each: *measured* is the question alone, *measuring* with that step. Ours is "
        "`./dev bench questions`; the channel has 5,000 posts of 20 snapshots there, too.\n",
        "| question | ours, measured | ours, measuring | polars | duckdb | polars / ours measuring | duckdb / ours measuring |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    measure = times["ours"]["measure"]
    for name, polars in times["polars"].items():
        ours, duckdb = times["ours"][name], times["duckdb"][name]
        whole = ours + measure
        figures = " | ".join(f"{seconds * 1e3:.2f}" for seconds in (ours, whole, polars, duckdb))
        lines.append(f"| {name} | {figures} | {polars / whole:.1f} × | {duckdb / whole:.1f} × |")
    return "\n".join(lines) + "\n"


def about_import(output):
    return f"## Import\n\n`./dev bench import` on as many snapshots as the data above have:\n\n```\n{output.strip()}\n```\n"
