"""The programs of the bench: private Postgres and Redis, our server and the peer, each ended by its process id."""

import itertools
import json
import os
import pwd
import re
import resource
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
START_S = 60
STOP_S = 30
PEER_WORKERS = 2
PEER_KEY = "key-of-the-bench"
FILES_OPEN = 30_000


def allow_many_files():
    """For this process and those it starts; how many it got."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES_OPEN if hard == resource.RLIM_INFINITY else min(hard, FILES_OPEN)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    return max(soft, most)


def free_port():
    with socket.socket() as door:
        door.bind((HOST, 0))
        return door.getsockname()[1]


def wait_for(port, process, log):
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{process.args[0]} did not start; the end of {log.name}:\n{Path(log.name).read_text()[-2000:]}")


@contextmanager
def running(args, folder, port=None, stop=signal.SIGTERM, **options):
    """The process, once its port answers; stopped at the end."""
    with open(folder / f"{Path(args[0]).name}.log", "ab") as log:
        process = subprocess.Popen(args, stderr=log, **({"stdout": log} | options))
        try:
            if port is not None:
                wait_for(port, process, log)
            yield process
        finally:
            process.send_signal(stop)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def postgres_bin():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        raise SystemExit("there is no Postgres here: start this by ./dev bench http, which installs it")
    return found[-1].parent


class Postgres:
    """A server whose data stay in `folder` from run to run. It refuses to run as root, so it runs as `postgres` then."""

    def __init__(self, folder):
        self.bin, self.options = postgres_bin(), {}
        if os.geteuid() == 0:
            person = pwd.getpwnam("postgres")
            self.options = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
            if subprocess.run(["test", "-x", folder], **self.options).returncode:
                # a build folder in root's home
                folder = Path(tempfile.gettempdir()) / "analyticbot-bench"
        self.folder = folder / "postgres"
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.options:
            os.chown(self.folder, person.pw_uid, person.pw_gid)
        self.port = free_port()

    @contextmanager
    def run(self, logs):
        data = self.folder / "data"
        options = self.options | {"cwd": self.folder}
        if not (data / "PG_VERSION").exists():
            init = [self.bin / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
            subprocess.run(init, check=True, stdout=subprocess.DEVNULL, **options)
        # what is measured only reads; short queries are not worth compiling
        settings = {
            "listen_addresses": HOST, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
            "shared_buffers": "1GB", "work_mem": "64MB", "max_wal_size": "8GB", "jit": "off",
        }
        args = [self.bin / "postgres", "-D", data, "-p", str(self.port), "-k", self.folder]
        for name, value in settings.items():
            args += ["-c", f"{name}={value}"]
        # SIGINT: disconnect everybody and stop cleanly
        with running(args, logs, self.port, stop=signal.SIGINT, **options):
            until = time.monotonic() + START_S
            while subprocess.run([self.bin / "pg_isready", "-q", "-h", HOST, "-p", str(self.port)]).returncode:
                if time.monotonic() > until:
                    raise SystemExit("Postgres does not answer")
                time.sleep(0.1)
            yield self

    def url(self, database):
        return f"postgres://postgres@{HOST}:{self.port}/{database}"

    def say(self, sql, database="postgres"):
        args = [self.bin / "psql", "-h", HOST, "-p", str(self.port), "-U", "postgres", "-d", database, "-qAtc", sql]
        return subprocess.run(args, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def redis(folder):
    """Its URL. Nothing is kept on disk."""
    port = free_port()
    args = ["redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", folder]
    with running(args, folder, port):
        yield f"redis://{HOST}:{port}"


class Program:
    """`analyticbot` with one database."""

    def __init__(self, binary, database, home):
        self.binary, self.home = binary, home
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(home), "ANALYTICBOT_DATABASE__URL": database,
            "ANALYTICBOT_API__COMPUTED_PER_MINUTE": "0",
            # as the peer, which writes no access log either
            "ANALYTICBOT_LOG__FILTER": "warn",
        }

    def do(self, *args):
        done = subprocess.run([self.binary, *args], env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"analyticbot {' '.join(map(str, args))}: {done.stderr[-2000:]}")
        return done.stdout

    def new_key(self):
        return json.loads(self.do("apikey", "create", "--json"))["key"]

    @contextmanager
    def serve(self, name):
        """The running server as a `Side`."""
        args = [self.binary, "serve", "--bind", f"{HOST}:0", "--roles", "web"]
        with running(args, self.home, env=self.env, stdout=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline()
            found = re.search(r"http://[\d.:]+", line)
            if not found:
                raise SystemExit(f"analyticbot did not start: {line}")
            yield Side(name, found[0], self.new_key(), process.pid)


@contextmanager
def peer(python, app, postgres, redis_url, folder):
    """The FastAPI implementation as a `Side`."""
    port = free_port()
    env = {"PATH": os.environ["PATH"], "PEER_POSTGRES": postgres, "PEER_REDIS": redis_url, "PEER_KEY": PEER_KEY}
    args = [
        python, "-m", "uvicorn", "app:app", "--app-dir", app, "--host", HOST, "--port", str(port),
        "--workers", str(PEER_WORKERS), "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]
    with running(args, folder, port, env=env) as process:
        # the port is open before the workers are
        time.sleep(2)
        yield Side("peer", f"http://{HOST}:{port}", PEER_KEY, process.pid)


class Side:
    """A server that is asked the questions."""

    def __init__(self, name, address, key, pid):
        self.name, self.address, self.key, self.pid = name, address, key, pid
        self.runs = itertools.count()

    def next_run(self):
        return next(self.runs)

    def rss_mib(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
