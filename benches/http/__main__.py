"""Our server beside a usual implementation, under the same load in the same minutes: writes docs/performance.md.

Start it by `./dev bench http [small|medium]`, which builds the server and installs what it needs. What a part came to is
kept in the cache: the same command goes on after an interruption, and makes the report from all parts.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import connections
import plot
import processes
import report
from databases import END, PEER, ROOT, START, DAY_S, Databases, Shape
from load import Load, ask, data_of, in_turns
from parts import Parts

PEERS = ROOT / "benches/peers"
sys.path.insert(0, str(PEERS))
from agreement import differences  # noqa: E402

SHAPES = {"small": Shape(10, 1_000, 10), "medium": Shape(100, 5_000, 20)}
# of the plot, and what `./dev bench questions` has
PLOT_SHAPES = [Shape(channels, 1_000, 10) for channels in (10, 100, 400)]
CHANNEL = Shape(1, 5_000, 20)
ROUNDS, SECONDS, PLOT_SECONDS = 5, 4, 2
PLOT_DAYS = (30, 90, 365)
CONNECTIONS_HELD, FILES_BESIDES = 10_000, 100
IMPORTED_MIN = 2_000_000
PARTS = ["loads", "connections", "window", "questions", "import"]
OUT = ROOT / "docs/performance.md"
MANY, SOME, FEW = 64, 8, 2
QUESTIONS = (
    "overview", "daily", "growth", "reach", "view-curve", "top-posts", "sources", "content", "trending", "heatmap", "dashboard",
)
# questions of another window and channel, which must agree, too
AGREE = ((1, START, END), (2, END - 30 * DAY_S, END), (3, START + 40 * DAY_S + 1_234, START + 130 * DAY_S))


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def path(question, start=START, end=END, channel=1):
    return f"/api/v2/channels/{channel}/{question}?from={start}&to={end}&tz=UTC"


def check(peer, others):
    """The peers are timed for right answers only."""
    for channel, start, end in AGREE:
        theirs = {question: data_of(peer, path(question, start, end, channel)) for question in QUESTIONS}
        for ours in others:
            answers = {question: data_of(ours, path(question, start, end, channel)) for question in QUESTIONS}
            for question in QUESTIONS:
                lines = differences(theirs[question], answers[question])
                if lines:
                    raise SystemExit(f"the peer and {ours.name} differ about {question}:\n" + "\n".join(lines[:10]))
    say(f"the peer answers {len(QUESTIONS)} questions about {len(AGREE)} windows as we do")


def http_loads(sqlite, postgres, peer):
    dashboard, overview = path("dashboard"), path("overview")
    _, _, body = ask(sqlite, dashboard)
    size = len(body)
    return {
        "cached": [Load("cached dashboard", side, dashboard, "plain", MANY) for side in (sqlite, peer)],
        "cached small": [Load("cached overview", side, overview, "plain", MANY) for side in (sqlite, peer)],
        "constant": [Load("constant bytes", peer, f"/constant/{size}", "plain", MANY)],
        "unchanged": [Load("304", side, dashboard, "revalidate", MANY) for side in (sqlite, peer)],
        "afresh": [Load("computed afresh", side, dashboard, "afresh", SOME) for side in (sqlite, peer)],
        "afresh few": [Load("computed afresh", side, dashboard, "afresh", FEW) for side in (sqlite, peer)],
        "read": [Load("read and computed", side, dashboard, "distinct", SOME) for side in (sqlite, postgres, peer)],
        "read few": [Load("read and computed", side, dashboard, "distinct", FEW) for side in (sqlite, postgres, peer)],
    }


UNITS = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def ours_computing():
    """Median seconds of `./dev bench questions`, by its names."""
    done = subprocess.run([ROOT / "dev", "bench", "questions"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"./dev bench questions: {done.stderr[-2000:]}")
    rows = re.findall(r"─ (\w+) .*?│.*?│ +([\d.]+) (ns|µs|us|ms|s) +│", done.stdout)
    return {name.removeprefix("ask_").replace("_", "-"): float(value) * UNITS[unit] for name, value, unit in rows}


def computing(python, databases, rounds):
    """Median seconds of every question about the one channel there is, by side; the sides take turns."""
    databases.make_files()
    right = databases.folder / "answers.json"
    with databases.sqlite().serve("ours, SQLite") as ours:
        right.write_text(json.dumps({question: data_of(ours, path(question)) for question in QUESTIONS}), encoding="utf-8")
    found = {"ours": [], "polars": [], "duckdb": []}
    for turn in range(rounds):
        say(f"round {turn + 1}: questions in process")
        found["ours"].append(ours_computing())
        for name in ("polars", "duckdb"):
            args = [python, PEERS / f"{name}_peer.py", databases.csv, str(START), str(END), right]
            done = subprocess.run(args, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{name}: {done.stderr[-2000:]}")
            found[name].append(json.loads(done.stdout))
    middle = {
        side: {name: statistics.median(run[name] for run in runs) for name in runs[0]} for side, runs in found.items()
    }
    middle["ours"]["top-posts"] = middle["ours"]["top"]
    return middle


def growth(databases_of, stack, rounds):
    """Database, channels and the median ms of a dashboard read and computed for the windows of PLOT_DAYS."""
    loads = {}
    for shape in PLOT_SHAPES:
        databases, channels = databases_of(shape), shape.channels
        for name, program in (("SQLite", databases.sqlite()), ("Postgres", databases.ours_on_postgres())):
            side = stack.enter_context(program.serve(f"{name}, {channels} channels"))
            for days in PLOT_DAYS:
                asked = path("dashboard", END - days * DAY_S, END, channel=channels // 2)
                loads[name, channels, days] = Load(f"window of {days} days", side, asked, "distinct", 1)
    in_turns(loads.values(), rounds, PLOT_SECONDS, say)
    return [
        (name, shape.channels, [loads[name, shape.channels, days].runs.middle("p50_ms") for days in PLOT_DAYS])
        for name in ("SQLite", "Postgres") for shape in PLOT_SHAPES
    ]


def draw(grown):
    lines = [(f"{name}, {channels}", values, name == "Postgres") for name, channels, values in grown]
    title = "Dashboard straight from the database, by the days of its window"
    return plot.chart(title, "days of the window", "ms, median", PLOT_DAYS, lines)


def measure_loads(databases, python, redis, folder, rounds):
    """Our servers on both databases and the peer, all at once, by kind of load."""
    with ExitStack() as servers:
        ours = servers.enter_context(databases.sqlite().serve("ours, SQLite"))
        on_postgres = servers.enter_context(databases.ours_on_postgres().serve("ours, Postgres"))
        peer = servers.enter_context(processes.peer(python, PEER, databases.peer(), redis, folder))
        check(peer, (ours, on_postgres))
        loads = http_loads(ours, on_postgres, peer)
        in_turns([load for group in loads.values() for load in group], rounds, SECONDS, say)
        return {kind: [asdict(load.runs) for load in group] for kind, group in loads.items()}


def measure_connections(databases):
    say(f"{CONNECTIONS_HELD} open connections")
    with databases.sqlite().serve("ours, SQLite") as side:
        return asdict(connections.hold(side, path("overview"), CONNECTIONS_HELD))


def measure_window(databases_of, rounds):
    with ExitStack() as servers:
        return growth(databases_of, servers, rounds)


def measure_import(shape, rounds):
    """What `./dev bench import` prints about as many snapshots; it fails when an aim is missed, and says which."""
    say("import")
    snapshots = max(IMPORTED_MIN, shape.channels * shape.posts * shape.snapshots)
    env = os.environ | {"SNAPSHOTS": str(snapshots), "ROUNDS": str(rounds)}
    done = subprocess.run([ROOT / "dev", "bench", "import"], env=env, capture_output=True, text=True)
    if not report.IMPORTED.search(done.stdout):
        raise SystemExit(f"./dev bench import: {done.stderr[-2000:]}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=SHAPES, nargs="?", default="small")
    parser.add_argument("--program", type=Path, required=True, help="the optimised analyticbot")
    parser.add_argument("--cache", type=Path, required=True, help="folder for data and logs, kept from run to run")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="in which the sides take turns")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part, even if it is kept, and no other")
    parser.add_argument("--again", action="store_true", help="measure every part, even those that are kept")
    options = parser.parse_args()
    # so that what was started is stopped
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    shape = SHAPES[options.size]
    parts = Parts(options.cache / str(shape) / "parts", options.program)
    if options.again:
        parts.forget()
    wanted = options.only or [name for name in PARTS if parts.find(name) is None]
    files = processes.allow_many_files()
    if "connections" in wanted and files < CONNECTIONS_HELD + FILES_BESIDES:
        parser.error(f"this user may open {files} files, {CONNECTIONS_HELD + FILES_BESIDES} are needed: raise it by ulimit -n")
    for name in wanted:
        measure(name, shape, parts, options)
    measured = {name: part for name in PARTS if (part := parts.find(name)) is not None}
    text = report.text(report.Measured(options.size, shape, PLOT_DAYS, measured), processes.postgres_bin())
    if len(measured) < len(PARTS):
        print(text)
        say(f"still to be measured for {OUT.relative_to(ROOT)}: {', '.join(name for name in PARTS if name not in measured)}")
        return
    OUT.with_name("performance-window.svg").write_text(draw(measured["window"].result), encoding="utf-8")
    OUT.write_text(text, encoding="utf-8")
    say(f"wrote {OUT.relative_to(ROOT)}")


def measure(name, shape, parts, options):
    python, rounds, few_rounds = sys.executable, options.rounds, max(1, options.rounds // 2)
    if name == "import":
        # it starts a Postgres of its own
        parts.measure(name, few_rounds, lambda: measure_import(shape, few_rounds))
        return
    with ExitStack() as stack:
        postgres = stack.enter_context(processes.Postgres(options.cache).run(options.cache))

        def databases_of(shape):
            return Databases(shape, options.cache, python, options.program, postgres, say)

        if name == "loads":
            redis = stack.enter_context(processes.redis(options.cache))
            parts.measure(name, rounds, lambda: measure_loads(databases_of(shape), python, redis, options.cache, rounds))
        elif name == "connections":
            parts.measure(name, 1, lambda: measure_connections(databases_of(shape)))
        elif name == "window":
            parts.measure(name, few_rounds, lambda: measure_window(databases_of, few_rounds))
        elif name == "questions":
            parts.measure(name, few_rounds, lambda: computing(python, databases_of(CHANNEL), few_rounds))


if __name__ == "__main__":
    main()
