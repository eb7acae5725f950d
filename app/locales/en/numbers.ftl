ago-now = just now
ago-minutes = { $n } min ago
ago-hours = { $n } h ago
ago-days = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
day-month = { $day } { $month }
day-month-year = { $day } { $month } { $year }
count-posts = { $n ->
    [one] { $n } post
   *[other] { $n } posts
}
count-posts-text = { $n ->
    [one] { $text } post
   *[other] { $text } posts
}
count-subscribers = { $n ->
    [one] { $text } subscriber
   *[other] { $text } subscribers
}
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
weekday-0 = Mon
weekday-1 = Tue
weekday-2 = Wed
weekday-3 = Thu
weekday-4 = Fri
weekday-5 = Sat
weekday-6 = Sun
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
