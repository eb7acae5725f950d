"""Made-up channels in the databases of both sides, made once for a shape and kept until what makes them changes."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import Program

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / "benches/peers/fastapi"
KINDS = ("posts", "snapshots", "daily", "sources")
# unix seconds: the made-up year, as in made_up.py
START, END = 1_735_689_600, 1_767_225_600
DAY_S = 86_400
# what a change of makes the databases anew
SOURCES = ("benches/http/made_up.py", "benches/peers/fastapi/database.py", "migrations", "crates/store/src/series.rs")


def made_by():
    digest = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*.sql")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Shape:
    channels: int
    posts: int
    snapshots: int

    def __str__(self):
        return f"{self.channels}x{self.posts}x{self.snapshots}"

    def in_words(self):
        posts = self.channels * self.posts
        return f"{self.channels} channels, {posts:,} posts, {posts * self.snapshots:,} snapshots"


class Databases:
    """The databases of one shape."""

    def __init__(self, shape, folder, python, binary, postgres, say):
        self.shape, self.folder, self.python, self.binary, self.postgres = shape, folder / str(shape), python, binary, postgres
        self.say = say
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stamp = made_by()

    def is_made(self, name):
        stamp = self.folder / f"{name}.made-by"
        return stamp.exists() and stamp.read_text() == self.stamp

    def made(self, name):
        (self.folder / f"{name}.made-by").write_text(self.stamp)

    @property
    def csv(self):
        return self.folder / "csv"

    def make_files(self):
        if not self.is_made("csv"):
            self.say(f"making {self.shape.in_words()}")
            script = Path(__file__).with_name("made_up.py")
            subprocess.run([self.python, script, str(self.shape), self.csv], check=True)
            self.made("csv")

    def fill(self, program):
        for kind in KINDS:
            # a zone of its own, as channels have; the questions name theirs
            more = ["--taken-at", str(END), "--tz", "Europe/Moscow"] if kind == "posts" else []
            program.do("import", kind, self.csv / f"{kind}.csv", *more)

    def sqlite(self):
        """Our program on SQLite."""
        program = Program(self.binary, f"sqlite://{self.folder / 'ours.db'}", self.folder)
        if not self.is_made("sqlite"):
            self.make_files()
            for file in self.folder.glob("ours.db*"):
                file.unlink()
            self.say(f"importing {self.shape} into SQLite")
            program.do("migrate")
            self.fill(program)
            self.made("sqlite")
        return program

    def ours_on_postgres(self):
        name = f"ours_{self.shape}"
        program = Program(self.binary, self.postgres.url(name), self.folder)
        if not self.is_made("postgres") or not self.has(name):
            self.make_files()
            self.say(f"importing {self.shape} into Postgres")
            self.create(name)
            program.do("migrate")
            self.fill(program)
            self.postgres.say("VACUUM ANALYZE", name)
            self.made("postgres")
        return program

    def peer(self):
        """The URL of the peer's own database."""
        name = f"peer_{self.shape}"
        url = self.postgres.url(name)
        if not self.is_made("peer") or not self.has(name):
            self.make_files()
            self.say(f"filling the peer's Postgres with {self.shape}")
            self.create(name)
            subprocess.run([self.python, PEER / "database.py", url, self.csv], check=True)
            self.made("peer")
        return url

    def has(self, name):
        return self.postgres.say(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1"

    def create(self, name):
        self.postgres.say(f'DROP DATABASE IF EXISTS "{name}"')
        self.postgres.say(f'CREATE DATABASE "{name}"')
