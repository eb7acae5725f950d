settings-channels = Каналы
settings-members = Участники
settings-data = Данные
settings-appearance = Вид
settings-history = Журнал
settings-saved = Сохранено
settings-save = Сохранить
settings-edit = Изменить
settings-delete = Удалить
settings-title = Название
settings-zone = Часовой пояс
settings-zone-help = Имя IANA, например Asia/Tashkent. По нему считаются дни и часы на всех графиках.
settings-count-snapshots = { $n ->
    [one] { $text } снимок
    [few] { $text } снимка
   *[many] { $text } снимков
}
settings-count-days = { $n ->
    [one] { $text } день подписчиков
    [few] { $text } дня подписчиков
   *[many] { $text } дней подписчиков
}
settings-delete-channel = Удалить { $name }
settings-delete-more = Все его посты, снимки и дневные данные исчезнут; вернуть их можно только из резервной копии. В Telegram ничего не изменится.
settings-delete-type = Введите «{ $name }» для подтверждения
settings-channel-deleted = Удалено
settings-refresh = Перечитать
settings-refresh-channel = Перечитать { $name }
settings-channel-refreshed = Перечитано: все процессы заново берут числа из базы
settings-import = Добавить канал
settings-import-sub = На машине, где работает сервер
settings-import-export = Из экспорта Telegram Desktop
settings-import-posts = Из таблицы постов
settings-import-demo = Вымышленные каналы для знакомства
settings-invite = Пригласить
settings-invite-sub = Кто откроет ссылку, станет участником. Она действует один раз, 7 дней.
settings-invite-make = Создать ссылку
settings-invite-link = Ссылка показана только сейчас
settings-invite-until = действует до { $day }
settings-invitation-revoked = Отозвано
settings-revoke = Отозвать
settings-role = Роль
settings-role-of = Роль: { $name }
settings-you = вы
settings-last-owner = Последний владелец остаётся; сначала сделайте владельцем кого-то ещё
settings-member-since = с { $day }
settings-member-removed = Участник удалён
settings-remove = Убрать
settings-remove-member = Убрать { $name }
settings-remove-more = Это пространство станет ему недоступно. Его можно пригласить снова.
role-viewer = Зритель: видит числа
role-editor = Редактор: загружает и правит каналы
role-owner = Владелец: участники, удаление, хранение
copy = Скопировать
copied = Скопировано
settings-keys = Ключи API
settings-keys-sub = С ключом программа читает числа этого пространства по адресу /api/v2
settings-keys-none = Ключей пока нет.
settings-keys-docs = Что отвечает API
settings-key-new = Новый ключ
settings-key-new-sub = Он показывается один раз, при создании
settings-key-name = Для чего он
settings-key-scope = Что можно
settings-key-scope-read = читать числа (read:analytics)
settings-key-every-channel = Все каналы, и будущие тоже
settings-key-no-channel = только удалённые каналы
settings-key-ends = Срок
settings-key-ends-in = { $n ->
    [one] { $n } день
    [few] { $n } дня
   *[many] { $n } дней
}
settings-key-ends-never = без срока
settings-key-make = Создать ключ
settings-key-shown = Ключ показан только сейчас
settings-key-made = создан { $day }
settings-key-used = последний раз { $time }
settings-key-unused = не использовался
settings-key-until = до { $day }
settings-key-is-revoked = отозван
settings-key-is-expired = истёк
settings-key-revoke = Отозвать
settings-key-revoke-name = Отозвать { $name }
settings-key-revoke-more = Программы с этим ключом сразу получат отказ. Вернуть его нельзя, можно создать новый.
settings-key-revoked = Ключ отозван
settings-retention = Хранение
settings-retention-sub = Сколько хранить данные. Пусто — без срока.
settings-snapshots-days = Снимки, дней
settings-snapshots-days-help = Просмотры по времени. У поста остаются последние числа и замеры для охвата, у дня — суммы.
settings-daily-days = Дневные данные, дней
settings-daily-days-help = Подписчики, подписки и источники просмотров.
settings-forever = без срока
settings-backup = Копии и выгрузка
settings-backup-sub = При работающем сервере, на его машине
settings-backup-make = Копия, которая проверяется после записи
settings-backup-restore = Вернуть из копии
settings-export = Посты таблицей
settings-language = Язык
settings-theme = Тема
theme-system = Как в системе
theme-light = Светлая
theme-dark = Тёмная
settings-history-sub = Кто и что менял в этом пространстве
settings-history-when = Когда
settings-history-who = Кто
settings-history-what = Что
settings-history-subject = Над чем
settings-history-shell = командная строка
settings-history-older = Раньше
settings-history-newest = Самые новые
invitation = Приглашение в пространство
invitation-more = Вы увидите его каналы, когда присоединитесь.
invitation-join = Присоединиться
invitation-done = Теперь вы участник.
