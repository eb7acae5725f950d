"""A usual implementation of the public API, carefully written: FastAPI, asyncpg, Redis, orjson, numpy.

    PEER_POSTGRES=URL PEER_REDIS=URL PEER_KEY=TEXT uvicorn app:app --workers 2 --loop uvloop --http httptools

- answers are kept in the process for a second (a hot answer costs no round trip), and in Redis under the channel's data
  version, which is read from Postgres at most once a second
- the columns of the windows asked for last are kept in the process, decoded, with V(h) where it was measured
- `If-None-Match` is answered by the version alone; `Cache-Control: no-cache` is computed afresh
"""

import hashlib
import hmac
import os
import time
from collections import OrderedDict
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
import orjson
import redis.asyncio as redis
from fastapi import FastAPI, Request, Response

import database
from questions import DAY_S, EPOCH, QUESTIONS, Window

FRESH_S = 1.0
KEPT_S = 600
WINDOWS_KEPT = 8
ANSWERS_KEPT = 1_000
JSON = "application/json"
PRIVATE = "private, max-age=30"


class State:
    db: asyncpg.Pool
    redis: redis.Redis
    key = hashlib.sha256(os.environ["PEER_KEY"].encode()).digest()

    def __init__(self):
        self.versions = {}  # channel -> (read at, version, as of)
        self.answers = OrderedDict()  # etag -> (read at, body)
        self.windows = OrderedDict()  # (channel, version, start, end) -> columns


state = State()


@asynccontextmanager
async def lifespan(_):
    state.db = await asyncpg.create_pool(os.environ["PEER_POSTGRES"], min_size=2, max_size=4)
    state.redis = redis.from_url(os.environ["PEER_REDIS"])
    yield
    await state.redis.aclose()
    await state.db.close()


app = FastAPI(lifespan=lifespan, openapi_url=None)


def is_allowed(request):
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return scheme == "Bearer" and hmac.compare_digest(hashlib.sha256(key.encode()).digest(), state.key)


def keep(kept, key, value, most):
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)


async def version_of(channel):
    known = state.versions.get(channel)
    now = time.monotonic()
    if known is None or now - known[0] > FRESH_S:
        row = await state.db.fetchrow("SELECT version, as_of FROM channel WHERE channel_id = $1", channel)
        if row is None:
            return None
        known = state.versions[channel] = (now, row["version"], row["as_of"])
    return known


async def columns_of(channel, version, as_of, start, end):
    key = (channel, version, start, end)
    columns = state.windows.get(key)
    if columns is None:
        async with state.db.acquire() as db:
            columns = await database.columns(db, channel, as_of, start, end)
    keep(state.windows, key, columns, WINDOWS_KEPT)
    return columns


def bound(text):
    return int(text) if text.isdecimal() else (date.fromisoformat(text) - EPOCH).days * DAY_S


@app.get("/constant/{size}")
async def constant(size: int):
    """What FastAPI reaches at all on this machine."""
    return Response(CONSTANT[:size], media_type=JSON)


CONSTANT = b" " * (4 << 20)


@app.get("/api/v2/channels/{channel}/{question}")
async def answer(request: Request, channel: int, question: str):
    if not is_allowed(request):
        return Response(status_code=401)
    ask = QUESTIONS.get(question)
    known = await version_of(channel)
    if ask is None or known is None:
        return Response(status_code=404)
    _, version, as_of = known
    query = request.query_params
    start, end = bound(query["from"]), bound(query["to"])
    etag = f'"{channel}-{version}-{question}-{start}-{end}"'
    headers = {"etag": etag, "cache-control": PRIVATE}
    afresh = request.headers.get("cache-control") == "no-cache"
    if not afresh:
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        body = await kept_answer(etag)
        if body is not None:
            return Response(body, headers=headers, media_type=JSON)
    columns = await columns_of(channel, version, as_of, start, end)
    data = ask(columns, Window(columns, start, end))
    meta = {"channel": str(channel), "from": start, "to": end, "tz": "UTC", "as_of": as_of}
    body = orjson.dumps({"data": data, "meta": meta})
    keep(state.answers, etag, (time.monotonic(), body), ANSWERS_KEPT)
    await state.redis.set(etag, body, ex=KEPT_S)
    return Response(body, headers=headers, media_type=JSON)


async def kept_answer(etag):
    now = time.monotonic()
    kept = state.answers.get(etag)
    if kept is not None and now - kept[0] <= FRESH_S:
        return kept[1]
    body = await state.redis.get(etag)
    if body is not None:
        keep(state.answers, etag, (now, body), ANSWERS_KEPT)
    return body
