"""Load by wrk, in rounds in which the sides take turns: a busy machine slows all of them."""

import json
import statistics
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
TIMEOUT = "30s"
# a side that answered nothing in the time it was given is given twice as much, up to this
SECONDS_MAX = 32
# seconds between the first windows of two runs on one side, where nothing may be in memory: more than requests in a run
MOVED_S = 5_003


@dataclass
class Runs:
    """What each round of one kind of load on one side came to."""

    name: str
    side: str
    connections: int
    rounds: list = field(default_factory=list)

    def middle(self, what):
        return statistics.median(run[what] for run in self.rounds)

    def spread(self, what):
        values = [run[what] for run in self.rounds]
        return min(values), max(values)


class Load:
    """One side under one kind of load."""

    def __init__(self, name, side, path, mode, connections):
        self.side, self.path, self.mode = side, path, mode
        self.runs = Runs(name, side.name, connections)

    def run(self, seconds):
        status, etag, _ = ask(self.side, self.path)
        if status != 200:
            raise SystemExit(f"{self.side.name}: {self.path} answers {status}")
        more = {"revalidate": etag, "distinct": str(self.side.next_run() * MOVED_S)}.get(self.mode, "")
        if self.mode == "revalidate" and ask(self.side, self.path, {"If-None-Match": etag})[0] != 304:
            raise SystemExit(f"{self.side.name}: {self.path} does not know its own tag")
        while not self.answered(seconds, more):
            seconds *= 2

    def answered(self, seconds, more):
        """Whether there was an answer; keeps what the round came to then."""
        name, connections = self.runs.name, self.runs.connections
        args = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", TIMEOUT, "-s", SCRIPT, self.side.address + self.path]
        done = subprocess.run([*args, "--", self.side.key, self.mode, more], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"wrk: {done.stderr}{done.stdout}")
        found = json.loads(done.stdout.splitlines()[-1])
        if not found["failed"] and not found["requests"] and seconds < SECONDS_MAX:
            return False
        if found["failed"] or not found["requests"]:
            raise SystemExit(f"{self.side.name}, {name}: {found['failed']} failed of {found['requests']} requests")
        found["rate"] = found["requests"] / found["seconds"]
        self.runs.rounds.append(found)
        return True


def in_turns(loads, rounds, seconds, say):
    for turn in range(rounds):
        for load in loads:
            load.run(seconds)
            last = load.runs.rounds[-1]
            say(f"round {turn + 1}: {load.runs.name}, {load.side.name}: {last['rate']:.0f}/s, p99 {last['p99_ms']:.1f} ms")


def ask(side, path, headers=None):
    """Status, tag and body of one answer."""
    request = urllib.request.Request(side.address + path, headers={"Authorization": f"Bearer {side.key}", **(headers or {})})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers.get("ETag"), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("ETag"), error.read()


def data_of(side, path):
    status, _, body = ask(side, path)
    if status != 200:
        raise SystemExit(f"{side.name}: {path} answers {status}: {body[:500]!r}")
    return json.loads(body)["data"]
