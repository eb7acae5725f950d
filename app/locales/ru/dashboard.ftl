dashboard-numbers = Главные числа, { $period }
reach-24 = Охват за 24 ч
reach-24-meaning = Сколько просмотров обычный пост этого периода набирал за сутки после выхода.
reach-24-formula = медиана V(24)
reach-total = Охват всего
reach-total-meaning = Посты не читались около первых суток, поэтому здесь то, что обычный пост набрал за всё время.
reach-total-formula = медиана последних счётчиков у постов не младше 7 дней
err-24-long = ERR за 24 ч
err-24-formula = медиана (V(24) / подписчики в день поста)
err-total = ERR всего
err-total-formula = охват всего / подписчики в последний день
err-meaning = Доля подписчиков, до которой доходит обычный пост.
subscribers = Подписчики
subscribers-meaning = Сколько людей подписано на канал и как их число изменилось против прошлого периода.
subscribers-formula = последнее число за период − последнее число за период до него
subscribers-utc = Дневные числа — за сутки по UTC.
posts = Посты
posts-meaning = Посты, вышедшие за этот период. Альбом — один пост.
posts-formula = число постов
basis-total = посты от 7 дней
metric-full = { $value }. Показать все цифры
metric-spark = { $name }, по дням
metric-was = было { $value }
metric-nothing-before = раньше сравнить не с чем
metric-no-posts = за период нет постов
metric-too-young = посты моложе 24 ч
metric-unmeasured = посты не читались в этом возрасте
metric-no-subscribers = подписчики неизвестны
metric-no-reach = охват неизвестен
metric-no-counts = за период нет чисел
points = { $value } п. п.
spoken-views = Просмотры: { $n }
spoken-subscribers = Подписчики: { $n }
spoken-posts = Посты: { $n }
input-old-enough = Достаточно старых постов
input-of = { $n } из { $of }
input-counted = Учтено постов
input-median = Медиана
input-interval = Интервал 80%
input-subscribers = Подписчики по дням
input-err-30d = ERR по счёту TGStat, 30 дней
input-before = Период до этого
left-out-young-24 = { $n ->
    [one] { $n } пост моложе 24 ч и не учтён.
    [few] { $n } поста моложе 24 ч и не учтены.
   *[many] { $n } постов моложе 24 ч и не учтены.
}
left-out-young-total = { $n ->
    [one] { $n } пост моложе 7 дней и не учтён.
    [few] { $n } поста моложе 7 дней и не учтены.
   *[many] { $n } постов моложе 7 дней и не учтены.
}
left-out-unmeasured-24 = { $n ->
    [one] { $n } пост не читался около 24 ч и не учтён.
    [few] { $n } поста не читались около 24 ч и не учтены.
   *[many] { $n } постов не читались около 24 ч и не учтены.
}
left-out-unmeasured-total = { $n ->
    [one] Просмотры { $n } поста неизвестны.
    [few] Просмотры { $n } постов неизвестны.
   *[many] Просмотры { $n } постов неизвестны.
}
attention = Требует внимания
attention-urgent = { $n ->
    [one] { $n } срочное
    [few] { $n } срочных
   *[many] { $n } срочных
}
attention-nothing = Сейчас ничего не нужно
attention-nothing-more = Числа свежие, и ни один молодой пост не отошёл далеко от обычного.
attention-import = Загрузить файлы
attention-stale = Последним числам уже { $age }
attention-stale-more = Прочитаны { $time }. Что было потом, неизвестно.
attention-no-subscribers = Подписчики неизвестны
attention-no-subscribers-more = Поэтому ERR и рост пусты. Их заполнит файл с числами по дням.
attention-daily-old = Дневные числа кончаются { $day }
attention-daily-old-more = { $n ->
    [one] Подписчиков, подписок и отписок нет уже { $n } день.
    [few] Подписчиков, подписок и отписок нет уже { $n } дня.
   *[many] Подписчиков, подписок и отписок нет уже { $n } дней.
}
attention-falling = { $n ->
    [one] { $n } день отписок больше, чем подписок
    [few] { $n } дня подряд отписок больше, чем подписок
   *[many] { $n } дней подряд отписок больше, чем подписок
}
attention-falling-more = { $net } подписчиков за эти дни.
attention-see-growth = Посмотреть рост
attention-quiet = { $n ->
    [one] { $n } день без постов
    [few] { $n } дня без постов
   *[many] { $n } дней без постов
}
attention-quiet-more = Считается до последнего чтения.
attention-see-posts = Посмотреть посты
attention-above = { $title } — на { $change } выше обычного
attention-below = { $title } — на { $change } ниже обычного
attention-post-more = Через { $age } после выхода, против 30 постов до него.
attention-see-post = Посмотреть пост
attention-unmeasured = У { $n } из { $of } постов нет просмотров за 24 ч
attention-unmeasured-more = Они не читались около этого возраста, поэтому охват считается по итогам. Пробел заполнят файлы с чтениями.
quoted = «{ $text }»
latest-posts = Последние посты
all-posts = Все посты
post-without-text = Пост без текста
post-number = Пост { $id }
live = растёт
views-after = просмотры
curve-label = Просмотры за первые 24 часа: { $views }; { $verdict }
verdict = { $change } к обычному через { $age }
verdict-unknown = сравнить с обычным не с чем
at-age = через { $age }
legend-post = этот пост
legend-usual = { $n ->
    [one] обычно: средние 50% из { $n } поста
    [few] обычно: средние 50% из { $n } постов
   *[many] обычно: средние 50% из { $n } постов
}
legend-median = обычно, медиана
trend-24 = Охват за 24 ч, 30 дней
trend-total = Охват всего, 30 дней
trend-24-more = Медиана V(24) постов каждого дня. Дни без таких постов — пропуски.
trend-total-more = Медиана последних счётчиков постов каждого дня, которым не меньше 7 дней. Дни без таких постов — пропуски.
trend-meaning = Одно значение на день: средний по порядку из вышедших в него постов.
trend-days = Дней со значением
trend-none = Пока показать нечего
trend-none-more = День появится здесь, когда один из его постов будет прочитан в этом возрасте.
dashboard-no-posts = За этот период постов нет
dashboard-no-posts-more = Последний вышел { $day }. Выберите период длиннее или другие дни.
dashboard-no-posts-yet = Посты канала начинаются позже. Выберите дни позже.
dashboard-empty = Постов пока нет
dashboard-empty-more = Для этого канала ещё ничего не загружено. Для начала хватит файла с постами.
