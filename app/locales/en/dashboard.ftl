dashboard-numbers = Key numbers, { $period }
reach-24 = Reach at 24 h
reach-24-meaning = The views a usual post of this period had a day after it went out.
reach-24-formula = median of V(24)
reach-total = Reach in total
reach-total-meaning = No post was read near its first day, so this is what a usual post has gathered in all.
reach-total-formula = median of the newest counts of posts at least 7 days old
err-24-long = ERR at 24 h
err-24-formula = median of (V(24) / subscribers on the post’s day)
err-total = ERR in total
err-total-formula = reach in total / subscribers on the last day
err-meaning = The share of subscribers that a usual post reaches.
subscribers = Subscribers
subscribers-meaning = People subscribed to the channel, and how their number moved against the period before.
subscribers-formula = the newest count of the period − the newest count of the period before
subscribers-utc = Daily counts are of UTC days.
posts = Posts
posts-meaning = Posts that went out in this period. An album is one post.
posts-formula = number of posts
basis-total = posts 7 days and older
metric-full = { $value }. Show all digits
metric-spark = { $name }, day by day
metric-was = was { $value }
metric-nothing-before = nothing earlier to compare with
metric-no-posts = no posts in this period
metric-too-young = posts are younger than 24 h
metric-unmeasured = posts were not read at that age
metric-no-subscribers = subscribers are not known
metric-no-reach = reach is not known
metric-no-counts = no counts in this period
points = { $value } pp
spoken-views = { $n } views
spoken-subscribers = { $n } subscribers
spoken-posts = { $n } posts
input-old-enough = Posts old enough
input-of = { $n } of { $of }
input-counted = Posts counted
input-median = Median
input-interval = 80% interval
input-subscribers = Subscribers, by day
input-err-30d = ERR as TGStat counts it, 30 days
input-before = The period before
left-out-young-24 = { $n ->
    [one] { $n } post is younger than 24 h and left out.
   *[other] { $n } posts are younger than 24 h and left out.
}
left-out-young-total = { $n ->
    [one] { $n } post is younger than 7 days and left out.
   *[other] { $n } posts are younger than 7 days and left out.
}
left-out-unmeasured-24 = { $n ->
    [one] { $n } post was not read near 24 h and is left out.
   *[other] { $n } posts were not read near 24 h and are left out.
}
left-out-unmeasured-total = { $n ->
    [one] The views of { $n } post are not known.
   *[other] The views of { $n } posts are not known.
}
attention = Needs attention
attention-urgent = { $n } urgent
attention-nothing = Nothing needs you now
attention-nothing-more = The numbers are recent, and no young post is far from what is usual.
attention-import = Import files
attention-stale = The newest numbers are { $age } old
attention-stale-more = Last read on { $time }. What happened since then is not known.
attention-no-subscribers = Subscribers are not known
attention-no-subscribers-more = So ERR and growth stay empty. A file with daily counts fills them.
attention-daily-old = Daily counts end on { $day }
attention-daily-old-more = { $n ->
    [one] Subscribers, joined and left have been missing for { $n } day.
   *[other] Subscribers, joined and left have been missing for { $n } days.
}
attention-falling = { $n ->
    [one] More people left than joined for { $n } day
   *[other] More people left than joined, { $n } days in a row
}
attention-falling-more = { $net } subscribers over these days.
attention-see-growth = See growth
attention-quiet = { $n ->
    [one] No post for { $n } day
   *[other] No post for { $n } days
}
attention-quiet-more = Counted up to the newest reading.
attention-see-posts = See the posts
attention-above = { $title } is { $change } above usual
attention-below = { $title } is { $change } below usual
attention-post-more = At { $age }, against the 30 posts before it.
attention-see-post = See the post
attention-unmeasured = { $n } of { $of } posts have no views at 24 h
attention-unmeasured-more = They were not read near that age, so reach speaks of totals. Files with readings fill the gap.
quoted = “{ $text }”
latest-posts = Latest posts
all-posts = All posts
post-without-text = Post without text
post-number = Post { $id }
live = live
views-after = views
curve-label = Views in the first 24 hours: { $views }; { $verdict }
verdict = { $change } at { $age } against usual
verdict-unknown = no comparison with usual
at-age = at { $age }
legend-post = this post
legend-usual = { $n ->
    [one] usual range, middle 50% of { $n } post
   *[other] usual range, middle 50% of { $n } posts
}
legend-median = usual
trend-24 = Reach at 24 h, 30 days
trend-total = Reach in total, 30 days
trend-24-more = Median of V(24) of each day’s posts. Days without such a post are gaps.
trend-total-more = Median of the newest counts of each day’s posts that are at least 7 days old. Days without such a post are gaps.
trend-meaning = One value for each day: the middle post of those that went out on it.
trend-days = Days with a value
trend-none = No day to show yet
trend-none-more = A day appears here once one of its posts has been read at that age.
dashboard-no-posts = No posts in this period
dashboard-no-posts-more = The newest one went out on { $day }. Choose a longer period or other days.
dashboard-no-posts-yet = The channel’s posts begin later. Choose later days.
dashboard-empty = No posts yet
dashboard-empty-more = Nothing of this channel has been imported. A file with its posts is enough to begin.
