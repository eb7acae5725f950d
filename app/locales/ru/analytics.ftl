analytics-tab-views = Просмотры
analytics-tab-growth = Рост
analytics-tab-reach = Охват
analytics-tab-sources = Источники
analytics-tab-content = Содержание
analytics-tab-trending = В тренде
analytics-tab-compare = Сравнение каналов

analytics-filter = Фильтр по типу поста
analytics-all = Все
analytics-zoomed = Только { $days }
analytics-zoom-out = Показать весь период
analytics-last-read = Прочитано: { $time }
analytics-of = { $n } из { $of }
analytics-was = было { $value }
analytics-no-text = Пост без текста
analytics-up-to = по { $day }
analytics-rule-sources = Источник: { $sources }.
analytics-rule-as-of = На { $time }, { $zone }.

analytics-no-posts = За этот период постов нет
analytics-no-posts-more = Выберите другие дни.
analytics-no-posts-last = Последний пост до него вышел { $day }. Выберите другие дни.

analytics-views = Просмотры по времени
analytics-views-in = { $n ->
    [one] { $views } просмотр за { $period }
    [few] { $views } просмотра за { $period }
   *[many] { $views } просмотров за { $period }
}
analytics-views-of = { $n ->
    [one] { $views } просмотр, { $days }
    [few] { $views } просмотра, { $days }
   *[many] { $views } просмотров, { $days }
}
analytics-views-change = { $change } к предыдущему периоду
analytics-views-meaning = Сколько просмотров к этому моменту набрали посты каждого дня (часа, недели). Пост относится ко времени публикации, поэтому последние дни ещё растут.
analytics-views-formula = сумма последних значений просмотров постов, вышедших за каждый шаг
analytics-step = Шаг
analytics-step-hour = Час
analytics-step-day = День
analytics-step-week = Неделя
analytics-posts-input = Посты
analytics-posts-before = Постов в предыдущем периоде
analytics-views-before = Просмотров в предыдущем периоде
analytics-views-column = Просмотры

analytics-reach = Охват по возрасту
analytics-reach-sub = Медиана просмотров достаточно старых постов; черта — предыдущий период
analytics-reach-sub-alone = Медиана просмотров достаточно старых постов
analytics-reach-meaning = Сколько просмотров набирает обычный пост через столько часов после публикации. Более молодые посты не учитываются, поэтому молодые и старые не смешиваются.
analytics-reach-formula = охват(h) = медиана V(h)
    V(h) = просмотры через h часов после публикации, между двумя замерами
analytics-reach-none = Не измерено
analytics-reach-none-more = Чтобы знать просмотры в определённом возрасте, нужны замеры, пока пост растёт. Загрузите файл замеров (snapshots), и они появятся здесь.
analytics-total = Всего, от 7 дней
analytics-posts-at = Постов с просмотрами на { $age }
analytics-posts-total = Постов старше 7 дней
analytics-too-young-for = { $n ->
    [one] { $n } пост ещё слишком молод для { $age } и не учтён
    [few] { $n } поста ещё слишком молоды для { $age } и не учтены
   *[many] { $n } постов ещё слишком молоды для { $age } и не учтены
}
analytics-reach-ages = Охват в каждом возрасте
analytics-reach-ages-sub = Интервал содержит медиану в 8 случаях из 10
analytics-reach-ages-formula = охват(h) = медиана V(h)
    ERR(h) = медиана V(h) / подписчики в день поста
analytics-age = Возраст
analytics-median = Медиана просмотров
analytics-interval = 80%-й интервал
analytics-err = ERR
analytics-too-young = Слишком молоды
analytics-unmeasured = Не измерены
analytics-median-at = Медиана просмотров на { $age }
analytics-err-at = ERR на { $age }
analytics-curve = Просмотры по возрасту поста
analytics-curve-sub = Медиана и среднее по достаточно старым постам
analytics-trend = Охват по дням
analytics-trend-sub = Медиана просмотров за 24 ч у постов каждого дня
analytics-trend-sub-total = Медиана всех просмотров у постов каждого дня, от 7 дней

analytics-compare-posts = Сравнение постов
analytics-compare-posts-sub = Просмотры по часам после публикации, до { $n } постов
analytics-add-post = Добавить пост
analytics-compare-add = Добавить к сравнению
analytics-compare-remove = Убрать из сравнения
analytics-compare-remove-title = Убрать: { $title }
analytics-compare-full = Не больше { $n } постов; сначала уберите один
analytics-compare-at = { $views } на { $age }
analytics-compare-once = { $views } на { $age }, один замер
analytics-compare-no-curve = нет замеров
analytics-compare-usual = Обычно: средняя половина постов
analytics-compare-none = Посты не выбраны
analytics-compare-none-more = Добавьте до пяти постов, чтобы увидеть, как они росли.
analytics-compare-unmeasured = Кривых нет
analytics-compare-unmeasured-more = Эти посты не читались, пока росли. Загрузите файл замеров (snapshots).
analytics-picker-more = Показаны последние { $n } постов. Остальные найдёт поиск.

analytics-growth = Подписались и отписались
analytics-growth-sub = { $joined } подписались, { $left } отписались: { $net }
analytics-growth-meaning = Сколько человек подписалось и отписалось в каждый день. День без чисел — пропуск, а не ноль.
analytics-growth-formula = прирост = подписались − отписались
    отток = отписались / среднее число подписчиков
analytics-growth-none = Подписчики неизвестны
analytics-growth-none-more = За этот период нет чисел по дням. Загрузите файл по дням (daily) или выберите другой период.
analytics-counts-none = Число подписчиков неизвестно
analytics-days-known = Дней с числами
analytics-joined = Подписались
analytics-joined-meaning = Сколько человек подписалось за период.
analytics-joined-formula = сумма подписавшихся по дням
analytics-left = Отписались
analytics-left-meaning = Сколько человек отписалось за период.
analytics-left-formula = сумма отписавшихся по дням
analytics-net = Прирост
analytics-net-meaning = На сколько канал вырос или уменьшился.
analytics-net-formula = подписались − отписались
analytics-churn = Отток
analytics-churn-meaning = Какая доля подписчиков отписалась за период.
analytics-churn-formula = отписались / среднее число подписчиков
analytics-churn-inputs = Дней в среднем
analytics-totals = Итоги
analytics-subscribers = Подписчики
analytics-axis-from = Шкала начинается с { $from }
analytics-link-joins = Пришли по ссылкам-приглашениям
analytics-link-joins-sub = Считает ваш бот, по ссылкам администраторов
analytics-link-joins-share = { $share } от всех, кто пришёл
analytics-link-joins-none = О переходах по ссылкам данных нет
analytics-link-joins-none-more = Их считает бот с того дня, когда стал администратором канала: Настройки → Каналы.
analytics-day-by-day = По дням
analytics-day = День
analytics-notifications = С уведомлениями

analytics-heat = Охват по дням недели и часам
analytics-heat-sub = Просмотры за 24 ч против 30 предыдущих постов, стянуто к обычному · { $posts }
analytics-heat-sub-total = Все просмотры против 30 предыдущих постов, стянуто к обычному · { $posts }
analytics-heat-meaning = Как посты этого часа идут по сравнению с предыдущими. Несколько постов говорят мало, поэтому такие часы притянуты к обычному.
analytics-heat-formula = прирост = V(24) / медиана V(24) 30 предыдущих постов − 1
    медиана каждого часа, стянутая (эмпирический Байес)
analytics-heat-formula-total = прирост = просмотры / медиана просмотров 30 предыдущих постов − 1
    посты не моложе 7 дней
    медиана каждого часа, стянутая (эмпирический Байес)
analytics-heat-none = Слишком мало постов
analytics-heat-none-more = Пост учитывается, когда измерены пять постов перед ним. Выберите период подлиннее.
analytics-heat-label = Прирост по дням недели и часам, по часам канала
analytics-heat-day = День
analytics-heat-no-posts = постов ещё нет
analytics-heat-legend = { $low } … обычно … { $high }
analytics-heat-median = медиана { $value }
analytics-heat-shrunk = стянуто до { $value }
analytics-heat-posts = Учтено постов
analytics-heat-cells = Часов с постами

analytics-sources = Просмотры по источникам
analytics-sources-sub = Доля от { $views } просмотров
analytics-sources-meaning = Откуда читатели открывали посты.
analytics-sources-formula = доля = просмотры из источника / просмотры из всех источников
analytics-sources-all = Все источники
analytics-sources-none = Источники неизвестны
analytics-sources-none-more = Статистика Telegram сообщает их для больших каналов. Загрузите файл источников (sources), чтобы увидеть их здесь.
analytics-sources-by-day = Источники по дням
analytics-sources-by-day-sub = Просмотры каждого дня по источникам
analytics-sources-table = К предыдущему периоду
analytics-sources-table-sub = Изменение просмотров из каждого источника; прочерк — данных о нём нет
analytics-senders = Кто приводит читателей
analytics-senders-sub = Каналы, которые с { $day } пересылали посты или называли этот канал, по просмотрам этих сообщений
analytics-senders-none = Каналов, которые приводят читателей, не видно
analytics-senders-none-more = Они известны, если канал собирает аккаунт: Настройки → Каналы.
analytics-sender-unnamed = Канал без публичного имени
analytics-sender-forwards = { $n ->
    [one] { $n } репост
    [few] { $n } репоста
   *[other] { $n } репостов
}
analytics-sender-mentions = { $n ->
    [one] { $n } упоминание
    [few] { $n } упоминания
   *[other] { $n } упоминаний
}
analytics-sender-last = последнее { $day }
analytics-source = Источник
analytics-share = Доля
analytics-change = Изменение

analytics-top = Лучшие посты
analytics-top-meaning = «К ожиданию» сравнивает пост с 30 предыдущими в том же возрасте. Серая полоса — от 0,6 до 1,5 ожидаемого.
analytics-top-formula = ER = (пересылки + реакции + комментарии) / просмотры
    к ожиданию = V(24) / медиана V(24) 30 предыдущих постов − 1
    CTR = переходы / просмотры, у постов с отслеживаемой ссылкой
analytics-top-none = Показать нечего
analytics-top-none-more = Ни у одного поста за период нет { $n } просмотров. Выберите период подлиннее или другой тип.
analytics-top-not-found = Ничего не найдено
analytics-top-not-found-more = В постах за период нет таких слов.
analytics-post = Пост
analytics-er = ER
analytics-er-all = ER всех постов
analytics-ctr = CTR
analytics-ctr-none = В посте нет отслеживаемой ссылки
analytics-forwards = Пересылки
analytics-reactions = Реакции
analytics-replies = Комментарии
analytics-expected = К ожиданию
analytics-expected-short = К ожид.
analytics-expected-none = Неизвестно: мало замеров этого поста или предыдущих
analytics-date = Дата
analytics-sort-by = Сортировать
analytics-sort-most = { $name }, сначала больше
analytics-search = Поиск в { $posts }
analytics-search-label = Поиск по постам
analytics-in-posts = { $n ->
    [one] { $text } посте
    [few] { $text } постах
   *[many] { $text } постах
}
analytics-rows = { $first }–{ $last } из { $total } · от { $least } просмотров
analytics-pages = Страницы
analytics-page-before = Предыдущая страница
analytics-page-after = Следующая страница

analytics-trending = В тренде
analytics-trending-meaning = Посты, у которых намного больше просмотров, чем у остальных за период или у вышедших прямо перед ними.
analytics-trending-formula = y = ln(1 + просмотры)
    (y − среднее за период) / разброс ≥ 2 или
    (y − скользящее среднее) / его разброс ≥ 3
analytics-trending-count = Выделяющихся постов
analytics-trending-expected = { $views }, ожидалось { $expected }
analytics-trending-views = { $n ->
    [one] { $views } просмотр
    [few] { $views } просмотра
   *[many] { $views } просмотров
}
analytics-trending-none = Ничего не выделяется
analytics-trending-none-more = Ни один пост за период не выше остальных намного.
analytics-trend-recent = на { $n } разброса выше недавних постов
analytics-trend-period = на { $n } разброса выше этого периода

analytics-content = Содержание
analytics-content-sub = Медиана просмотров за 24 ч по типу поста
analytics-content-sub-total = Медиана всех просмотров по типу поста
analytics-content-meaning = Сколько просмотров набирает обычный пост каждого типа.
analytics-content-formula = медиана V(24) постов этого типа
analytics-content-formula-total = медиана последних значений у постов этого типа не моложе 7 дней
analytics-content-none = Слишком мало постов каждого типа
analytics-content-none-more = Тип показывается от { $n } постов. Выберите период подлиннее.
analytics-content-hidden = Группы, где меньше { $n } постов, не показаны
analytics-by-media = По типу поста
analytics-by-length = По длине текста
analytics-by-hashtag = По хештегам
analytics-by-weekday = По дням недели
analytics-by-posts-a-day = По числу постов в тот же день
analytics-groups-sub = Просмотры за 24 ч против 30 предыдущих постов
analytics-groups-sub-total = Все просмотры против 30 предыдущих постов
analytics-groups-meaning = Как посты группы идут по сравнению с предыдущими. Несколько постов говорят мало, поэтому такие группы притянуты к остальным; интервал верен в 8 случаях из 10.
analytics-hashtag-meaning = Как посты с хештегом идут по сравнению с предыдущими; пост с несколькими считается для каждого. Показаны 20 самых частых хештегов.
analytics-groups-formula = прирост = V(24) / медиана V(24) 30 предыдущих постов − 1
    медиана каждой группы, стянутая (эмпирический Байес)
analytics-groups-formula-total = прирост = просмотры / медиана просмотров 30 предыдущих постов − 1
    посты не моложе 7 дней
    медиана каждой группы, стянутая (эмпирический Байес)
analytics-groups-none = Групп нет
analytics-groups-none-more = За период нет постов с хештегами.
analytics-group = Группа
analytics-group-count = Групп
analytics-group-posts = Учтено постов
analytics-lift = Прирост
analytics-from-to = от { $low } до { $high }
analytics-no-interval = интервала нет: мало постов

analytics-channels = Сравнение каналов
analytics-channels-sub = { $period }, одни и те же дни для всех каналов
analytics-channels-meaning = ERR и средний охват смешивают посты любого возраста, как в каталогах. Охват и ERR за 24 ч — нет.
analytics-channels-formula = охват за 24 ч = медиана V(24)
    ERR за 24 ч = медиана V(24) / подписчики в день поста
    средний охват = просмотры / посты
    ERR = средний охват / подписчики
    ER = (пересылки + реакции + комментарии) / просмотры
    рост = подписчики в конце − в начале периода
analytics-channels-some = По некоторым каналам: { $what }
analytics-channels-none = Канал только один
analytics-channels-none-more = Загрузите ещё один канал, чтобы сравнить их.
analytics-channel = Канал
analytics-channel-count = Каналов
analytics-compare-err = ERR
analytics-compare-err24 = ERR 24 ч
analytics-compare-reach24 = Охват 24 ч
analytics-compare-avg-reach = Средний охват
analytics-compare-growth = Рост
analytics-compare-growth-pct = Рост, %

component-forwards = пересылки
component-reactions = реакции
component-replies = комментарии
warning-er-components = ER считает только известное; здесь неизвестны: { $names }
warning-utc-days = Числа по дням даны за сутки UTC и не сдвинуты к { $zone }
warning-too-young = { $n ->
    [one] { $n } пост моложе { $age } и не учтён
    [few] { $n } поста моложе { $age } и не учтены
   *[many] { $n } постов моложе { $age } и не учтены
}
warning-unmeasured = { $n ->
    [one] { $n } пост не читался около { $age } и не учтён
    [few] { $n } поста не читались около { $age } и не учтены
   *[many] { $n } постов не читались около { $age } и не учтены
}
warning-measure-total = За 24 ч прочитано слишком мало постов: вместо этого взяты все просмотры постов не моложе 7 дней
warning-views-missing = { $n ->
    [one] Просмотры { $n } поста неизвестны и не учтены
    [few] Просмотры { $n } постов неизвестны и не учтены
   *[many] Просмотры { $n } постов неизвестны и не учтены
}
warning-subscribers-missing = Подписчики неизвестны, поэтому неизвестен и ERR
warning-sources-missing = Источники просмотров за период неизвестны
warning-rounded-views = Часть просмотров округлена, как на публичной странице
