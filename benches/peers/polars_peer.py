"""The standard questions in polars, in process: checks every answer, then prints the time of each.

    polars_peer.py FOLDER FROM TO ANSWERS.json     a channel's CSV files, a window (unix seconds), what is right

Prints {"question": seconds, ...}, medians. The frames are in memory and sorted beforehand.
"""

import math
import sys
from pathlib import Path

import polars as pl
from polars import col

from timing import AGES_H, BEFORE, BEFORE_MIN, DAY_S, HOUR_S, WEEK_S, Z80, low_high, run

COUNTS = ["views", "forwards", "reactions", "replies"]
HALF_PI = math.pi / 2


class Channel:
    def __init__(self, folder, start, end):
        self.start, self.end = start, end
        self.first_day, self.last_day = start // DAY_S, (end - 1) // DAY_S
        posts = pl.read_csv(folder / "posts.csv", schema_overrides={"text": pl.String, "replies": pl.Int64})
        posts = posts.sort("date_utc", "post_id").with_columns(
            day=col("date_utc") // DAY_S, text_chars=col("text").fill_null("").str.len_chars(),
            hashtags=col("text").fill_null("").str.extract_all(r"#\w*[^\W\d]\w*").list.eval(pl.element().str.to_lowercase().unique()),
            text=col("text").fill_null("").str.slice(0, 280), er=er(),
        )
        self.snapshots = (
            pl.read_csv(folder / "snapshots.csv", columns=["post_id", "taken_at_utc", "views"])
            .rename({"taken_at_utc": "at", "views": "seen"})
            .join(posts.select("post_id", "date_utc"), on="post_id")
            .sort("post_id", "at")
            .with_columns(
                at_before=col("at").shift().over("post_id").fill_null(col("date_utc")),
                seen_before=col("seen").shift().over("post_id").fill_null(0),
            )
            .drop("date_utc")
            .sort("at")
        )
        self.as_of = self.snapshots["at"].max()
        day = (col("day").str.to_date() - pl.date(1970, 1, 1)).dt.total_days()
        self.daily = pl.read_csv(folder / "daily.csv", schema_overrides={"notifications_on": pl.Int64}).with_columns(day=day)
        self.sources = pl.read_csv(folder / "sources.csv").with_columns(day=day).drop("channel_id")
        self.all_posts = posts.with_row_index("place")
        self.daily = self.daily.drop("channel_id")

    def posts(self):
        return self.all_posts.filter(col("date_utc").is_between(self.start, self.end, closed="left"))

    def days(self):
        days = pl.DataFrame({"day": pl.int_range(self.first_day, self.last_day + 1, eager=True)})
        return days.join(self.daily, on="day", how="left", maintain_order="left")

    def facts(self):
        return self.daily.filter(col("day").is_between(self.first_day, self.last_day))

    def views_at(self, posts, age_s, name="v"):
        """V at an age, an expression in seconds, beside the posts."""
        gap = pl.max_horizontal(pl.lit(2 * HOUR_S), col("age"))
        slope = (col("seen") - col("seen_before")) / (col("at") - col("at_before"))
        return (
            posts.with_columns(age=age_s).with_columns(target=col("date_utc") + col("age"))
            .sort("target")
            .join_asof(self.snapshots, left_on="target", right_on="at", by="post_id", strategy="forward", check_sortedness=False)
            .with_columns(
                pl.when(col("at") - col("at_before") <= gap)
                .then(col("seen_before") + slope * (col("target") - col("at_before")))
                .alias(name)
            )
            .drop("age", "target", "at", "seen", "at_before", "seen_before")
        )


def er():
    parts = pl.sum_horizontal("forwards", "reactions", "replies")
    known = pl.any_horizontal(col("forwards", "reactions", "replies").is_not_null())
    return pl.when(known & (col("views") > 0)).then(parts / col("views"))


def known_sum(name):
    return pl.when((col(name).count() > 0) | (pl.len() == 0)).then(col(name).sum()).alias(name)


def divide(a, b):
    return None if a is None or not b else a / b


def day_name():
    return (pl.date(1970, 1, 1) + pl.duration(days=col("day"))).dt.to_string("%Y-%m-%d").alias("day")


def overview(channel):
    sums = channel.posts().select(pl.len().alias("posts"), *map(known_sum, COUNTS), col("views").count().alias("counted"))
    row = sums.with_columns(er=er()).row(0, named=True)
    known = channel.facts()["subscribers"].drop_nulls()
    subscribers = known[-1] if len(known) else None
    growth = known[-1] - known[0] if len(known) else None
    reach = divide(row["views"], row.pop("counted"))
    return row | {
        "avg_reach": reach, "subscribers": subscribers, "err": divide(reach, subscribers), "growth": growth,
        "growth_pct": divide(growth, known[0]) if len(known) else None,
    }


def daily(channel):
    by_day = channel.posts().group_by("day").agg(pl.len().alias("posts"), *map(known_sum, COUNTS)).with_columns(er=er())
    rows = channel.days().join(by_day, on="day", how="left", maintain_order="left")
    none = col("posts").is_null()
    rows = rows.with_columns(
        posts=col("posts").fill_null(0),
        **{count: pl.when(none).then(0).otherwise(col(count)) for count in COUNTS},
    )
    return rows.with_columns(day_name()).to_dicts()


def growth(channel):
    rows = channel.days().with_columns(net=col("joined") - col("left"))
    joined, left = (rows[name].sum() if rows[name].count() else None for name in ("joined", "left"))
    net = None if joined is None or left is None else joined - left
    churn = divide(left, rows["subscribers"].mean())
    return {"days": rows.with_columns(day_name()).to_dicts(), "joined": joined, "left": left, "net": net, "churn": churn}


def sorted_low_high(values):
    values = values.drop_nulls().sort()
    low, high = low_high(len(values))
    return (None, None) if low is None else (values[low], values[high])


def old_total(channel):
    return pl.when(col("date_utc") + WEEK_S <= channel.as_of).then(col("views")).cast(pl.Float64)


def reach(channel):
    posts = channel.posts().join(channel.daily.select("day", "subscribers"), on="day", how="left")
    ages = []
    for h in AGES_H:
        found = channel.views_at(posts, pl.lit(h * HOUR_S))
        unknown, old = col("v").is_null(), col("date_utc") + h * HOUR_S <= channel.as_of
        row = found.select(
            n=col("v").count(), too_young=(unknown & ~old).sum(), unmeasured=(unknown & old).sum(),
            reach=col("v").median(), err=(col("v") / col("subscribers")).median(),
        ).row(0, named=True)
        low, high = sorted_low_high(found["v"])
        ages.append({"h": h, **row, "low": low, "high": high})
    totals = posts.select(old_total(channel)).to_series().drop_nulls()
    (low, high), middle = sorted_low_high(totals), totals.median()
    subscribers = channel.facts()["subscribers"].drop_nulls()
    err = divide(middle, subscribers[-1] if len(subscribers) else None)
    total = {"n": len(totals), "reach": middle, "err": err, "low": low, "high": high}
    return {"as_of": channel.as_of, "posts": len(posts), "ages": ages, "total": total}


def view_curve(channel):
    posts, rows = channel.posts(), []
    for h in AGES_H:
        share = pl.when(col("views") > 0).then(col("v") / col("views"))
        row = channel.views_at(posts, pl.lit(h * HOUR_S)).select(
            n=col("v").count(), mean_views=col("v").mean(), median_views=col("v").median(), mean_share=share.mean()
        )
        rows.append({"h": h, **row.row(0, named=True)})
    return rows


def performance(channel, place):
    posts = channel.all_posts.slice(max(0, place - BEFORE), min(place, BEFORE) + 1)
    age = channel.as_of - posts["date_utc"][-1]
    found = channel.views_at(posts, pl.lit(age)).sort("place")["v"]
    return divide(found[-1], found[:-1].median())


def growth_rate(channel, post_id):
    rows = channel.snapshots.filter(col("post_id") == post_id).tail(2)
    if len(rows) < 2:
        return None
    return (rows["seen"][1] - rows["seen"][0]) / ((rows["at"][1] - rows["at"][0]) / HOUR_S)


def top(channel):
    best = channel.posts().filter(col("views") >= 100).sort(["er", "post_id"], descending=[True, False], nulls_last=True).head(10)
    names = ["post_id", "date_utc", *COUNTS, "media_type", "text", "er"]
    return [
        {name: row[name] for name in names}
        | {"performance": performance(channel, row["place"]), "growth_rate": growth_rate(channel, row["post_id"]), "ctr": None}
        for row in best.to_dicts()
    ]


def lifts(channel):
    """Outcome and x of the window's posts, in order."""
    posts = channel.views_at(channel.posts(), pl.lit(24 * HOUR_S)).sort("place")
    if 2 * posts["v"].count() < len(posts):
        posts = posts.with_columns(v=old_total(channel))
    base = col("v").shift().rolling_median(BEFORE, min_samples=BEFORE_MIN)
    good = posts.filter(col("v") > 0).select("place", x=(col("v") / base).log())
    return posts.join(good, on="place", how="left", maintain_order="left")


def shrink(rows, by):
    """Empirical Bayes: n, median, score and error of the groups of x; a frame with the key `by`."""
    rows = rows.filter(col("x").is_not_null())
    cells = rows.group_by(by).agg(
        n=pl.len(), median=col("x").median(), squares=((col("x") - col("x").mean()) ** 2).sum()
    )
    n_all, k_all = cells["n"].sum(), len(cells)
    sigma2 = cells["squares"].sum() / (n_all - k_all) if n_all > k_all else 0.0
    if sigma2 <= 1e-20:
        mu = (cells["n"] * cells["median"]).sum() / n_all if n_all else None
        return cells.with_columns(score=pl.lit(mu), error=pl.lit(None, dtype=pl.Float64)), mu
    s2 = HALF_PI * sigma2 / cells["n"]
    w = 1 / s2
    mu = (w * cells["median"]).sum() / w.sum()
    q = (w * (cells["median"] - mu) ** 2).sum()
    tau2 = max(0.0, (q - (k_all - 1)) / (w.sum() - (w * w).sum() / w.sum())) if k_all > 1 else 0.0
    var_mu = (w**2 * (s2 + tau2)).sum() / w.sum() ** 2
    return cells.with_columns(
        score=mu + tau2 / (tau2 + s2) * (cells["median"] - mu),
        error=(tau2 * s2 / (tau2 + s2) + (s2 / (tau2 + s2)) ** 2 * var_mu).sqrt(),
    ), mu


def weekday():
    return (col("day") + 3) % 7


def heatmap(channel):
    cell = weekday() * 24 + col("date_utc") // HOUR_S % 24
    cells, mu = shrink(lifts(channel).with_columns(cell=cell), "cell")
    every = pl.DataFrame({"cell": pl.int_range(168, eager=True)}).join(cells, on="cell", how="left", maintain_order="left")
    score = col("score").fill_null(mu)
    return every.select(
        dow=col("cell") // 24, hour=col("cell") % 24, n=col("n").fill_null(0), median=col("median"), score=score,
        lift=score.exp() - 1,
    ).to_dicts()


def trending(channel):
    y, mean = col("y"), col("mean")
    e = y - mean.shift()
    variance = col("square").ewm_mean(alpha=0.2, adjust=False)
    rows = (
        channel.posts().filter(col("views").is_not_null())
        .with_row_index("i").with_columns(y=(1 + col("views")).log())
        .with_columns(mean=y.ewm_mean(alpha=0.2, adjust=False))
        # v_i = 0.8 v_(i-1) + 0.2 (0.8 e_i^2)
        .with_columns(square=(0.8 * e**2).fill_null(0.0), e=e)
        .with_columns(variance=variance.shift())
        .with_columns(
            z=pl.when(y.std() > 0).then((y - y.mean()) / y.std()),
            ewz=pl.when((col("i") >= 10) & (col("variance") > 0)).then(col("e") / col("variance").sqrt()),
            expected_views=mean.shift().exp() - 1,
        )
        .filter((col("z") >= 2) | (col("ewz") >= 3))
        .with_columns(by=pl.max_horizontal("z", "ewz"))
        .sort(["by", "post_id"], descending=[True, False])
        .head(20)
    )
    return rows.select("post_id", "date_utc", "views", "z", "ewz", "expected_views", "text").to_dicts()


def sources(channel):
    def sums(first, last):
        rows = channel.sources.filter(col("day").is_between(first, last) & col("views").is_not_null())
        return rows, rows.group_by("source").agg(col("views").sum())

    count = channel.last_day - channel.first_day + 1
    rows, now = sums(channel.first_day, channel.last_day)
    _, before = sums(channel.first_day - count, channel.first_day - 1)
    change = pl.when(col("before") > 0).then(col("views") / col("before") - 1)
    table = now.join(before.rename({"views": "before"}), on="source", how="left").select(
        "source", "views", share=col("views") / col("views").sum(), change=change
    ).sort(["views", "source"], descending=[True, False])
    days = rows.pivot(on="source", index="day", values="views").sort("day").with_columns(day_name())
    return {"sources": table.to_dicts(), "days": days.to_dicts()}


LENGTHS = ["0", "1-99", "100-299", "300-999", "1000+"]
POSTS_A_DAY = ["1", "2-3", "4-6", "7-12", "13+"]


def band(number, highest, names):
    """The name of the first band whose highest number is not below this one."""
    named = pl.lit(names[-1])
    for high, name in reversed(list(zip(highest, names))):
        named = pl.when(number <= high).then(pl.lit(name)).otherwise(named)
    return named


def content(channel):
    rows = lifts(channel).with_columns(
        weekday=weekday().cast(pl.String),
        length=band(col("text_chars"), [0, 99, 299, 999], LENGTHS),
        a_day=band(pl.len().over("day"), [1, 3, 6, 12], POSTS_A_DAY),
        media_type=col("media_type").fill_null("unknown"),
    )

    def groups(rows, by, order=None, most=None):
        size = rows.group_by(by).agg(size=pl.len(), measured=col("x").count(), median_views=col("v").median())
        if order is None:
            size = size.sort(["size", by], descending=[True, False])
            size = size.head(most) if most else size
        else:
            size = size.sort(col(by).replace_strict({name: i for i, name in enumerate(order)}))
        cells, mu = shrink(rows.join(size.select(by), on=by, how="semi"), by)
        table = size.join(cells, on=by, how="left", maintain_order="left")
        score, spread = col("score").fill_null(mu), Z80 * col("error")
        return table.select(
            name=col(by), n=col("size"), measured=col("measured"), median_views=col("median_views"),
            median=col("median"), lift=score.exp() - 1, low=(score - spread).exp() - 1, high=(score + spread).exp() - 1,
        ).to_dicts()

    tagged = rows.explode("hashtags").filter(col("hashtags").is_not_null())
    return {
        "media_type": groups(rows, "media_type"),
        "length": groups(rows, "length", LENGTHS),
        "hashtag": groups(tagged, "hashtags", most=20),
        "weekday": groups(rows, "weekday", list("0123456")),
        "posts_a_day": groups(rows, "a_day", POSTS_A_DAY),
    }


def dashboard(channel):
    return {
        "overview": overview(channel), "daily": daily(channel), "top": top(channel), "view_curve": view_curve(channel),
        "heatmap": heatmap(channel), "trending": trending(channel), "reach": reach(channel), "growth": growth(channel),
    }


QUESTIONS = {
    "overview": overview, "daily": daily, "growth": growth, "reach": reach, "view-curve": view_curve, "top-posts": top,
    "sources": sources, "content": content, "trending": trending, "heatmap": heatmap, "dashboard": dashboard,
}

if __name__ == "__main__":
    run(Channel(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])), QUESTIONS, sys.argv[4])
