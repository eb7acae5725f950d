"""The standard questions over one channel's columns, with numpy. Days and hours are those of UTC.

Counts are float64 with NaN where nothing is known: exact up to 2**53. Every function takes the columns and a window
and returns what `data` of the public API holds.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

AGES_H = (1, 3, 6, 12, 24, 48, 72, 168)
HOUR_S, DAY_S, WEEK_S = 3_600, 86_400, 7 * 86_400
EPOCH = date(1970, 1, 1)
COUNTS = ("views", "forwards", "reactions", "replies")
BEFORE, BEFORE_MIN = 30, 5
Z80 = 1.2815515655446004
# wider than any age, so that (post, age) is one sorted number
STRIDE = 1 << 40


@dataclass
class Columns:
    """Posts in order of (date, id), those before the window too; snapshots of all of them, one after the other."""

    as_of: int
    post_id: np.ndarray
    date: np.ndarray
    views: np.ndarray
    forwards: np.ndarray
    reactions: np.ndarray
    replies: np.ndarray
    media_type: np.ndarray  # place in media_types
    media_types: list
    text: list  # the first 280 characters
    text_chars: np.ndarray
    tag: np.ndarray  # place in tags, of the post tag_post
    tag_post: np.ndarray
    tags: list
    offsets: np.ndarray  # snapshots of post i: offsets[i]..offsets[i + 1]
    at: np.ndarray
    seen: np.ndarray
    daily: dict  # day number -> (subscribers, joined, left, notifications_on)
    sources: list  # (day number, source, views)

    def __post_init__(self):
        owner = np.repeat(np.arange(len(self.date)), np.diff(self.offsets))
        self.place = owner * STRIDE + (self.at - self.date[owner])
        self.kept = {}

    def views_at(self, posts, age_s):
        """V of these posts at these ages; NaN where it is not defined."""
        wanted = np.searchsorted(self.place, posts * STRIDE + age_s)
        known = wanted < self.offsets[posts + 1]
        k = np.where(known, wanted, 0)
        is_first = k == self.offsets[posts]
        t1, v1 = self.at[k], self.seen[k]
        t0 = np.where(is_first, self.date[posts], self.at[k - 1])
        v0 = np.where(is_first, 0.0, self.seen[k - 1])
        known &= t1 - t0 <= np.maximum(2 * HOUR_S, age_s)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = v0 + (v1 - v0) * (self.date[posts] + age_s - t0) / (t1 - t0)
        return np.where(known, value, np.nan)

    def at_age(self, h):
        """V(h) of every post, measured once."""
        if h not in self.kept:
            self.kept[h] = self.views_at(np.arange(len(self.date)), h * HOUR_S)
        return self.kept[h]


class Window:
    """`start <= date < end`, unix seconds."""

    def __init__(self, columns, start, end):
        self.start, self.end = start, end
        self.first_day, self.last_day = start // DAY_S, (end - 1) // DAY_S
        low, high = np.searchsorted(columns.date, (start, end))
        self.posts = slice(int(low), int(high))

    def days(self):
        return range(self.first_day, self.last_day + 1)

    def previous(self):
        if self.start % DAY_S == 0 and self.end % DAY_S == 0:
            return self.first_day - len(self.days()), self.first_day - 1
        start = self.start - (self.end - self.start)
        return start // DAY_S, (self.start - 1) // DAY_S


# ---- arithmetic ------------------------------------------------------------------------------------------------------

def divide(a, b):
    return None if a is None or not b else a / b


def median(values):
    return float(np.median(values)) if len(values) else None


def whole(value):
    return None if value is None or math.isnan(value) else int(value)


def whole_list(values):
    return [None if value != value else int(value) for value in values.tolist()]


def total(values):
    known = values[~np.isnan(values)]
    return int(known.sum()) if len(known) or not len(values) else None


def engagement(columns, posts):
    """Sum of the known of forwards, reactions and replies; NaN where none is."""
    parts = np.stack([columns.forwards[posts], columns.reactions[posts], columns.replies[posts]])
    return np.where(np.isnan(parts).all(axis=0), np.nan, np.nansum(parts, axis=0))


def er_of(sums):
    known = [sums[count] for count in COUNTS[1:] if sums[count] is not None]
    return divide(sum(known), sums["views"]) if known else None


def median_interval(values):
    n, k, below = len(values), 0, 0
    while k < n:
        below += math.comb(n, k)
        if 10 * below > 2**n:
            break
        k += 1
    return (float(values[k - 1]), float(values[n - k])) if k else (None, None)


INTERVALS = {}


def low_high(values):
    """Of sorted values; which of them bound the median depends on their number only."""
    n = len(values)
    if n not in INTERVALS:
        INTERVALS[n] = median_interval(np.arange(n))
    low, high = INTERVALS[n]
    return (None, None) if low is None else (float(values[int(low)]), float(values[int(high)]))


def grouped_medians(group, values, groups):
    """(number, median) by group; NaN where there is none."""
    order = np.lexsort((values, group))
    ends = np.cumsum(np.bincount(group, minlength=groups))
    n = np.diff(ends, prepend=0)
    ordered = np.append(values[order], np.nan)
    start = ends - n
    low, high = start + np.maximum(n - 1, 0) // 2, start + n // 2
    return n, np.where(n > 0, (ordered[low] + ordered[np.where(n > 0, high, -1)]) / 2, np.nan)


def shrink(group, x, groups):
    """Empirical Bayes: (n, median, score, standard error) by group."""
    n, m = grouped_medians(group, x, groups)
    filled = n > 0
    n_all, k_all = int(n.sum()), int(filled.sum())
    if n_all == 0:
        nothing = np.full(groups, np.nan)
        return n, m, nothing, nothing
    sigma2 = 0.0
    if n_all > k_all:
        mean = np.bincount(group, x, groups)[filled] / n[filled]
        middle = np.zeros(groups)
        middle[filled] = mean
        sigma2 = ((x - middle[group]) ** 2).sum() / (n_all - k_all)
    if sigma2 <= 1e-20:
        mu = (n[filled] * m[filled]).sum() / n_all
        return n, m, np.full(groups, mu), np.full(groups, np.nan)
    s2 = math.pi / 2 * sigma2 / n[filled]
    w = 1 / s2
    mu = (w * m[filled]).sum() / w.sum()
    tau2 = 0.0
    if k_all > 1:
        q = (w * (m[filled] - mu) ** 2).sum()
        tau2 = max(0.0, (q - (k_all - 1)) / (w.sum() - (w * w).sum() / w.sum()))
    var_mu = (w**2 * (s2 + tau2)).sum() / w.sum() ** 2
    score, error = np.full(groups, mu), np.full(groups, math.sqrt(tau2 + var_mu))
    score[filled] = mu + tau2 / (tau2 + s2) * (m[filled] - mu)
    error[filled] = np.sqrt(tau2 * s2 / (tau2 + s2) + (s2 / (tau2 + s2)) ** 2 * var_mu)
    return n, m, score, error


def days_between(columns, first, last):
    return [(day, columns.daily[day]) for day in range(first, last + 1) if day in columns.daily]


def day_name(day):
    return (EPOCH + timedelta(days=day)).isoformat()


NO_FACTS = (None, None, None, None)

# ---- questions -------------------------------------------------------------------------------------------------------


def overview(columns, window):
    posts = window.posts
    sums = {count: total(getattr(columns, count)[posts]) for count in COUNTS}
    counted = int((~np.isnan(columns.views[posts])).sum())
    reach = divide(sums["views"], counted)
    known = [facts[0] for _, facts in days_between(columns, window.first_day, window.last_day) if facts[0] is not None]
    subscribers, gained = (known[-1], known[-1] - known[0]) if known else (None, None)
    return {
        "posts": posts.stop - posts.start, **sums, "avg_reach": reach, "subscribers": subscribers,
        "err": divide(reach, subscribers), "er": er_of(sums), "growth": gained,
        "growth_pct": divide(gained, known[0]) if known else None,
    }


def daily(columns, window):
    count = len(window.days())
    day = columns.date[window.posts] // DAY_S - window.first_day
    posts = np.bincount(day, minlength=count)
    sums, parts, known_parts = {}, np.zeros(count), np.zeros(count, dtype=bool)
    for name in COUNTS:
        values = getattr(columns, name)[window.posts]
        is_known = ~np.isnan(values)
        known = np.bincount(day[is_known], minlength=count)
        summed = np.bincount(day[is_known], values[is_known], count)
        sums[name] = np.where((known == 0) & (posts > 0), np.nan, summed)
        if name != "views":
            parts += summed
            known_parts |= ~np.isnan(sums[name])
    with np.errstate(divide="ignore", invalid="ignore"):
        er = np.where(known_parts & (sums["views"] > 0), parts / sums["views"], np.nan)
    rows = zip(window.days(), posts.tolist(), *(whole_list(sums[name]) for name in COUNTS), er.tolist())
    keys = ("day", "posts", *COUNTS, "er", "subscribers", "joined", "left", "notifications_on")
    return [dict(zip(keys, (day_name(day), *row, *columns.daily.get(day, NO_FACTS)))) for day, *row in rows]


def growth(columns, window):
    def net(joined, left):
        return None if joined is None or left is None else joined - left

    rows = []
    for day in window.days():
        subscribers, joined, left, notifications_on = columns.daily.get(day, NO_FACTS)
        rows.append({
            "day": day_name(day), "subscribers": subscribers, "joined": joined, "left": left,
            "net": net(joined, left), "notifications_on": notifications_on,
        })

    def known(name):
        return [row[name] for row in rows if row[name] is not None]

    joined, left = (sum(known(name)) if known(name) else None for name in ("joined", "left"))
    subscribers = known("subscribers")
    mean = math.fsum(subscribers) / len(subscribers) if subscribers else None
    return {"days": rows, "joined": joined, "left": left, "net": net(joined, left), "churn": divide(left, mean)}


def old_total(columns, window):
    """Newest views of the window's posts that are a week old; NaN for others."""
    date = columns.date[window.posts]
    return np.where(date + WEEK_S <= columns.as_of, columns.views[window.posts], np.nan)


def reach(columns, window):
    date = columns.date[window.posts]
    by_day = np.array([columns.daily.get(day, NO_FACTS)[0] or np.nan for day in window.days()], dtype=float)
    subscribers = by_day[date // DAY_S - window.first_day]
    ages = []
    for h in AGES_H:
        v = columns.at_age(h)[window.posts]
        is_known = ~np.isnan(v)
        is_old = date + h * HOUR_S <= columns.as_of
        views = np.sort(v[is_known])
        shares = v[is_known] / subscribers[is_known]
        low, high = low_high(views)
        ages.append({
            "h": h, "n": len(views), "too_young": int((~is_known & ~is_old).sum()),
            "unmeasured": int((~is_known & is_old).sum()), "reach": median(views),
            "err": median(shares[~np.isnan(shares)]), "low": low, "high": high,
        })
    totals = old_total(columns, window)
    totals = np.sort(totals[~np.isnan(totals)])
    (low, high), middle = low_high(totals), median(totals)
    err = divide(middle, overview(columns, window)["subscribers"])
    total_row = {"n": len(totals), "reach": middle, "err": err, "low": low, "high": high}
    return {"as_of": columns.as_of, "posts": len(date), "ages": ages, "total": total_row}


def view_curve(columns, window):
    rows, views = [], columns.views[window.posts]
    for h in AGES_H:
        v = columns.at_age(h)[window.posts]
        is_known = ~np.isnan(v)
        has_share = is_known & (views > 0)
        share = v[has_share] / views[has_share]
        rows.append({
            "h": h, "n": int(is_known.sum()), "mean_views": float(v[is_known].mean()) if is_known.any() else None,
            "median_views": median(v[is_known]), "mean_share": float(share.mean()) if len(share) else None,
        })
    return rows


def post_row(columns, post):
    views = columns.views[post]
    er = engagement(columns, slice(post, post + 1))[0] / views if views else math.nan
    age = columns.as_of - columns.date[post]
    v = columns.views_at(np.arange(max(0, post - BEFORE), post + 1), age)
    before = v[:-1][~np.isnan(v[:-1])]
    usual = median(before)
    first, last = columns.offsets[post], columns.offsets[post + 1]
    rate = None
    if last - first >= 2:
        hours = (columns.at[last - 1] - columns.at[last - 2]) / HOUR_S
        rate = float((columns.seen[last - 1] - columns.seen[last - 2]) / hours)
    media = columns.media_type[post]
    return {
        "post_id": int(columns.post_id[post]), "date_utc": int(columns.date[post]),
        **{count: whole(getattr(columns, count)[post]) for count in COUNTS},
        "media_type": columns.media_types[media] if media >= 0 else None, "text": columns.text[post],
        "er": None if math.isnan(er) else float(er),
        "performance": None if math.isnan(v[-1]) else divide(float(v[-1]), usual),
        "growth_rate": rate, "ctr": None,
    }


def top(columns, window, limit=10, min_views=100):
    start = window.posts.start
    views = columns.views[window.posts]
    found = np.flatnonzero(views >= min_views)
    er = engagement(columns, window.posts)[found] / views[found]
    order = np.lexsort((columns.post_id[window.posts][found], np.where(np.isnan(er), np.inf, -er)))
    return [post_row(columns, start + int(post)) for post in found[order[:limit]]]


def lifts(columns, window):
    """What the window's posts came to, and x: how much above the posts before, in logarithms; NaN where unknown."""
    v = columns.at_age(24)[window.posts]
    if 2 * int((~np.isnan(v)).sum()) < len(v):
        v = old_total(columns, window)
    good = np.flatnonzero(v > 0)
    values, x = v[good], np.full(len(v), np.nan)
    for place in range(BEFORE_MIN, min(BEFORE, len(values))):
        x[good[place]] = math.log(values[place] / np.median(values[:place]))
    if len(values) > BEFORE:
        base = np.median(np.lib.stride_tricks.sliding_window_view(values[:-1], BEFORE), axis=1)
        x[good[BEFORE:]] = np.log(values[BEFORE:] / base)
    return v, x


def weekday_of(at):
    # 1970-01-01 was a Thursday
    return (at // DAY_S + 3) % 7


def heatmap(columns, window):
    _, x = lifts(columns, window)
    is_known = ~np.isnan(x)
    date = columns.date[window.posts][is_known]
    cell = weekday_of(date) * 24 + date // HOUR_S % 24
    n, m, score, _ = shrink(cell, x[is_known], 168)
    rows = zip(range(168), n.tolist(), m.tolist(), score.tolist(), np.expm1(score).tolist())
    return [
        {"dow": cell // 24, "hour": cell % 24, "n": n, "median": m, "score": score, "lift": lift}
        for cell, n, m, score, lift in rows
    ]


def trending(columns, window):
    posts = np.flatnonzero(~np.isnan(columns.views[window.posts])) + window.posts.start
    y = np.log1p(columns.views[posts])
    sd = y.std(ddof=1) if len(y) > 1 and y.min() < y.max() else 0.0
    z = (y - y.mean()) / sd if sd > 0 else np.full(len(y), np.nan)
    ewz, expected = np.full(len(y), np.nan), np.full(len(y), np.nan)
    s = v = 0.0
    for i, value in enumerate(y.tolist()):
        if i == 0:
            s = value
            continue
        e = value - s
        expected[i] = s
        if i >= 10 and v > 0:
            ewz[i] = e / math.sqrt(v)
        s += 0.2 * e
        v = 0.8 * (v + 0.2 * e * e)
    found = np.flatnonzero((z >= 2) | (ewz >= 3))
    order = np.lexsort((columns.post_id[posts[found]], -np.fmax(z[found], ewz[found])))
    return [
        {
            "post_id": int(columns.post_id[posts[i]]), "date_utc": int(columns.date[posts[i]]),
            "views": int(columns.views[posts[i]]), "z": float(z[i]), "ewz": float(ewz[i]),
            "expected_views": float(np.expm1(expected[i])), "text": columns.text[posts[i]],
        }
        for i in found[order[:20]]
    ]


def sources(columns, window):
    def sums(first, last):
        result = {}
        for day, source, views in columns.sources:
            if first <= day <= last:
                result[source] = result.get(source, 0) + views
        return result

    now, before = sums(window.first_day, window.last_day), sums(*window.previous())
    everything = sum(now.values())
    rows = []
    for source in sorted(now, key=lambda source: (-now[source], source)):
        ratio = divide(now[source], before.get(source))
        change = None if ratio is None else ratio - 1
        rows.append({"source": source, "views": now[source], "share": divide(now[source], everything), "change": change})
    days = {}
    for day, source, views in columns.sources:
        if window.first_day <= day <= window.last_day:
            days.setdefault(day, {"day": day_name(day)})[source] = views
    return {"sources": rows, "days": [days[day] for day in sorted(days)]}


LENGTHS = (["0", "1-99", "100-299", "300-999", "1000+"], np.array([1, 100, 300, 1000]))
POSTS_A_DAY = (["1", "2-3", "4-6", "7-12", "13+"], np.array([2, 4, 7, 13]))
HASHTAGS_MAX = 20


def content(columns, window):
    v, x = lifts(columns, window)
    date = columns.date[window.posts]
    day = date // DAY_S - window.first_day
    posts = np.arange(len(date))

    def groups(names, group, post, by_number=False):
        """A row for each name that has posts; `group` and `post` say which post is in which."""
        size = np.bincount(group, minlength=len(names))
        shown = np.flatnonzero(size).tolist()
        if by_number:
            shown = sorted(shown, key=lambda one: (-size[one], names[one]))[:HASHTAGS_MAX]
        place = np.full(len(names), -1)
        place[shown] = np.arange(len(shown))
        is_shown = place[group] >= 0
        group, post = place[group[is_shown]], post[is_shown]
        xs, vs = ~np.isnan(x[post]), ~np.isnan(v[post])
        measured, m, score, error = shrink(group[xs], x[post[xs]], len(shown))
        _, median_views = grouped_medians(group[vs], v[post[vs]], len(shown))
        return [
            {
                "name": names[one], "n": int(size[one]), "measured": int(measured[i]),
                "median_views": float(median_views[i]), "median": float(m[i]), "lift": float(np.expm1(score[i])),
                "low": float(np.expm1(score[i] - Z80 * error[i])), "high": float(np.expm1(score[i] + Z80 * error[i])),
            }
            for i, one in enumerate(shown)
        ]

    media = columns.media_type[window.posts]
    names = [*columns.media_types, "unknown"]
    in_window = (columns.tag_post >= window.posts.start) & (columns.tag_post < window.posts.stop)
    return {
        "media_type": groups(names, np.where(media < 0, len(names) - 1, media), posts, by_number=True),
        "length": groups(LENGTHS[0], np.searchsorted(LENGTHS[1], columns.text_chars[window.posts], "right"), posts),
        "hashtag": groups(
            ["#" + tag for tag in columns.tags], columns.tag[in_window],
            columns.tag_post[in_window] - window.posts.start, by_number=True,
        ),
        "weekday": groups(list("0123456"), weekday_of(date), posts),
        "posts_a_day": groups(
            POSTS_A_DAY[0], np.searchsorted(POSTS_A_DAY[1], np.bincount(day)[day], "right"), posts
        ),
    }


def dashboard(columns, window):
    return {
        "overview": overview(columns, window), "daily": daily(columns, window), "top": top(columns, window),
        "view_curve": view_curve(columns, window), "heatmap": heatmap(columns, window),
        "trending": trending(columns, window), "reach": reach(columns, window), "growth": growth(columns, window),
    }


QUESTIONS = {
    "overview": overview, "daily": daily, "growth": growth, "reach": reach, "view-curve": view_curve, "top-posts": top,
    "sources": sources, "content": content, "trending": trending, "heatmap": heatmap, "dashboard": dashboard,
}
