analytics-tab-views = Views
analytics-tab-growth = Growth
analytics-tab-reach = Reach
analytics-tab-sources = Sources
analytics-tab-content = Content
analytics-tab-trending = Trending
analytics-tab-compare = Compare channels

analytics-filter = Filter by media type
analytics-all = All
analytics-zoomed = Only { $days }
analytics-zoom-out = Show the whole period
analytics-last-read = Last read { $time }
analytics-of = { $n } of { $of }
analytics-was = was { $value }
analytics-no-text = Post without text
analytics-up-to = up to { $day }
analytics-rule-sources = Source: { $sources }.
analytics-rule-as-of = As of { $time }, { $zone }.

analytics-no-posts = No posts in this period
analytics-no-posts-more = Choose other days.
analytics-no-posts-last = The last one before it went out on { $day }. Choose other days.

analytics-views = Views over time
analytics-views-in = { $n ->
    [one] { $views } view in { $period }
   *[other] { $views } views in { $period }
}
analytics-views-of = { $n ->
    [one] { $views } view, { $days }
   *[other] { $views } views, { $days }
}
analytics-views-change = { $change } on the period before
analytics-views-meaning = Views that the posts of each day (hour, week) have by now. A post counts where it was published, so the last days still grow.
analytics-views-formula = sum of the newest view counts of the posts published in each step
analytics-step = Step
analytics-step-hour = Hour
analytics-step-day = Day
analytics-step-week = Week
analytics-posts-input = Posts
analytics-posts-before = Posts in the period before
analytics-views-before = Views in the period before
analytics-views-column = Views

analytics-reach = Reach by age
analytics-reach-sub = Median views of posts old enough; the line is the period before
analytics-reach-sub-alone = Median views of posts old enough
analytics-reach-meaning = How many views a usual post has some hours after it was published. Posts younger than that are left out, so young and old ones are never mixed.
analytics-reach-formula = reach(h) = median of V(h)
    V(h) = views h hours after posting, between two readings
analytics-reach-none = Not measured
analytics-reach-none-more = Views at an age need readings of the posts while they grow. Import snapshots, and they appear here.
analytics-total = Total, from 7 days
analytics-posts-at = Posts with views at { $age }
analytics-posts-total = Posts at least 7 days old
analytics-too-young-for = { $n ->
    [one] { $n } post is too young for { $age } and left out
   *[other] { $n } posts are too young for { $age } and left out
}
analytics-reach-ages = Reach at every age
analytics-reach-ages-sub = The interval holds the median in 8 of 10 cases
analytics-reach-ages-formula = reach(h) = median of V(h)
    ERR(h) = median of V(h) / subscribers on the post’s day
analytics-age = Age
analytics-median = Median views
analytics-interval = 80% interval
analytics-err = ERR
analytics-too-young = Too young
analytics-unmeasured = Not measured
analytics-median-at = Median views at { $age }
analytics-err-at = ERR at { $age }
analytics-curve = Views by age of the post
analytics-curve-sub = Median and mean of the posts that are old enough
analytics-trend = Reach by day
analytics-trend-sub = Median views at 24 h of each day’s posts
analytics-trend-sub-total = Median total of each day’s posts, from 7 days of age

analytics-compare-posts = Compare posts
analytics-compare-posts-sub = Views by hours after posting, up to { $n } posts
analytics-add-post = Add post
analytics-compare-add = Add to the comparison
analytics-compare-remove = Take out of the comparison
analytics-compare-remove-title = Take out: { $title }
analytics-compare-full = { $n } posts are the most; take one out first
analytics-compare-at = { $views } at { $age }
analytics-compare-once = { $views } at { $age }, read once
analytics-compare-no-curve = no readings
analytics-compare-usual = Usual: the middle half of posts
analytics-compare-none = No posts chosen
analytics-compare-none-more = Add up to five to see how they grew beside each other.
analytics-compare-unmeasured = No curves
analytics-compare-unmeasured-more = These posts were not read while they grew. Import snapshots to see how.
analytics-picker-more = The newest { $n } posts are listed. Search finds the others.

analytics-growth = Subscribers joined and left
analytics-growth-sub = { $joined } joined, { $left } left: { $net }
analytics-growth-meaning = People who joined and left on each day. A day without numbers is a gap, not a zero.
analytics-growth-formula = net = joined − left
    churn = left / mean subscribers
analytics-growth-none = Subscribers are not known
analytics-growth-none-more = There are no daily numbers for this period. Import a daily file, or choose another period.
analytics-counts-none = Counts are not known
analytics-days-known = Days with numbers
analytics-joined = Joined
analytics-joined-meaning = People who joined in this period.
analytics-joined-formula = sum of joined over the days
analytics-left = Left
analytics-left-meaning = People who left in this period.
analytics-left-formula = sum of left over the days
analytics-net = Net
analytics-net-meaning = By how many the channel grew or shrank.
analytics-net-formula = joined − left
analytics-churn = Churn
analytics-churn-meaning = The share of subscribers who left in this period.
analytics-churn-formula = left / mean subscribers
analytics-churn-inputs = Days behind the mean
analytics-totals = Totals
analytics-subscribers = Subscribers
analytics-axis-from = The axis starts at { $from }
analytics-link-joins = Joined by invitation link
analytics-link-joins-sub = Counted by your bot, by links that administrators made
analytics-link-joins-share = { $share } of all who joined
analytics-link-joins-none = No joins by link are known
analytics-link-joins-none-more = The bot counts them from the day it becomes an administrator of the channel: Settings → Channels.
analytics-day-by-day = Day by day
analytics-day = Day
analytics-notifications = Notifications on

analytics-heat = Reach by weekday and hour
analytics-heat-sub = Views at 24 h against the 30 posts before, shrunk towards usual · { $posts }
analytics-heat-sub-total = Total views against the 30 posts before, shrunk towards usual · { $posts }
analytics-heat-meaning = How posts of an hour do against the posts before them. Few posts say little, so their hours are drawn towards usual.
analytics-heat-formula = lift = V(24) / median V(24) of the 30 posts before − 1
    median of each hour, shrunk (empirical Bayes)
analytics-heat-formula-total = lift = views / median views of the 30 posts before − 1
    posts at least 7 days old
    median of each hour, shrunk (empirical Bayes)
analytics-heat-none = Too few posts
analytics-heat-none-more = A post counts once five posts before it are measured. Choose a longer period.
analytics-heat-label = Lift by weekday and hour, on the channel’s clock
analytics-heat-day = Day
analytics-heat-no-posts = no posts yet
analytics-heat-legend = { $low } … usual … { $high }
analytics-heat-median = median { $value }
analytics-heat-shrunk = shrunk to { $value }
analytics-heat-posts = Posts that count
analytics-heat-cells = Hours with posts

analytics-sources = Views by source
analytics-sources-sub = Share of { $views } views
analytics-sources-meaning = Where readers opened the posts from.
analytics-sources-formula = share = views from the source / views from all sources
analytics-sources-all = All sources
analytics-sources-none = Sources are not known
analytics-sources-none-more = Telegram’s statistics tell them for larger channels. Import a sources file to see them here.
analytics-sources-by-day = Sources day by day
analytics-sources-by-day-sub = Views of each day by where they came from
analytics-sources-table = Against the period before
analytics-sources-table-sub = Change of views from each source; a dash where nothing is known of it
analytics-senders = Who sends readers
analytics-senders-sub = Channels that forwarded posts or named this one since { $day }, by the views of those messages
analytics-senders-none = No channel is known to have sent readers
analytics-senders-none-more = It is known where an account collects the channel: Settings → Channels.
analytics-sender-unnamed = A channel without a public name
analytics-sender-forwards = { $n ->
    [one] { $n } forward
   *[other] { $n } forwards
}
analytics-sender-mentions = { $n ->
    [one] { $n } mention
   *[other] { $n } mentions
}
analytics-sender-last = last { $day }
analytics-source = Source
analytics-share = Share
analytics-change = Change

analytics-top = Top posts
analytics-top-meaning = “Against expected” compares a post with the 30 posts before it, at the same age. The grey band is 0.6 to 1.5 times the expected.
analytics-top-formula = ER = (forwards + reactions + replies) / views
    against expected = V(24) / median V(24) of the 30 posts before − 1
    CTR = clicks / views, of posts with a tracked link
analytics-top-none = No posts to show
analytics-top-none-more = No post of this period has { $n } views or more. Choose a longer period or another kind.
analytics-top-not-found = Nothing found
analytics-top-not-found-more = No post of this period has these words.
analytics-post = Post
analytics-er = ER
analytics-er-all = ER of all posts
analytics-ctr = CTR
analytics-ctr-none = No tracked link in this post
analytics-forwards = Forwards
analytics-reactions = Reactions
analytics-replies = Replies
analytics-expected = Against expected
analytics-expected-short = Expected
analytics-expected-none = Not known: too few readings of this post or of those before it
analytics-date = Date
analytics-sort-by = Sort by
analytics-sort-most = { $name }, most first
analytics-search = Search in { $posts }
analytics-search-label = Search posts
analytics-in-posts = { $n ->
    [one] { $text } post
   *[other] { $text } posts
}
analytics-rows = { $first }–{ $last } of { $total } · at least { $least } views
analytics-pages = Pages
analytics-page-before = Previous page
analytics-page-after = Next page

analytics-trending = Trending
analytics-trending-meaning = Posts with far more views than the others of this period, or than the ones just before them.
analytics-trending-formula = y = ln(1 + views)
    (y − mean of the period) / spread ≥ 2, or
    (y − moving average) / its spread ≥ 3
analytics-trending-count = Posts that stand out
analytics-trending-expected = { $views }, expected { $expected }
analytics-trending-views = { $n ->
    [one] { $views } view
   *[other] { $views } views
}
analytics-trending-none = Nothing stands out
analytics-trending-none-more = No post of this period is far above the others.
analytics-trend-recent = { $n } spreads above recent posts
analytics-trend-period = { $n } spreads above this period

analytics-content = Content
analytics-content-sub = Median views at 24 h by media type
analytics-content-sub-total = Median total views by media type
analytics-content-meaning = How many views a usual post of each kind gets.
analytics-content-formula = median of V(24) of the kind’s posts
analytics-content-formula-total = median of the newest counts of the kind’s posts at least 7 days old
analytics-content-none = Too few posts of any kind
analytics-content-none-more = A kind is shown from { $n } posts on. Choose a longer period.
analytics-content-hidden = Groups with under { $n } posts are not shown
analytics-by-media = By media type
analytics-by-length = By length of the text
analytics-by-hashtag = By hashtag
analytics-by-weekday = By weekday
analytics-by-posts-a-day = By posts on the same day
analytics-groups-sub = Views at 24 h against the 30 posts before
analytics-groups-sub-total = Total views against the 30 posts before
analytics-groups-meaning = How posts of a group do against the posts before them. Few posts say little, so their groups are drawn towards the others; the interval holds the truth in 8 of 10 cases.
analytics-hashtag-meaning = How posts with a hashtag do against the posts before them; a post with several counts for each. The 20 most used hashtags are listed.
analytics-groups-formula = lift = V(24) / median V(24) of the 30 posts before − 1
    median of each group, shrunk (empirical Bayes)
analytics-groups-formula-total = lift = views / median views of the 30 posts before − 1
    posts at least 7 days old
    median of each group, shrunk (empirical Bayes)
analytics-groups-none = No groups
analytics-groups-none-more = No post of this period carries a hashtag.
analytics-group = Group
analytics-group-count = Groups
analytics-group-posts = Posts that count
analytics-lift = Lift
analytics-from-to = { $low } to { $high }
analytics-no-interval = no interval: too few posts

analytics-channels = Compare channels
analytics-channels-sub = { $period }, the same days for every channel
analytics-channels-meaning = ERR and average reach mix posts of every age, as catalogues do. Reach and ERR at 24 h do not.
analytics-channels-formula = reach at 24 h = median of V(24)
    ERR at 24 h = median of V(24) / subscribers on the post’s day
    average reach = views / posts
    ERR = average reach / subscribers
    ER = (forwards + reactions + replies) / views
    growth = last − first subscribers of the period
analytics-channels-some = For some channels: { $what }
analytics-channels-none = Only one channel
analytics-channels-none-more = Import another channel to see them side by side.
analytics-channel = Channel
analytics-channel-count = Channels
analytics-compare-err = ERR
analytics-compare-err24 = ERR 24 h
analytics-compare-reach24 = Reach 24 h
analytics-compare-avg-reach = Average reach
analytics-compare-growth = Growth
analytics-compare-growth-pct = Growth, %

component-forwards = forwards
component-reactions = reactions
component-replies = replies
warning-er-components = ER counts only what is known; not known here: { $names }
warning-utc-days = Daily numbers are UTC days, not shifted to { $zone }
warning-too-young = { $n ->
    [one] { $n } post is younger than { $age } and left out
   *[other] { $n } posts are younger than { $age } and left out
}
warning-unmeasured = { $n ->
    [one] { $n } post was not read around { $age } and is left out
   *[other] { $n } posts were not read around { $age } and are left out
}
warning-measure-total = Too few posts were read at 24 h: total views of posts at least 7 days old stand in
warning-views-missing = { $n ->
    [one] Views of { $n } post are not known and left out
   *[other] Views of { $n } posts are not known and left out
}
warning-subscribers-missing = Subscribers are not known, so ERR is not either
warning-sources-missing = Sources of views are not known for this period
warning-rounded-views = Some views are rounded, as the public page shows them
