#!/usr/bin/env python3
"""The standard questions once more, in plain Python, written from the product's definitions and not from its code.

A second opinion for tests: it reads the same CSV files as `analyticbot import` and prints the `data` of
`analyticbot stats CHANNEL QUESTION --json`, as JSON on standard output. Slow and simple on purpose.

    questions.py QUESTION --posts FILE [--posts-taken-at T] [--snapshots FILE] [--daily FILE] [--sources FILE]
                 [--channel NAME] [--tz ZONE] [--from F] [--to T] [--hours 1,24] [--max-gap H|any]
                 [--measure reach24|total] [--sort COLUMN] [--min-views N] [--limit N] [--post-id ID] [--now T]
                 [--text-chars N] [--objective 3h|24h|total]

QUESTION    overview daily growth reach view-curve top sources content heatmap trending compare dashboard posts
            post-views best-times; or `all`: an object of the answers about one channel's window, by question
            (without best-times, which has no window and no shape of its own here, see there)
--posts     posts file; its counters are one snapshot at --posts-taken-at (instant or RFC 3339; also --taken-at).
            Import it before the snapshots file: a row that repeats the newest snapshot would add none.
--channel   name or number as in the files; may be left out when the posts file holds one channel
--tz        the zone of the question, default UTC (give the same to `import --tz` or to `stats --tz`)
--from/--to days or instants; defaults as in the definitions
--now       stands in for the newest post in a channel without posts (unix seconds)
--text-chars texts are cut to so many characters, as lists do (default 280; 0: whole texts)

What a comparison has to know:
- numbers agree to 1e-9 relative; `null` agrees only with `null`
- `compare` looks at every channel of the files; a title is not in a CSV file, so here it is the channel's name
- `posts` lists the window's posts newest first, without pages; `next` is null
- days of `sources` are those of which something is known; growth and daily have every day of the window

Choices where the definitions leave room:
- a day of the window is one that it touches; subscribers and growth are of the rows that know a subscriber count
- the mean of views divides by the posts whose views are known
- low and high of reach: the k-th value from either end, k the largest with P(Binomial(n, 1/2) < k) <= 10 %
- content: the interval is score -+ 1.2816 e with e^2 = tau2 s2 / (tau2 + s2) + (s2 / (tau2 + s2))^2 Var(mu),
  Var(mu) = sum w^2 (s2 + tau2) / (sum w)^2; groups of one kind are shrunk towards each other; 20 hashtags of most
  posts
"""

import argparse
import csv
import json
import math
import re
import statistics
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

AGES = [1, 3, 6, 12, 24, 48, 72, 168]
COUNTS = ["views", "forwards", "reactions", "replies"]
WEEK = 7 * 86400

csv.field_size_limit(sys.maxsize)


# ---- reading -------------------------------------------------------------------------------------------------

def instant(text):
    text = text.strip()
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return math.floor(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def number(cell):
    cell = (cell or "").strip()
    return int(cell) if cell else None


def name_of(row):
    return (row.get("channel") or row.get("channel_id") or "").strip().lstrip("@").lower()


def rows_of(path):
    if path is None:
        return
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


class Post:
    def __init__(self, post_id, at, media_type, text):
        self.id, self.at, self.media_type, self.text = post_id, at, media_type, text
        self.snapshots = {}  # instant -> counters

    def add(self, at, counters):
        if any(value is not None for value in counters.values()):
            self.snapshots[at] = counters

    def readings(self):
        """(instant, views) in time order."""
        return [(at, c["views"]) for at, c in sorted(self.snapshots.items()) if c["views"] is not None]

    def newest(self, count):
        known = [c[count] for _, c in sorted(self.snapshots.items()) if c[count] is not None]
        return known[-1] if known else None

    def settle(self):
        for count in COUNTS:
            setattr(self, count, self.newest(count))
        self.series = self.readings()


class Channel:
    def __init__(self, name):
        self.name = name
        self.posts, self.daily, self.sources = {}, {}, {}

    def settle(self):
        for post in self.posts.values():
            post.settle()
        self.order = sorted(self.posts.values(), key=lambda post: (post.at, post.id))
        self.place = {post.id: place for place, post in enumerate(self.order)}
        instants = [at for post in self.order for at in post.snapshots]
        self.as_of = max(instants) if instants else None


def load(options):
    channels = {}

    def channel(row):
        return channels.setdefault(name_of(row), Channel(name_of(row)))

    for row in rows_of(options.posts):
        post = Post(int(row["post_id"]), instant(row["date_utc"]), row.get("media_type") or None, row.get("text") or "")
        post.add(options.taken_at, {count: number(row.get(count)) for count in COUNTS})
        channel(row).posts[post.id] = post
    for row in rows_of(options.snapshots):
        post = channel(row).posts[int(row["post_id"])]
        post.add(instant(row["taken_at_utc"]), {count: number(row.get(count)) for count in COUNTS})
    for row in rows_of(options.daily):
        facts = {key: number(row.get(key)) for key in ["subscribers", "joined", "left", "notifications_on"]}
        channel(row).daily[date.fromisoformat(row["day"])] = facts
    for row in rows_of(options.sources):
        channel(row).sources[date.fromisoformat(row["day"]), row["source"]] = number(row["views"])
    for one in channels.values():
        one.settle()
    return channels


# ---- windows -------------------------------------------------------------------------------------------------

class Window:
    def __init__(self, start, end, zone):
        self.start, self.end, self.zone = start, end, zone
        self.first, self.last = self.day(start), self.day(end - 1)

    def day(self, at):
        return datetime.fromtimestamp(at, self.zone).date()

    def clock(self, at):
        local = datetime.fromtimestamp(at, self.zone)
        return local.weekday(), local.hour

    def days(self):
        return [self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1)]

    def previous(self):
        count = len(self.days())
        if self.start == midnight(self.first, self.zone) and self.end == midnight(self.last + timedelta(days=1), self.zone):
            return Window(midnight(self.first - timedelta(days=count), self.zone), self.start, self.zone)
        return Window(self.start - (self.end - self.start), self.start, self.zone)


def midnight(day, zone):
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def window_of(channel, options):
    zone = timezone.utc if options.tz.upper() == "UTC" else ZoneInfo(options.tz)

    def bound(text):
        if text is None:
            return None
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return midnight(date.fromisoformat(text), zone)
        return instant(text)

    start, end = bound(options.start), bound(options.end)
    newest = channel.order[-1].at if channel.order else options.now
    newest_day = datetime.fromtimestamp(newest, zone).date()
    if end is None:
        end = midnight(newest_day + timedelta(days=1), zone)
        if start is not None and start >= end:
            end = midnight(datetime.fromtimestamp(start, zone).date() + timedelta(days=30), zone)
    if start is None:
        last = datetime.fromtimestamp(end - 1, zone).date()
        start = midnight(last - timedelta(days=29), zone)
    if start >= end:
        sys.exit("from has to be earlier than to")
    return Window(start, end, zone)


def posts_in(channel, window):
    return [post for post in channel.order if window.start <= post.at < window.end]


def facts_in(channel, window):
    return [(day, channel.daily[day]) for day in sorted(channel.daily) if window.first <= day <= window.last]


# ---- arithmetic ----------------------------------------------------------------------------------------------

def divide(a, b):
    return None if a is None or not b else a / b


def total(values):
    """Sum of what is known; 0 of nothing at all, unknown when nothing is known."""
    values = list(values)
    known = [value for value in values if value is not None]
    return sum(known) if known or not values else None


def known_total(values):
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values) if values else None


def rate(views, *components):
    known = [component for component in components if component is not None]
    return divide(sum(known), views) if known else None


def post_er(post):
    return rate(post.views, post.forwards, post.reactions, post.replies)


def views_at(post, age_s, max_gap):
    """V of a post at an age in seconds."""
    target = post.at + age_s
    before = (post.at, 0)
    for reading in post.series:
        if reading[0] < post.at:
            continue
        if reading[0] >= target:
            widest = {"usual": max(7200, age_s), "any": math.inf}.get(max_gap)
            if widest is None:
                widest = int(max_gap) * 3600
            if reading[0] - before[0] > widest:
                return None
            if reading[0] == target:
                return float(reading[1])
            return before[1] + (reading[1] - before[1]) * (target - before[0]) / (reading[0] - before[0])
        before = reading
    return None


def old_enough(channel, post, age_s):
    return channel.as_of is None or post.at + age_s <= channel.as_of


def median_interval(values):
    values = sorted(values)
    n, k, below = len(values), 0, 0
    while k < n:
        below += math.comb(n, k)
        if 10 * below > 2**n:
            break
        k += 1
    return (values[k - 1], values[n - k]) if k else (None, None)


def shrink(cells):
    """Empirical Bayes: a dict of lists to a dict of (median, score, standard error or None)."""
    filled = {key: xs for key, xs in cells.items() if xs}
    n_all, k_all = sum(map(len, filled.values())), len(filled)
    if n_all == 0:
        return {key: (None, None, None) for key in cells}
    m = {key: statistics.median(xs) for key, xs in filled.items()}
    sigma2 = 0
    if n_all > k_all:
        spread = [(x - math.fsum(xs) / len(xs)) ** 2 for xs in filled.values() for x in xs]
        sigma2 = math.fsum(spread) / (n_all - k_all)
    if sigma2 <= 1e-20:  # 0 but for rounding
        mu = math.fsum(len(filled[key]) * m[key] for key in filled) / n_all
        return {key: (m.get(key), mu, None) for key in cells}
    s2 = {key: math.pi / 2 * sigma2 / len(filled[key]) for key in filled}
    w = {key: 1 / s2[key] for key in filled}
    sum_w = math.fsum(w.values())
    mu = math.fsum(w[key] * m[key] for key in filled) / sum_w
    q = math.fsum(w[key] * (m[key] - mu) ** 2 for key in filled)
    tau2 = 0
    if k_all > 1:
        tau2 = max(0, (q - (k_all - 1)) / (sum_w - math.fsum(x * x for x in w.values()) / sum_w))
    var_mu = math.fsum(w[key] ** 2 * (s2[key] + tau2) for key in filled) / sum_w**2
    result = {}
    for key in cells:
        if key in filled:
            shrinkage = s2[key] / (tau2 + s2[key])
            score = mu + tau2 / (tau2 + s2[key]) * (m[key] - mu)
            error = math.sqrt(tau2 * s2[key] / (tau2 + s2[key]) + shrinkage**2 * var_mu)
            result[key] = (m[key], score, error)
        else:
            result[key] = (None, mu, math.sqrt(tau2 + var_mu))
    return result


# ---- questions -----------------------------------------------------------------------------------------------

def overview(channel, window, options):
    posts = posts_in(channel, window)
    sums = {count: total(getattr(post, count) for post in posts) for count in COUNTS}
    counted = sum(post.views is not None for post in posts)
    avg_reach = divide(sums["views"], counted)
    known = [facts["subscribers"] for _, facts in facts_in(channel, window) if facts["subscribers"] is not None]
    subscribers = known[-1] if known else None
    growth = known[-1] - known[0] if known else None
    return {
        "posts": len(posts), **sums, "avg_reach": avg_reach, "subscribers": subscribers,
        "err": divide(avg_reach, subscribers),
        "er": rate(sums["views"], sums["forwards"], sums["reactions"], sums["replies"]),
        "growth": growth, "growth_pct": divide(growth, known[0]) if known else None,
    }


def daily(channel, window, options):
    by_day = defaultdict(list)
    for post in posts_in(channel, window):
        by_day[window.day(post.at)].append(post)
    rows = []
    for day in window.days():
        sums = {count: total(getattr(post, count) for post in by_day[day]) for count in COUNTS}
        facts = channel.daily.get(day, {})
        rows.append({
            "day": day.isoformat(), "posts": len(by_day[day]), **sums,
            "er": rate(sums["views"], sums["forwards"], sums["reactions"], sums["replies"]),
            **{key: facts.get(key) for key in ["subscribers", "joined", "left", "notifications_on"]},
        })
    return rows


def growth(channel, window, options):
    def net(joined, left):
        return None if joined is None or left is None else joined - left

    days = []
    for day in window.days():
        facts = channel.daily.get(day, {})
        joined, left = facts.get("joined"), facts.get("left")
        days.append({
            "day": day.isoformat(), "subscribers": facts.get("subscribers"), "joined": joined, "left": left,
            "net": net(joined, left), "notifications_on": facts.get("notifications_on"),
        })
    joined = known_total(day["joined"] for day in days)
    left = known_total(day["left"] for day in days)
    subscribers = mean(day["subscribers"] for day in days if day["subscribers"] is not None)
    return {"days": days, "joined": joined, "left": left, "net": net(joined, left), "churn": divide(left, subscribers)}


def reach(channel, window, options):
    posts = posts_in(channel, window)
    ages = []
    for h in options.hours:
        views, shares, too_young, unmeasured = [], [], 0, 0
        for post in posts:
            v = views_at(post, 3600 * h, options.max_gap)
            if v is not None:
                views.append(v)
                subscribers = channel.daily.get(window.day(post.at), {}).get("subscribers")
                if subscribers:
                    shares.append(v / subscribers)
            elif old_enough(channel, post, 3600 * h):
                unmeasured += 1
            else:
                too_young += 1
        low, high = median_interval(views)
        ages.append({
            "h": h, "n": len(views), "too_young": too_young, "unmeasured": unmeasured, "reach": median(views),
            "err": median(shares), "low": low, "high": high,
        })
    totals = [v for v in (outcome(channel, post, "total", options) for post in posts) if v is not None]
    low, high = median_interval(totals)
    subscribers = overview(channel, window, options)["subscribers"]
    return {
        "as_of": channel.as_of, "posts": len(posts), "ages": ages,
        "total": {"n": len(totals), "reach": median(totals), "err": divide(median(totals), subscribers), "low": low, "high": high},
    }


def view_curve(channel, window, options):
    rows = []
    for h in options.hours:
        pairs = [(views_at(post, 3600 * h, options.max_gap), post.views) for post in posts_in(channel, window)]
        pairs = [(v, views) for v, views in pairs if v is not None]
        rows.append({
            "h": h, "n": len(pairs), "mean_views": mean(v for v, _ in pairs), "median_views": median(v for v, _ in pairs),
            "mean_share": mean(v / views for v, views in pairs if views is not None and views > 0),
        })
    return rows


def cut(text, options):
    return text[: options.text_chars] if options.text_chars else text


def performance(channel, post, options):
    if channel.as_of is None or channel.as_of < post.at:
        return None
    age = channel.as_of - post.at
    own = views_at(post, age, options.max_gap)
    place = channel.place[post.id]
    before = [views_at(other, age, options.max_gap) for other in channel.order[max(0, place - 30):place]]
    usual = median(v for v in before if v is not None)
    return divide(own, usual)


def growth_rate(post):
    if len(post.series) < 2:
        return None
    (t0, v0), (t1, v1) = post.series[-2:]
    return (v1 - v0) / ((t1 - t0) / 3600)


def post_row(channel, post, options):
    return {
        "post_id": post.id, "date_utc": post.at, **{count: getattr(post, count) for count in COUNTS},
        "media_type": post.media_type, "text": cut(post.text, options), "er": post_er(post),
        "performance": performance(channel, post, options), "growth_rate": growth_rate(post), "ctr": None,
    }


def top(channel, window, options):
    keys = {
        "er": post_er, "date": lambda post: post.at, "performance": lambda post: performance(channel, post, options),
        **{count: lambda post, count=count: getattr(post, count) for count in COUNTS},
    }
    posts = [post for post in posts_in(channel, window) if post.views is not None and post.views >= options.min_views]

    def key(post):
        value = keys[options.sort or "er"](post)
        return (value is None, 0 if value is None else -value, post.id)

    return [post_row(channel, post, options) for post in sorted(posts, key=key)[: options.limit]]


def posts_list(channel, window, options):
    rows = [post_row(channel, post, options) for post in reversed(posts_in(channel, window))]
    return {"posts": rows, "next": None}


def outcome(channel, post, measure, options):
    if measure == "reach24":
        return views_at(post, 24 * 3600, options.max_gap)
    if channel.as_of is None or post.at + WEEK > channel.as_of or post.views is None:
        return None
    return float(post.views)


def lifts(channel, window, options):
    """(post, outcome, x or None) of the window's posts."""
    posts = posts_in(channel, window)
    measure = options.measure
    if measure is None:
        have = sum(views_at(post, 24 * 3600, options.max_gap) is not None for post in posts)
        measure = "total" if 2 * have < len(posts) else "reach24"
    before, rows = [], []
    for post in posts:
        v = outcome(channel, post, measure, options)
        x = None
        if v is not None and v > 0:
            if len(before) >= 5:
                x = math.log(v / statistics.median(before[-30:]))
            before.append(v)
        rows.append((post, v, x))
    return rows


def heatmap(channel, window, options):
    cells = {(dow, hour): [] for dow in range(7) for hour in range(24)}
    for post, _, x in lifts(channel, window, options):
        if x is not None:
            cells[window.clock(post.at)].append(x)
    shrunk = shrink(cells)
    return [
        {
            "dow": dow, "hour": hour, "n": len(xs), "median": shrunk[dow, hour][0], "score": shrunk[dow, hour][1],
            "lift": None if shrunk[dow, hour][1] is None else math.exp(shrunk[dow, hour][1]) - 1,
        }
        for (dow, hour), xs in cells.items()
    ]


def hashtags(text):
    return {tag.lower() for tag in re.findall(r"(?<!\w)#(\w*[^\W\d]\w*)", text)}


def content(channel, window, options):
    rows = lifts(channel, window, options)
    per_day = defaultdict(int)
    for post, _, _ in rows:
        per_day[window.day(post.at)] += 1

    def length_band(post):
        n = len(post.text)
        return "0" if n == 0 else "1-99" if n < 100 else "100-299" if n < 300 else "300-999" if n < 1000 else "1000+"

    def day_band(post):
        n = per_day[window.day(post.at)]
        return "1" if n == 1 else "2-3" if n < 4 else "4-6" if n < 7 else "7-12" if n < 13 else "13+"

    def grouped(names_of, order=None):
        groups = defaultdict(list)
        for row in rows:
            for name in names_of(row[0]):
                groups[name].append(row)
        names = sorted(groups, key=lambda name: (-len(groups[name]), name))[:20] if order is None else [n for n in order if n in groups]
        shrunk = shrink({name: [x for _, _, x in groups[name] if x is not None] for name in names})
        result = []
        for name in names:
            middle, score, error = shrunk[name]
            bounds = [None if error is None else math.exp(score + sign * 1.2815515655446004 * error) - 1 for sign in (-1, 1)]
            result.append({
                "name": name, "n": len(groups[name]), "measured": sum(x is not None for _, _, x in groups[name]),
                "median_views": median(v for _, v, _ in groups[name] if v is not None), "median": middle,
                "lift": None if score is None else math.exp(score) - 1, "low": bounds[0], "high": bounds[1],
            })
        return result

    return {
        "media_type": grouped(lambda post: [post.media_type or "unknown"]),
        "length": grouped(lambda post: [length_band(post)], ["0", "1-99", "100-299", "300-999", "1000+"]),
        "hashtag": grouped(lambda post: ["#" + tag for tag in hashtags(post.text)]),
        "weekday": grouped(lambda post: [str(window.clock(post.at)[0])], list("0123456")),
        "posts_a_day": grouped(lambda post: [day_band(post)], ["1", "2-3", "4-6", "7-12", "13+"]),
    }


def trending(channel, window, options):
    posts = [post for post in posts_in(channel, window) if post.views is not None]
    ys = [math.log(1 + post.views) for post in posts]
    sd = statistics.stdev(ys) if len(set(ys)) > 1 else 0
    middle = mean(ys)
    found = []
    s = v = None
    for i, (post, y) in enumerate(zip(posts, ys)):
        z = (y - middle) / sd if sd > 0 else None
        ewz = expected = None
        if i == 0:
            s, v = y, 0.0
        else:
            e = y - s
            expected = math.exp(s) - 1
            if i >= 10 and v > 0:
                ewz = e / math.sqrt(v)
            s, v = s + 0.2 * e, 0.8 * (v + 0.2 * e * e)
        if (z is not None and z >= 2) or (ewz is not None and ewz >= 3):
            found.append({
                "post_id": post.id, "date_utc": post.at, "views": post.views, "z": z, "ewz": ewz,
                "expected_views": expected, "text": cut(post.text, options),
            })
    found.sort(key=lambda row: (-max(value for value in (row["z"], row["ewz"]) if value is not None), row["post_id"]))
    return found[:20]


def sources(channel, window, options):
    def sums(window):
        result = defaultdict(int)
        for (day, source), views in channel.sources.items():
            if views is not None and window.first <= day <= window.last:
                result[source] += views
        return result

    now, before = sums(window), sums(window.previous())
    everything = sum(now.values())
    rows = []
    for source in sorted(now, key=lambda source: (-now[source], source)):
        ratio = divide(now[source], before.get(source))
        rows.append({
            "source": source, "views": now[source], "share": divide(now[source], everything),
            "change": None if ratio is None else ratio - 1,
        })
    days = defaultdict(dict)
    for (day, source), views in channel.sources.items():
        if views is not None and window.first <= day <= window.last:
            days[day][source] = views
    return {"sources": rows, "days": [{"day": day.isoformat(), **days[day]} for day in sorted(days)]}


def compare(channels, options):
    rows = []
    for channel in channels.values():
        window = window_of(channel, options)
        at_24 = argparse.Namespace(**{**vars(options), "hours": [24]})
        headline = reach(channel, window, at_24)["ages"][0]
        rows.append({
            "channel": channel.name, "title": channel.name, **overview(channel, window, options),
            "reach24": headline["reach"], "err24": headline["err"],
        })
    sort = options.sort or "err"
    return sorted(rows, key=lambda row: (row[sort] is None, -(row[sort] or 0), row["channel"]))


def post_views(channel, options):
    post = channel.posts[options.post_id]
    place = channel.place[post.id]
    before = channel.order[max(0, place - 30):place]
    curve, usual = [], []
    for h in AGES:
        v = views_at(post, 3600 * h, "usual")
        if v is not None:
            curve.append({"h": h, "views": v, "share": divide(v, post.views)})
        middle = median(v for v in (views_at(other, 3600 * h, "usual") for other in before) if v is not None)
        if middle is not None:
            usual.append({"h": h, "median": middle})
    snapshots = [{"at": at, **counters} for at, counters in sorted(post.snapshots.items())]
    return {"post_id": post.id, "date_utc": post.at, "snapshots": snapshots, "curve": curve, "usual": usual}


def dashboard(channel, window, options):
    return {
        "overview": overview(channel, window, options), "daily": daily(channel, window, options),
        "top": top(channel, window, options), "view_curve": view_curve(channel, window, options),
        "heatmap": heatmap(channel, window, options), "trending": trending(channel, window, options),
        "reach": reach(channel, window, options), "growth": growth(channel, window, options),
    }


# ---- best times ----------------------------------------------------------------------------------------------
#
# The definitions fix what an outcome is, which posts count, on which clock, and what the answer is called; they name
# the parts of the model, but neither its priors nor its thresholds. So of the answer
# - `channel`, `objective`, `n_posts`, and `n` of every slot and of every effect are computed here, exactly;
# - `verdict` and `lift` of the slots are estimated here by the classical F test on two daily harmonics that the
#   definitions hold the model to, and by the least squares behind it: to be compared within what chance allows;
# - the posts of every week are counted here: a backtest that scores so many weeks scores their posts;
# - how many posts are enough, `low`, `high` and `p_top3` of a slot, `lift`, `low` and `high` of an effect and the errors
#   of the backtest are left open: they depend on the priors.
# The limits of the gaps are in their names; the first post of a channel follows the longest.

HOUR_S = 3600
BASE_POSTS, FIRST_POSTS = 30, 5


def usual_objective(channel):
    """The headline: V(24), the total where fewer than half of the posts have it."""
    have = sum(views_at(post, 24 * HOUR_S, "usual") is not None for post in channel.order)
    return "total" if 2 * have < len(channel.order) else "24h"


def objective_of(channel, post, objective, options):
    if objective == "total":
        return outcome(channel, post, "total", options)
    return views_at(post, {"3h": 3, "24h": 24}[objective] * HOUR_S, "usual")


def factors_of(channel, post, clock):
    """What else matters, by the names of the answer."""
    place = channel.place[post.id]
    hours = (post.at - channel.order[place - 1].at) // HOUR_S if place > 0 else math.inf
    gap = "under_1h" if hours < 1 else "1h_to_3h" if hours < 3 else "3h_to_8h" if hours < 8 else "over_8h"
    near = sum(abs(other.at - post.at) <= 2 * HOUR_S for other in channel.order) - 1
    crowding = "none" if near == 0 else "one" if near == 1 else "two_or_more"
    return [f"media_type:{post.media_type or 'unknown'}", f"gap:{gap}", f"crowding:{crowding}", f"weekday:{clock[0]}"]


def solved(matrix, columns):
    """Gauss-Jordan with pivots on rows; `columns` are the right sides, as rows of a matrix."""
    size = len(matrix)
    rows = [list(matrix[i]) + [column[i] for column in columns] for i in range(size)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda row: abs(rows[row][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(size):
            if j != i and rows[j][i]:
                factor = rows[j][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i])]
    return [[rows[i][size + k] for i in range(size)] for k in range(len(columns))]


class LeastSquares:
    def __init__(self, rows, ys):
        width = len(rows[0])
        gram = [[math.fsum(row[i] * row[j] for row in rows) for j in range(width)] for i in range(width)]
        for i in range(width):  # levels of one factor may be those of another
            gram[i][i] += 1e-6
        moment = [math.fsum(row[i] * y for row, y in zip(rows, ys)) for i in range(width)]
        unit = [[float(i == j) for j in range(width)] for i in range(width)]
        self.coefficients, *self.inverse = solved(gram, [moment, *unit])
        self.residuals = [y - self.at(row) for row, y in zip(rows, ys)]
        self.sum_of_squares = math.fsum(residual**2 for residual in self.residuals)

    def at(self, row):
        return math.fsum(a * b for a, b in zip(row, self.coefficients))

    def variance(self, row):
        """Of `at(row)`, in units of the noise's."""
        return math.fsum(a * b * c for a, line in zip(row, self.inverse) for b, c in zip(row, line))


def f_tail_4(f, freedom):
    """P(F > f) with 4 and `freedom` degrees of freedom: the incomplete beta function is elementary there."""
    y = freedom / (freedom + 4 * f)
    return y ** (freedom / 2) * (1 + freedom / 2 * (1 - y))


def local_hour(at, zone):
    local = datetime.fromtimestamp(at, zone)
    return local.hour + local.minute / 60


def harmonics(hour):
    return [wave(k * hour * math.tau / 24) for k in (1, 2) for wave in (math.cos, math.sin)]


def estimate(channel, usable, zone, clocks):
    """The F test and what least squares say of every hour of the week."""
    xs = []
    for i, (_, v) in enumerate(usable):
        before = [views for _, views in usable[max(0, i - BASE_POSTS):i]]
        xs.append(math.log(v / statistics.median(before)) if len(before) >= FIRST_POSTS else None)
    kept = [(post, clock, x) for (post, _), clock, x in zip(usable, clocks, xs) if x is not None]
    factors = [set(factors_of(channel, post, clock)) for post, clock, _ in kept]
    # of each factor all levels but one
    names = [name for name in sorted(set().union(*factors)) if not name.startswith("weekday:")]
    seen = set()
    names = [name for name in names if name.split(":")[0] in seen or seen.add(name.split(":")[0])]
    others = [[1.0, *(float(name in own) for name in names)] for own in factors]
    weekdays = [[float(clock[0] == dow) for dow in range(1, 7)] for _, clock, _ in kept]
    waves = [harmonics(local_hour(post.at, zone)) for post, _, _ in kept]
    without = [a + b for a, b in zip(others, weekdays)]
    whole = [a + b for a, b in zip(without, waves)]
    ys = [x for _, _, x in kept]
    first = LeastSquares(whole, ys)
    middle = statistics.median(first.residuals)
    reach = 3 * 1.4826 * statistics.median(abs(residual - middle) for residual in first.residuals)
    ys = [y - r + min(max(r, middle - reach), middle + reach) for y, r in zip(ys, first.residuals)]
    fit, flat = LeastSquares(whole, ys), LeastSquares(without, ys)
    freedom = len(ys) - len(whole[0])
    noise = fit.sum_of_squares / freedom
    p = f_tail_4(max(0.0, flat.sum_of_squares - fit.sum_of_squares) / 4 / noise, freedom)

    # against the mean slot, weighted as the channel posts
    width = len(others[0])
    times = [[0.0] * width + a + b for a, b in zip(weekdays, waves)]
    level = math.log(math.fsum(math.exp(fit.at(row)) for row in times) / len(times))
    centre = [math.fsum(column) / len(times) for column in zip(*times)]
    slots = []
    for dow in range(7):
        for hour in range(24):
            row = [0.0] * width + [float(dow == other) for other in range(1, 7)] + harmonics(hour + 0.5)
            error = math.sqrt(max(0.0, noise * fit.variance([a - b for a, b in zip(row, centre)])))
            slots.append({"log_lift": fit.at(row) - level, "error": error})
    return {"p": p, "slots": slots}


def best_times(channel, options):
    """What the definitions fix of the answer, with the posts of every slot (168 by weekday, then hour), of every level
    of a factor and of every week that has any, and the estimate."""
    zone = timezone.utc if options.tz.upper() == "UTC" else ZoneInfo(options.tz)
    objective = options.objective or usual_objective(channel)
    outcomes = [(post, objective_of(channel, post, objective, options)) for post in channel.order]
    usable = [(post, v) for post, v in outcomes if v is not None and v > 0]
    clocks = [Window(post.at, post.at + 1, zone).clock(post.at) for post, _ in usable]
    slots, effects, weeks = [0] * 168, defaultdict(int), defaultdict(int)
    for (post, _), clock in zip(usable, clocks):
        slots[24 * clock[0] + clock[1]] += 1
        weeks[datetime.fromtimestamp(post.at, zone).date() - timedelta(days=clock[0])] += 1
        for name in factors_of(channel, post, clock):
            effects[name] += 1
    return {
        "channel": channel.name, "objective": objective, "n_posts": len(usable), "slots": slots, "effects": effects,
        "weeks": [weeks[monday] for monday in sorted(weeks)],
        "estimate": estimate(channel, usable, zone, clocks) if len(usable) > 60 else None,
    }


QUESTIONS = {
    "overview": overview, "daily": daily, "growth": growth, "reach": reach, "view-curve": view_curve, "top": top,
    "sources": sources, "content": content, "heatmap": heatmap, "trending": trending, "dashboard": dashboard,
    "posts": posts_list,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", choices=[*QUESTIONS, "compare", "post-views", "best-times", "all"])
    parser.add_argument("--posts", required=True)
    parser.add_argument("--snapshots")
    parser.add_argument("--daily")
    parser.add_argument("--sources")
    parser.add_argument("--taken-at", "--posts-taken-at", dest="taken_at", type=instant, required=True)
    parser.add_argument("--channel")
    parser.add_argument("--tz", default="UTC")
    parser.add_argument("--from", dest="start")
    parser.add_argument("--to", dest="end")
    parser.add_argument("--hours", type=lambda text: sorted({int(h) for h in text.split(",")}), default=AGES)
    parser.add_argument("--max-gap", default="usual")
    parser.add_argument("--measure", choices=["reach24", "total"])
    parser.add_argument("--objective", choices=["3h", "24h", "total"])
    parser.add_argument("--sort")
    parser.add_argument("--min-views", type=int, default=100)
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--post-id", type=int)
    parser.add_argument("--now", type=int, default=0)
    parser.add_argument("--text-chars", type=int, default=280)
    options = parser.parse_args()

    channels = load(options)
    if options.question == "compare":
        answer = compare(channels, options)
    else:
        if options.channel is None and len(channels) != 1:
            parser.error("the files hold several channels: name one with --channel")
        name = (options.channel or next(iter(channels))).lstrip("@").lower()
        if name not in channels:
            sys.exit(f"no channel {name} in the files")
        channel = channels[name]
        if options.question == "post-views":
            answer = post_views(channel, options)
        elif options.question == "best-times":
            answer = best_times(channel, options)
        elif options.question == "all":
            answer = {name: ask(channel, window_of(channel, options), options) for name, ask in QUESTIONS.items()}
        else:
            answer = QUESTIONS[options.question](channel, window_of(channel, options), options)
    json.dump(answer, sys.stdout, ensure_ascii=False, allow_nan=False)
    print()


if __name__ == "__main__":
    main()
