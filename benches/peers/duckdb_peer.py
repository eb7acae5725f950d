"""The standard questions in duckdb, in process: checks every answer, then prints the time of each.

    duckdb_peer.py FOLDER FROM TO ANSWERS.json     a channel's CSV files, a window (unix seconds), what is right

SQL does all that grows with the data; Python puts the rows into the answer's shape. Two threads, as the others have.
"""

import sys
from pathlib import Path

import duckdb

from timing import AGES_H, BEFORE, BEFORE_MIN, DAY_S, HOUR_S, WEEK_S, Z80, low_high, run

THREADS = 2
COUNTS = ("views", "forwards", "reactions", "replies")

TABLES = r"""
CREATE TABLE post AS SELECT post_id, date_utc, views, forwards, reactions, replies::BIGINT AS replies, media_type,
    substr(coalesce(text, ''), 1, 280) AS text, length(coalesce(text, '')) AS text_chars, date_utc // 86400 AS day,
    list_distinct(regexp_extract_all(lower(coalesce(text, '')), '#\w*[a-z_]\w*')) AS hashtags,
    CASE WHEN coalesce(forwards, reactions, replies) IS NOT NULL AND views > 0 THEN
        (coalesce(forwards, 0) + coalesce(reactions, 0) + coalesce(replies, 0)) / views END AS er
FROM read_csv('{folder}/posts.csv', types = {{'replies': 'BIGINT', 'text': 'VARCHAR'}}) ORDER BY date_utc, post_id;
CREATE TABLE snapshot AS SELECT post_id, taken_at_utc AS read_at, s.views AS seen,
    coalesce(lag(taken_at_utc) OVER post, p.date_utc) AS read_before, coalesce(lag(s.views) OVER post, 0) AS seen_before
FROM read_csv('{folder}/snapshots.csv', types = {{'replies': 'BIGINT'}}) s JOIN post p USING (post_id)
WINDOW post AS (PARTITION BY post_id ORDER BY taken_at_utc) ORDER BY post_id, read_at;
CREATE TABLE daily AS SELECT day - DATE '1970-01-01' AS number, day::VARCHAR AS day, subscribers, joined, "left",
    notifications_on
FROM read_csv('{folder}/daily.csv', types = {{'day': 'DATE', 'notifications_on': 'BIGINT'}}) ORDER BY 1;
CREATE TABLE source AS SELECT day - DATE '1970-01-01' AS number, day::VARCHAR AS day, source, views
FROM read_csv('{folder}/sources.csv', types = {{'day': 'DATE'}}) ORDER BY 1;
"""

# V at the ages $ages (hours) of the window's posts
VIEWS_AT = """
SELECT w.*, h, CASE WHEN read_at - read_before <= greatest(7200, h * 3600) THEN
    seen_before + (seen - seen_before) * (date_utc + h * 3600 - read_before) / (read_at - read_before) END AS v
FROM (SELECT *, unnest($ages) AS h FROM post WHERE date_utc >= $start AND date_utc < $end) w
ASOF LEFT JOIN snapshot s ON s.post_id = w.post_id AND s.read_at >= w.date_utc + h * 3600
"""

OVERVIEW = """
SELECT count(*) AS posts, sum(views)::BIGINT AS views, sum(forwards)::BIGINT AS forwards,
    sum(reactions)::BIGINT AS reactions, sum(replies)::BIGINT AS replies, count(views) AS counted
FROM post WHERE date_utc >= $start AND date_utc < $end
"""
SUBSCRIBERS = """
SELECT arg_min(subscribers, number), arg_max(subscribers, number) FROM daily
WHERE number BETWEEN $first AND $last AND subscribers IS NOT NULL
"""
DAILY = """
SELECT (DATE '1970-01-01' + d.n::INTEGER)::VARCHAR AS day, count(post_id) AS posts,
    CASE WHEN count(views) > 0 OR count(post_id) = 0 THEN coalesce(sum(views), 0)::BIGINT END AS views,
    CASE WHEN count(forwards) > 0 OR count(post_id) = 0 THEN coalesce(sum(forwards), 0)::BIGINT END AS forwards,
    CASE WHEN count(reactions) > 0 OR count(post_id) = 0 THEN coalesce(sum(reactions), 0)::BIGINT END AS reactions,
    CASE WHEN count(replies) > 0 OR count(post_id) = 0 THEN coalesce(sum(replies), 0)::BIGINT END AS replies,
    CASE WHEN sum(views) > 0 THEN (coalesce(sum(forwards), 0) + coalesce(sum(reactions), 0) + coalesce(sum(replies), 0))
        / sum(views) END AS er,
    any_value(f.subscribers) AS subscribers, any_value(f.joined) AS joined, any_value(f."left") AS "left",
    any_value(f.notifications_on) AS notifications_on
FROM (SELECT unnest(range($first, $last + 1)) AS n) d
LEFT JOIN (SELECT * FROM post WHERE date_utc >= $start AND date_utc < $end) p ON p.day = d.n
LEFT JOIN daily f ON f.number = d.n
GROUP BY d.n ORDER BY d.n
"""
GROWTH = """
SELECT (DATE '1970-01-01' + d.n::INTEGER)::VARCHAR AS day, subscribers, joined, "left", joined - "left" AS net,
    notifications_on
FROM (SELECT unnest(range($first, $last + 1)) AS n) d LEFT JOIN daily f ON f.number = d.n ORDER BY d.n
"""
GROWTH_TOTALS = """
SELECT sum(joined)::BIGINT, sum("left")::BIGINT, avg(subscribers) FROM daily WHERE number BETWEEN $first AND $last
"""
REACH = f"""
SELECT h, count(v) AS n, count(*) FILTER (v IS NULL AND date_utc + h * 3600 > $as_of) AS too_young,
    count(*) FILTER (v IS NULL AND date_utc + h * 3600 <= $as_of) AS unmeasured, median(v) AS reach,
    median(v / subscribers) AS err, list_sort(list(v) FILTER (v IS NOT NULL)) AS sorted
FROM ({VIEWS_AT}) p LEFT JOIN daily f ON f.number = p.day GROUP BY h ORDER BY h
"""
TOTALS = """
SELECT list_sort(list(views::DOUBLE)), median(views) FROM post
WHERE date_utc >= $start AND date_utc < $end AND date_utc + 604800 <= $as_of AND views IS NOT NULL
"""
VIEW_CURVE = f"""
SELECT h, count(v) AS n, avg(v) AS mean_views, median(v) AS median_views, avg(v / views) FILTER (views > 0) AS mean_share
FROM ({VIEWS_AT}) p GROUP BY h ORDER BY h
"""
TOP = """
SELECT post_id, date_utc, views, forwards, reactions, replies, media_type, text, er FROM post
WHERE date_utc >= $start AND date_utc < $end AND views >= 100 ORDER BY er DESC NULLS LAST, post_id LIMIT 10
"""
# V at the post's age now, of the post and of those before it
PERFORMANCE = f"""
WITH near AS (SELECT post_id, date_utc FROM post WHERE (date_utc, post_id) <= ($date, $post)
    ORDER BY date_utc DESC, post_id DESC LIMIT {BEFORE + 1}),
aged AS (SELECT n.post_id, CASE WHEN read_at - read_before <= greatest(7200, $age) THEN
    seen_before + (seen - seen_before) * (date_utc + $age - read_before) / (read_at - read_before) END AS v
FROM near n ASOF LEFT JOIN snapshot s ON s.post_id = n.post_id AND s.read_at >= n.date_utc + $age)
SELECT (SELECT v FROM aged WHERE post_id = $post) / (SELECT median(v) FROM aged WHERE post_id <> $post)
"""
GROWTH_RATE = """
SELECT (seen - seen_before) / ((read_at - read_before) / 3600) FROM snapshot WHERE post_id = $post ORDER BY read_at DESC LIMIT 1
"""
# outcome v and x of the window's posts
LIFTS = f"""
aged AS ({VIEWS_AT}), measure AS (SELECT 2 * count(v) < count(*) AS is_total FROM aged),
outcome AS (SELECT aged.* EXCLUDE (v), CASE WHEN NOT is_total THEN v WHEN date_utc + {WEEK_S} <= $as_of THEN views END AS v
    FROM aged, measure),
good AS (SELECT post_id, CASE WHEN count(*) OVER before >= {BEFORE_MIN} THEN ln(v / median(v) OVER before) END AS x
    FROM outcome WHERE v > 0
    WINDOW before AS (ORDER BY date_utc, post_id ROWS BETWEEN {BEFORE} PRECEDING AND 1 PRECEDING)),
lift AS (SELECT outcome.*, x FROM outcome LEFT JOIN good USING (post_id))
"""
# empirical Bayes over the rows (key, x): by key the score and its error, and mu for keys without posts
SHRUNK = """
cell AS (SELECT key, count(*) AS n, median(x) AS m, sum((x - mean) ** 2) AS squares FROM
    (SELECT key, x, avg(x) OVER (PARTITION BY key) AS mean FROM cells WHERE x IS NOT NULL) GROUP BY key),
spread AS (SELECT sum(squares) / (sum(n) - count(*)) AS sigma2, count(*) AS k FROM cell),
weight AS (SELECT cell.*, pi() / 2 * sigma2 / n AS s2, n / (pi() / 2 * sigma2) AS w, k FROM cell, spread),
mean AS (SELECT sum(w * m) / sum(w) AS mu, sum(w) AS sum_w, sum(w * w) AS sum_ww, any_value(k) AS k FROM weight),
between_cells AS (SELECT any_value(mu) AS mu, any_value(sum_w) AS sum_w, greatest(0, (sum(w * (m - mu) ** 2) - (any_value(mean.k) - 1))
    / (any_value(sum_w) - any_value(sum_ww) / any_value(sum_w))) AS tau2 FROM weight, mean),
error AS (SELECT any_value(mu) AS mu, any_value(tau2) AS tau2, sum(w ** 2 * (s2 + tau2)) / any_value(sum_w) ** 2 AS var_mu
    FROM weight, between_cells),
shrunk AS (SELECT key, n, m, mu + tau2 / (tau2 + s2) * (m - mu) AS score,
    sqrt(tau2 * s2 / (tau2 + s2) + (s2 / (tau2 + s2)) ** 2 * var_mu) AS error FROM weight, error)
"""
HEATMAP = f"""
WITH {LIFTS}, cells AS (SELECT (day + 3) % 7 * 24 + date_utc // 3600 % 24 AS key, x FROM lift), {SHRUNK}
SELECT c // 24 AS dow, c % 24 AS hour, coalesce(n, 0) AS n, m AS median, coalesce(score, mu) AS score,
    exp(coalesce(score, mu)) - 1 AS lift
FROM (SELECT unnest(range(168)) AS c) LEFT JOIN shrunk ON key = c, error ORDER BY c
"""
CONTENT = f"""
WITH {LIFTS}, banded AS (SELECT *, count(*) OVER (PARTITION BY day) AS a_day FROM lift),
named AS ({{named}}),
size AS (SELECT name, count(*) AS posts, count(x) AS measured, median(v) AS median_views, any_value(place) AS place FROM named
    GROUP BY name ORDER BY {{order}} LIMIT 20),
cells AS (SELECT name AS key, x FROM named SEMI JOIN size USING (name)), {SHRUNK}
SELECT name, posts AS n, measured, median_views, m AS median, exp(coalesce(score, mu)) - 1 AS lift,
    exp(score - {Z80} * shrunk.error) - 1 AS low, exp(score + {Z80} * shrunk.error) - 1 AS high
FROM size LEFT JOIN shrunk ON key = name, error ORDER BY {{order}}
"""


def band(column, bounds, names):
    cases = " ".join(f"WHEN {column} <= {bound} THEN {i}" for i, bound in enumerate(bounds))
    place = f"CASE {cases} ELSE {len(bounds)} END"
    return f"SELECT [{', '.join(map(repr, names))}][place + 1] AS name, place, x, v FROM (SELECT {place} AS place, x, v FROM banded)"


BY_SIZE, BY_PLACE = "posts DESC, name", "place"
KINDS = {
    "media_type": ("SELECT coalesce(media_type, 'unknown') AS name, 0 AS place, x, v FROM banded", BY_SIZE),
    "length": (band("text_chars", [0, 99, 299, 999], ["0", "1-99", "100-299", "300-999", "1000+"]), BY_PLACE),
    "hashtag": ("SELECT unnest(hashtags) AS name, 0 AS place, x, v FROM banded", BY_SIZE),
    "weekday": ("SELECT ((day + 3) % 7)::VARCHAR AS name, (day + 3) % 7 AS place, x, v FROM banded", BY_PLACE),
    "posts_a_day": (band("a_day", [1, 3, 6, 12], ["1", "2-3", "4-6", "7-12", "13+"]), BY_PLACE),
}

# exponential weights of 0.8 fade below 1e-19 within this many posts, so that a frame stands in for the recursion
FADED = 200
TRENDING = f"""
WITH y AS (SELECT post_id, date_utc, views, text, ln(1 + views) AS y, row_number() OVER (ORDER BY date_utc, post_id) - 1 AS i
    FROM post WHERE date_utc >= $start AND date_utc < $end AND views IS NOT NULL),
weights AS (SELECT list_transform(range({FADED}), lambda k: 0.2 * 0.8 ** ({FADED - 1} - k)) AS w),
-- the first value has the weight of all before it
s AS (SELECT y.*, list_dot_product(list(CASE i WHEN 0 THEN y / 0.2 ELSE y END) OVER faded,
        w[greatest({FADED} - i, 1):]) AS s
    FROM y, weights WINDOW faded AS (ORDER BY i ROWS BETWEEN {FADED - 1} PRECEDING AND CURRENT ROW)),
e AS (SELECT *, lag(s) OVER (ORDER BY i) AS s_before, y - lag(s) OVER (ORDER BY i) AS e FROM s),
v AS (SELECT e.*, 0.8 * list_dot_product(list(coalesce(e * e, 0)) OVER faded, w[greatest({FADED} - i, 1):]) AS v
    FROM e, weights WINDOW faded AS (ORDER BY i ROWS BETWEEN {FADED - 1} PRECEDING AND CURRENT ROW)),
z AS (SELECT *, (y - avg(y) OVER ()) / nullif(stddev_samp(y) OVER (), 0) AS z,
        CASE WHEN i >= 10 THEN e / sqrt(nullif(lag(v) OVER (ORDER BY i), 0)) END AS ewz FROM v)
SELECT post_id, date_utc, views, z, ewz, exp(s_before) - 1 AS expected_views, text
FROM z WHERE z >= 2 OR ewz >= 3 ORDER BY greatest(z, ewz) DESC, post_id LIMIT 20
"""
SOURCES = """
WITH now AS (SELECT source, sum(views)::BIGINT AS views FROM source WHERE number BETWEEN $first AND $last GROUP BY source),
before AS (SELECT source, sum(views)::BIGINT AS views FROM source
    WHERE number BETWEEN $first - ($last - $first + 1) AND $first - 1 GROUP BY source)
SELECT source, now.views, now.views / sum(now.views) OVER () AS share, now.views / nullif(before.views, 0) - 1 AS change
FROM now LEFT JOIN before USING (source) ORDER BY now.views DESC, source
"""
SOURCE_DAYS = """
SELECT day, map(list(source), list(views)) FROM source
WHERE number BETWEEN $first AND $last AND views IS NOT NULL GROUP BY day ORDER BY day
"""


class Channel:
    def __init__(self, folder, start, end):
        self.db = duckdb.connect(config={"threads": THREADS})
        self.db.execute(TABLES.format(folder=folder))
        (as_of,) = self.db.execute("SELECT max(read_at) FROM snapshot").fetchone()
        self.known = {
            "start": start, "end": end, "first": start // DAY_S, "last": (end - 1) // DAY_S, "as_of": as_of,
        }

    def rows(self, sql, **more):
        known = {name: value for name, value in (self.known | more).items() if f"${name}" in sql}
        return self.db.execute(sql, known)

    def dicts(self, sql, **more):
        found = self.rows(sql, **more)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]


def divide(a, b):
    return None if a is None or not b else a / b


def overview(channel):
    (row,) = channel.dicts(OVERVIEW)
    first, last = channel.rows(SUBSCRIBERS).fetchone()
    row |= {count: 0 for count in COUNTS if not row["posts"]}
    parts = [row[count] for count in COUNTS[1:] if row[count] is not None]
    reach = divide(row["views"], row.pop("counted"))
    growth = None if last is None else last - first
    return row | {
        "avg_reach": reach, "subscribers": last, "err": divide(reach, last),
        "er": divide(sum(parts), row["views"]) if parts else None, "growth": growth, "growth_pct": divide(growth, first),
    }


def daily(channel):
    return channel.dicts(DAILY)


def growth(channel):
    joined, left, subscribers = channel.rows(GROWTH_TOTALS).fetchone()
    net = None if joined is None or left is None else joined - left
    return {"days": channel.dicts(GROWTH), "joined": joined, "left": left, "net": net, "churn": divide(left, subscribers)}


def low_and_high(values):
    low, high = low_high(len(values or []))
    return {"low": None if low is None else values[low], "high": None if low is None else values[high]}


def reach(channel):
    ages = [row | low_and_high(row.pop("sorted")) for row in channel.dicts(REACH, ages=list(AGES_H))]
    totals, middle = channel.rows(TOTALS).fetchone()
    whole = overview(channel)
    total = {"n": len(totals or []), "reach": middle, "err": divide(middle, whole["subscribers"]), **low_and_high(totals)}
    return {"as_of": channel.known["as_of"], "posts": whole["posts"], "ages": ages, "total": total}


def view_curve(channel):
    return channel.dicts(VIEW_CURVE, ages=list(AGES_H))


def top(channel):
    rows = channel.dicts(TOP)
    for row in rows:
        post, date = row["post_id"], row["date_utc"]
        age = channel.known["as_of"] - date
        (row["performance"],) = channel.rows(PERFORMANCE, post=post, date=date, age=age).fetchone()
        (row["growth_rate"],) = channel.rows(GROWTH_RATE, post=post).fetchone()
        row["ctr"] = None
    return rows


def heatmap(channel):
    return channel.dicts(HEATMAP, ages=[24])


def content(channel):
    return {kind: channel.dicts(CONTENT.format(named=named, order=order), ages=[24]) for kind, (named, order) in KINDS.items()}


def trending(channel):
    return channel.dicts(TRENDING)


def sources(channel):
    days = [{"day": day, **by_source} for day, by_source in channel.rows(SOURCE_DAYS).fetchall()]
    return {"sources": channel.dicts(SOURCES), "days": days}


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
