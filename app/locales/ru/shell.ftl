skip-to-content = К содержанию
nav = Главное меню
nav-dashboard = Обзор
nav-analytics = Аналитика
nav-settings = Настройки
nav-post = Пост
channels = Каналы
err-24 = ERR 24 ч
workspace-line = Пространство { $name } · { $n ->
    [one] { $n } канал
    [few] { $n } канала
   *[many] { $n } каналов
}
demo-line = { $n ->
    [one] { $n } из них вымышлен, для пробы
    [few] { $n } из них вымышлены, для пробы
   *[many] { $n } из них вымышлены, для пробы
}
demo-data = Демоданные
demo = демо
choose-channel = Выберите канал
channel-change = Канал: { $name }. Сменить
search-channels = Поиск по каналам
add-channel = Добавить канал
as-of = на { $time }
refresh = Прочитать заново
retry = Повторить
cancel = Отмена
loading = Загрузка
period = Период
period-24h = 24 ч
period-days = { $n ->
    [one] { $n } день
    [few] { $n } дня
   *[many] { $n } дней
}
period-own = Другие дни
period-first = Первый день
period-last = Последний день
period-show = Показать
period-wrong = Первый день не может быть позже последнего; самое большее — десять лет.
server-gone = Нет связи с сервером. Числа остаются такими, какими были прочитаны.
stale-because = Эти числа старше. { $why }.
problem-home = К обзору
problem-not-found = Такого канала здесь нет
problem-not-found-more = Возможно, он удалён или принадлежит другому пространству. Выберите другой канал.
problem-sign-in = Сначала войдите
problem-sign-in-more = Откройте AnalyticBot из Telegram или запустите его с --demo на своей машине.
problem-forbidden = Ваша роль этого не позволяет
problem-forbidden-more = Обратитесь к владельцу пространства.
problem-invalid = Значение { $field } не подходит
problem-conflict = Не получилось
problem-limited = Слишком много запросов
problem-limited-more = Подождите немного. Ничего не потеряно.
problem-unavailable = Сейчас недоступно
problem-internal = На сервере что-то сломалось
problem-internal-more = Ваши данные целы. Сообщите номер { $id }: по нему находится строка в журнале.
problem-offline = Нет связи с сервером
problem-offline-more = Проверьте соединение. Страница продолжит, когда сервер ответит.
page-not-found = Здесь нет страницы
page-not-found-more = Адрес устарел или набран с ошибкой.
home-empty = Каналов пока нет
home-empty-more = Загрузите историю канала или заполните пространство вымышленными каналами, чтобы осмотреться.
home-import = Загрузить канал
sign-in = Вход
sign-in-more = Под тем аккаунтом Telegram, которому принадлежат ваши каналы.
sign-in-open = Открыть в Telegram
sign-in-bot-only = Откройте приложение из бота в Telegram. Чтобы входить здесь, владелец сервера указывает telegram.bot_username.
sign-in-again = Войдите заново.
sign-in-expired = Этот вход устарел
sign-in-expired-more = Закройте приложение и откройте его из Telegram заново.
sign-in-bad = Подпись Telegram не подходит
sign-in-bad-more = Закройте приложение и откройте его из своего бота. Если не помогло, владелец сервера проверяет telegram.bot_token.
sign-in-off = Вход через Telegram здесь выключен
sign-in-off-more = Владелец сервера указывает telegram.bot_token или запускает его с --demo на своей машине.
