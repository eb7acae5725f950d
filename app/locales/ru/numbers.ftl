ago-now = только что
ago-minutes = { $n } мин назад
ago-hours = { $n } ч назад
ago-days = { $n ->
    [one] { $n } день назад
    [few] { $n } дня назад
   *[many] { $n } дней назад
}
day-month = { $day } { $month }
day-month-year = { $day } { $month } { $year }
count-posts = { $n ->
    [one] { $n } пост
    [few] { $n } поста
   *[many] { $n } постов
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
month-1 = янв
month-2 = фев
month-3 = мар
month-4 = апр
month-5 = мая
month-6 = июн
month-7 = июл
month-8 = авг
month-9 = сен
month-10 = окт
month-11 = ноя
month-12 = дек
weekday-0 = пн
weekday-1 = вт
weekday-2 = ср
weekday-3 = чт
weekday-4 = пт
weekday-5 = сб
weekday-6 = вс
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
