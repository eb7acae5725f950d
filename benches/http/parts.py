"""What the parts of a run came to, kept as JSON from run to run: an interrupted run goes on where it was."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import databases

HERE = Path(__file__).parent
# what a change of makes a part be measured again, beside our program and what makes the data
SOURCES = ("load.lua", "load.py", "connections.py", "processes.py", "../peers")


def measured_with(program):
    """Tells apart what could come to something else: the program, the peers, the load and the data."""
    digest = hashlib.sha256(databases.made_by().encode())
    digest.update(Path(program).read_bytes())
    for source in SOURCES:
        path = HERE / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@dataclass
class Part:
    """`result` is JSON; `load` is the machine's over five minutes, before and after."""

    result: object
    rounds: int
    day: str
    load: tuple


class Parts:
    """The kept parts of one shape."""

    def __init__(self, folder, program):
        self.folder, self.stamp = folder, measured_with(program)
        self.folder.mkdir(parents=True, exist_ok=True)

    def measure(self, name, rounds, measure):
        """Measures and keeps a part."""
        before = os.getloadavg()[1]
        result = measure()
        day = datetime.now(timezone.utc).date().isoformat()
        part = {"result": result, "rounds": rounds, "day": day, "load": [before, os.getloadavg()[1]]}
        text = json.dumps({"stamp": self.stamp, **part}, ensure_ascii=False, indent=1)
        file = self.file(name)
        # a part is there whole or not at all
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)

    def find(self, name):
        """`None` for what was not measured, or with something else."""
        if not self.file(name).exists():
            return None
        kept = json.loads(self.file(name).read_text(encoding="utf-8"))
        if kept.pop("stamp") != self.stamp:
            return None
        return Part(**kept)

    def forget(self):
        for file in self.folder.glob("*.json"):
            file.unlink()

    def file(self, name):
        return self.folder / f"{name}.json"
