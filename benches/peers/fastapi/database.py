"""The peer's own Postgres: plain tables, one row a snapshot. `database.py URL FOLDER` fills them from the CSV files.

What a read of one channel's window needs is clustered by the order of the files (channel, post, time), and every
query below goes by a primary key or an index made for it.
"""

import asyncio
import csv
import re
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg
import numpy as np

from questions import BEFORE, DAY_S, EPOCH, Columns

TEXT_CHARS = 280
TAG = re.compile(r"(?<!\w)#(\w*[^\W\d]\w*)")

SCHEMA = """
CREATE TABLE channel (channel_id bigint PRIMARY KEY, version bigint NOT NULL, as_of bigint NOT NULL);
CREATE TABLE post (
    channel_id bigint, post_id bigint, date_utc bigint NOT NULL, views bigint, forwards bigint, reactions bigint,
    replies bigint, media_type text, text text NOT NULL, text_chars integer NOT NULL, hashtags text[] NOT NULL
);
CREATE TABLE snapshot (
    channel_id bigint, post_id bigint, taken_at bigint, views bigint, forwards bigint, reactions bigint, replies bigint
);
CREATE TABLE daily (
    channel_id bigint, day date, subscribers bigint, joined bigint, "left" bigint, notifications_on bigint,
    PRIMARY KEY (channel_id, day)
);
CREATE TABLE source (channel_id bigint, day date, source text, views bigint, PRIMARY KEY (channel_id, day, source));
"""
# after the rows, as one does when loading in bulk
KEYS = """
ALTER TABLE post ADD PRIMARY KEY (channel_id, post_id);
CREATE INDEX post_by_date ON post (channel_id, date_utc, post_id);
ALTER TABLE snapshot ADD PRIMARY KEY (channel_id, post_id, taken_at);
INSERT INTO channel SELECT channel_id, 1, max(taken_at) FROM snapshot GROUP BY channel_id;
"""

FIRST = """
SELECT coalesce(min(date_utc), $2) FROM (
    SELECT date_utc FROM post WHERE channel_id = $1 AND date_utc < $2 ORDER BY date_utc DESC, post_id DESC LIMIT $3
) AS before
"""
POSTS = f"""
SELECT post_id, date_utc, views, forwards, reactions, replies, media_type, left(text, {TEXT_CHARS}) AS text,
    text_chars, hashtags
FROM post WHERE channel_id = $1 AND date_utc >= $2 AND date_utc < $3 ORDER BY date_utc, post_id
"""
# Columns travel as bytes that numpy reads as they are, in the order of the index: a quarter of the time of a row a snapshot.
SNAPSHOTS = """
SELECT string_agg(int8send(post_id), NULL::bytea) AS post_id, string_agg(int8send(taken_at), NULL::bytea) AS taken_at,
    string_agg(int8send(views), NULL::bytea) AS views
FROM (
    SELECT post_id, taken_at, views FROM snapshot
    WHERE channel_id = $1 AND post_id BETWEEN $2 AND $3 AND views IS NOT NULL ORDER BY post_id, taken_at
) AS in_order
"""
DAILY = "SELECT day, subscribers, joined, \"left\", notifications_on FROM daily WHERE channel_id = $1 AND day BETWEEN $2 AND $3"
SOURCES = "SELECT day, source, views FROM source WHERE channel_id = $1 AND day BETWEEN $2 AND $3 AND views IS NOT NULL"


def big_endian(data):
    return np.frombuffer(data or b"", dtype=">i8").astype(np.int64)


def counts(rows, name):
    return np.array([row[name] for row in rows], dtype=float)


def places(names):
    """(place of each name in the list of them, the list); -1 for none."""
    known = sorted({name for name in names if name is not None})
    place = {name: i for i, name in enumerate(known)} | {None: -1}
    return np.array([place[name] for name in names], dtype=np.int64), known


def in_order(posts, snapshots):
    """Offsets, instants and views of the snapshots of these posts, in the order of the posts."""
    owner, at, views = (big_endian(snapshots[name]) for name in ("post_id", "taken_at", "views"))
    start, end = np.searchsorted(owner, posts, "left"), np.searchsorted(owner, posts, "right")
    offsets = np.concatenate([[0], np.cumsum(end - start)])
    source = np.repeat(start - offsets[:-1], end - start) + np.arange(offsets[-1])
    return offsets, at[source], views[source].astype(float)


async def columns(db, channel, as_of, start, end):
    """What every question about the window `start <= date < end` needs."""
    first = await db.fetchval(FIRST, channel, start, BEFORE)
    rows = await db.fetch(POSTS, channel, first, end)
    post_id = np.array([row["post_id"] for row in rows], dtype=np.int64)
    bounds = (int(post_id.min()), int(post_id.max())) if len(rows) else (0, -1)
    snapshots = await db.fetchrow(SNAPSHOTS, channel, *bounds)
    offsets, at, seen = in_order(post_id, snapshots)
    first_day, last_day = (EPOCH + timedelta(days=at // DAY_S) for at in (start - (end - start), end))
    daily = await db.fetch(DAILY, channel, first_day, last_day)
    sources = await db.fetch(SOURCES, channel, first_day, last_day)
    media_type, media_types = places([row["media_type"] for row in rows])
    tags = [(i, tag) for i, row in enumerate(rows) for tag in row["hashtags"]]
    tag, tag_names = places([tag for _, tag in tags])
    return Columns(
        as_of=as_of, post_id=post_id, date=np.array([row["date_utc"] for row in rows], dtype=np.int64),
        views=counts(rows, "views"), forwards=counts(rows, "forwards"), reactions=counts(rows, "reactions"),
        replies=counts(rows, "replies"), media_type=media_type, media_types=media_types,
        text=[row["text"] for row in rows], text_chars=np.array([row["text_chars"] for row in rows], dtype=np.int64),
        tag=tag, tag_post=np.array([i for i, _ in tags], dtype=np.int64), tags=tag_names,
        offsets=offsets, at=at, seen=seen,
        daily={(row["day"] - EPOCH).days: tuple(row)[1:] for row in daily},
        sources=[((row["day"] - EPOCH).days, row["source"], row["views"]) for row in sources],
    )


def posts_of(file):
    for row in csv.DictReader(file):
        numbers = [int(row[name]) if row[name] else None for name in ("views", "forwards", "reactions", "replies")]
        text = row["text"]
        tags = sorted({tag.lower() for tag in TAG.findall(text)})
        yield (
            int(row["channel_id"]), int(row["post_id"]), int(row["date_utc"]), *numbers, row["media_type"] or None,
            text, len(text), tags,
        )


async def fill(url, folder):
    db = await asyncpg.connect(url)
    await db.execute(SCHEMA)
    with open(folder / "posts.csv", encoding="utf-8", newline="") as file:
        await db.copy_records_to_table("post", records=posts_of(file))
    for table in ("snapshot", "daily", "source"):
        name = "daily" if table == "daily" else table + "s"
        await db.copy_to_table(table, source=folder / f"{name}.csv", format="csv", header=True)
    await db.execute(KEYS)
    await db.execute("VACUUM ANALYZE")
    await db.close()


if __name__ == "__main__":
    asyncio.run(fill(sys.argv[1], Path(sys.argv[2])))
