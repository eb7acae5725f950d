ago-now = hozirgina
ago-minutes = { $n } daqiqa oldin
ago-hours = { $n } soat oldin
ago-days = { $n } kun oldin
count-posts-text = { $n ->
   *[other] { $text } ta post
}
count-subscribers = { $n ->
   *[other] { $text } obunachi
}
media-text = Matn
media-photo = Rasm
media-video = Video
media-album = Albom
media-animation = Animatsiya
media-audio = Audio
media-voice = Ovozli xabar
media-video_note = Videoxabar
media-document = Fayl
media-sticker = Stiker
media-poll = So‘rovnoma
media-location = Joy
media-contact = Kontakt
media-link = Havola
media-giveaway = Sovrin o‘yini
media-media = Media
media-other = Boshqa
media-unknown = Noma’lum
source-official = rasmiy
source-measured = o‘lchangan
source-preview = ko‘rinish
source-imported = fayldan
source-estimated = taxminiy
source-missing = ma’lumot yo‘q
age-hours = { $n } soat
age-days = { $n } kun
forecast-interval = ≈ { $low } dan { $high } gacha
forecast-usual = { $age }da { $interval }; odatda { $usual }
forecast-at = { $age }da { $interval }
forecast-held = Bu yerda shunday 80% oraliqlarning { $of } tasidan { $share } to‘g‘ri chiqdi.
forecast-held-past = Kanal o‘tmishida shunday 80% oraliqlarning { $of } tasidan { $share } to‘g‘ri chiqqan bo‘lardi.
forecast-not-measured = 80% oraliq; bunday oraliqlar bu yerda qanchalik to‘g‘ri chiqishi hali o‘lchanmagan.
