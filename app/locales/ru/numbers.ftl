ago-now = только что
ago-minutes = { $n } мин назад
ago-hours = { $n } ч назад
ago-days = { $n ->
    [one] { $n } день назад
    [few] { $n } дня назад
   *[many] { $n } дней назад
}
count-posts-text = { $n ->
    [one] { $text } пост
    [few] { $text } поста
   *[many] { $text } постов
}
count-subscribers = { $n ->
    [one] { $text } подписчик
    [few] { $text } подписчика
   *[many] { $text } подписчиков
}
media-text = Текст
media-photo = Фото
media-video = Видео
media-album = Альбом
media-animation = Анимация
media-audio = Аудио
media-voice = Голосовое
media-video_note = Видеосообщение
media-document = Файл
media-sticker = Стикер
media-poll = Опрос
media-location = Место
media-contact = Контакт
media-link = Ссылка
media-giveaway = Розыгрыш
media-media = Медиа
media-other = Другое
media-unknown = Неизвестно
source-official = официально
source-measured = измерено
source-preview = предпросмотр
source-imported = из файла
source-estimated = оценка
source-missing = нет данных
age-hours = { $n } ч
age-days = { $n ->
    [one] { $n } день
    [few] { $n } дня
   *[many] { $n } дней
}
forecast-interval = ≈ от { $low } до { $high }
forecast-usual = { $interval } через { $age }; обычно { $usual }
forecast-at = { $interval } через { $age }
forecast-held = Здесь оправдалось { $share } из { $of } таких 80% интервалов.
forecast-held-past = На прошлом этого канала оправдалось бы { $share } из { $of } таких 80% интервалов.
forecast-not-measured = 80% интервал; как часто такие здесь оправдываются, ещё не измерено.
