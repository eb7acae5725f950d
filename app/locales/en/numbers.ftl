ago-now = just now
ago-minutes = { $n } min ago
ago-hours = { $n } h ago
ago-days = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
count-posts-text = { $n ->
    [one] { $text } post
   *[other] { $text } posts
}
count-subscribers = { $n ->
    [one] { $text } subscriber
   *[other] { $text } subscribers
}
media-text = Text
media-photo = Photo
media-video = Video
media-album = Album
media-animation = Animation
media-audio = Audio
media-voice = Voice
media-video_note = Video message
media-document = File
media-sticker = Sticker
media-poll = Poll
media-location = Place
media-contact = Contact
media-link = Link
media-giveaway = Giveaway
media-media = Media
media-other = Other
media-unknown = Not known
source-official = official
source-measured = measured
source-preview = preview
source-imported = imported
source-estimated = estimated
source-missing = missing
age-hours = { $n } h
age-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
forecast-interval = ≈ { $low } to { $high }
forecast-usual = { $interval } at { $age }; usual is { $usual }
forecast-at = { $interval } at { $age }
forecast-held = { $share } of { $of } such 80% intervals held here.
forecast-held-past = On this channel’s past, { $share } of { $of } such 80% intervals would have held.
forecast-not-measured = An 80% interval; how often such intervals hold here is not measured yet.
