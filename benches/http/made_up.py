"""Made-up channels as the four CSV files of `analyticbot import`: a year of posts, read at growing ages.

The same shape and seed give the same bytes with the versions of requirements.txt. Run as
`made_up.py CHANNELSxPOSTSxSNAPSHOTS FOLDER`, in the bench's own Python environment (numpy, polars).
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20250101
START = 1_735_689_600  # 2025-01-01
DAYS = 365
DAY_S = 86_400
# unix seconds; the posts file is read then, and it is every post's newest snapshot
END = START + DAYS * DAY_S

# Hours after posting at which a collector reads; a post too young for them is read at even distances.
AGES_H = np.array([0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 336, 720])
LATE_S = 120
POSTING_HOURS = np.array([1, 1, 1, 1, 1, 1, 3, 8, 14, 15, 12, 10, 13, 12, 9, 9, 10, 12, 16, 18, 15, 12, 7, 3], dtype=float)
MEDIA_TYPES = ["text", "photo", "video", "album", "poll"]
ORIGINS = ["followers", "channels", "groups", "private_chats", "search", "url", "other"]
ORIGIN_SHARES = np.array([0.62, 0.13, 0.07, 0.05, 0.06, 0.03, 0.04])
SENTENCES = [
    "What the far side of the Moon looks like in the evening. ",
    "Сегодня в канале: новости, обзоры и немного цифр, как обычно по будням. ",
    "Bugun kanalda: yangiliklar, sharhlar va biroz raqamlar. ",
    "Nine pictures, two of them \"in colour\", and a question at the end, as always. ",
]


class Channel:
    """The rows of one channel. `number` is its id in the files, from 1 on."""

    def __init__(self, number, posts, snapshots):
        self.dice = np.random.Generator(np.random.PCG64([SEED, number]))
        self.number = number
        self.subscribers = np.int64(5_000 * np.exp(self.dice.normal(1.5, 0.8)))
        # some channels have no comments
        self.has_replies = number % 3 != 0
        self.make_posts(posts)
        self.make_snapshots(snapshots)

    def make_posts(self, count):
        dice = self.dice
        day = np.sort(dice.integers(0, DAYS, count))
        hour = dice.choice(24, count, p=POSTING_HOURS / POSTING_HOURS.sum())
        # the last minutes of the year stay empty: every post has room for its snapshots
        second = np.minimum(hour * 3600 + dice.integers(0, 3600, count), DAY_S - 1_800)
        self.date = np.sort(START + day * DAY_S + second)
        self.post_id = np.cumsum(dice.integers(1, 4, count))
        self.media = dice.choice(len(MEDIA_TYPES), count, p=[0.3, 0.4, 0.15, 0.1, 0.05])
        hour_effect = 0.12 * np.sin((self.date // 3600 % 24) / 24 * 2 * np.pi)
        viral = (dice.random(count) < 0.02) * dice.uniform(0.9, 1.8, count)
        self.final = self.subscribers * 0.4 * np.exp(dice.normal(0, 0.3, count) + hour_effect + viral)
        sentence = dice.integers(0, len(SENTENCES), count)
        repeats = dice.integers(0, 8, count)
        tag = dice.integers(0, 90, count)
        self.text = [SENTENCES[s] * r + f"#tag{t}" if r else "" for s, r, t in zip(sentence, repeats, tag)]

    def make_snapshots(self, count):
        dice, posts = self.dice, len(self.date)
        room = END - self.date
        ages = AGES_H[np.linspace(0, len(AGES_H) - 1, count - 1).round().astype(int)] * 3600
        at = ages + dice.integers(0, LATE_S, (posts, count - 1))
        even = room[:, None] * np.arange(1, count)[None, :] / count
        fits = ages[-1] + LATE_S < room
        at = np.where(fits[:, None], at, even).astype(np.int64)
        age = np.concatenate([at, room[:, None]], axis=1)
        # half of the views after a day
        share = (age / (age + DAY_S)) ** 0.8
        self.at = self.date[:, None] + age
        self.views = np.int64(self.final[:, None] * share)
        self.forwards = self.views * dice.integers(2, 20, (posts, 1)) // 1_000
        self.reactions = self.views * dice.integers(5, 50, (posts, 1)) // 1_000
        self.replies = self.views * dice.integers(0, 5, (posts, 1)) // 1_000

    def posts(self):
        def newest(column):
            return column[:, -1]

        return pl.DataFrame({
            "channel_id": np.full(len(self.date), self.number), "post_id": self.post_id, "date_utc": self.date,
            "views": newest(self.views), "forwards": newest(self.forwards), "reactions": newest(self.reactions),
            "replies": self.replies_or_nothing(newest(self.replies)),
            "media_type": [MEDIA_TYPES[media] for media in self.media], "text": self.text,
        })

    def snapshots(self):
        each = self.at.shape[1]
        return pl.DataFrame({
            "channel_id": np.full(self.at.size, self.number), "post_id": np.repeat(self.post_id, each),
            "taken_at_utc": self.at.ravel(), "views": self.views.ravel(), "forwards": self.forwards.ravel(),
            "reactions": self.reactions.ravel(), "replies": self.replies_or_nothing(self.replies.ravel()),
        })

    def replies_or_nothing(self, column):
        return pl.Series(column, dtype=pl.Int64) if self.has_replies else pl.Series([None] * len(column), dtype=pl.Int64)

    def daily(self):
        dice = self.dice
        joined = dice.integers(20, 90, DAYS)
        left = dice.integers(15, 80, DAYS)
        return pl.DataFrame({
            "channel_id": np.full(DAYS, self.number), "day": days(),
            "subscribers": self.subscribers + np.cumsum(joined - left), "joined": joined, "left": left,
            "notifications_on": pl.Series([None] * DAYS, dtype=pl.Int64),
        })

    def sources(self):
        views = np.int64(self.subscribers * ORIGIN_SHARES * self.dice.uniform(0.7, 1.3, (DAYS, len(ORIGINS))))
        return pl.DataFrame({
            "channel_id": np.full(views.size, self.number), "day": [day for day in days() for _ in ORIGINS],
            "source": ORIGINS * DAYS, "views": views.ravel(),
        })


def days():
    return [(date(2025, 1, 1) + timedelta(days=day)).isoformat() for day in range(DAYS)]


def write(channels, posts, snapshots, folder):
    """One file a kind, channel after channel: a channel at a time is in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = ["posts", "snapshots", "daily", "sources"]
    files = {kind: open(folder / f"{kind}.csv", "wb") for kind in kinds}
    for number in range(1, channels + 1):
        channel = Channel(number, posts, snapshots)
        for kind, file in files.items():
            getattr(channel, kind)().write_csv(file, include_header=number == 1)
    for file in files.values():
        file.close()


def main():
    shape, folder = sys.argv[1:]
    channels, posts, snapshots = (int(part) for part in shape.split("x"))
    write(channels, posts, snapshots, Path(folder))


if __name__ == "__main__":
    main()
