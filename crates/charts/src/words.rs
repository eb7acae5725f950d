//! Every word that can stand in a chart, in the three languages. Charts are also drawn where the app and its texts
//! are not (commands, later the bot and reports), so the words live beside the charts.
//!
//! `{name}` in a text is a place for a value, see [`Words::fill`].

use domain::posts::{MediaType, Source};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Ru,
    Uz,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Uz];

    /// By its two-letter code; English for any other.
    pub fn from_code(code: &str) -> Self {
        match code {
            "ru" => Self::Ru,
            "uz" => Self::Uz,
            _ => Self::En,
        }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $en:literal, $ru:literal, $uz:literal;)*) => {
        /// The words of one language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Words {
            pub language: Language,
            /// short names, January first
            pub months: [&'static str; 12],
            /// short names, Monday first
            pub weekdays: [&'static str; 7],
            $($(#[$doc])* pub $name: &'static str,)*
        }

        impl Words {
            pub fn of(language: Language) -> Self {
                match language {
                    Language::En => Self {
                        language,
                        months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
                        weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
                        $($name: $en,)*
                    },
                    Language::Ru => Self {
                        language,
                        months: ["янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."],
                        weekdays: ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
                        $($name: $ru,)*
                    },
                    Language::Uz => Self {
                        language,
                        months: ["yan", "fev", "mar", "apr", "may", "iyn", "iyl", "avg", "sen", "okt", "noy", "dek"],
                        weekdays: ["Du", "Se", "Ch", "Pa", "Ju", "Sh", "Ya"],
                        $($name: $uz,)*
                    },
                }
            }

            #[cfg(test)]
            fn texts(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name)),*]
            }
        }
    };
}

words! {
    /// an empty chart
    no_data: "Nothing to show for this period", "За этот период показать нечего", "Bu davr uchun koʻrsatadigan narsa yoʻq";
    demo_data: "Demo data", "Демоданные", "Namunaviy maʼlumot";
    as_of: "as of {at}", "на {at}", "{at} holatiga";
    hours_unit: "h", "ч", "soat";
    days_unit: "days", "дн.", "kun";

    // titles of pictures
    title_views: "Views over time", "Просмотры по времени", "Vaqt boʻyicha koʻrishlar";
    title_daily: "Views by day of posting", "Просмотры по дням публикации", "Joylangan kun boʻyicha koʻrishlar";
    title_compare_posts: "Posts compared", "Сравнение постов", "Postlar taqqosi";
    title_growth: "Subscribers joined and left", "Подписались и отписались", "Qoʻshilgan va ketganlar";
    title_subscribers: "Subscribers", "Подписчики", "Obunachilar";
    title_reach_trend: "Reach at 24 h", "Охват за 24 ч", "24 soatlik qamrov";
    title_reach: "Reach by age of the post", "Охват по возрасту поста", "Post yoshi boʻyicha qamrov";
    title_sources: "Views by source", "Просмотры по источникам", "Manba boʻyicha koʻrishlar";
    title_heatmap: "Reach by weekday and hour", "Охват по дням недели и часам", "Hafta kuni va soat boʻyicha qamrov";
    title_view_curve: "Views by age of the post", "Просмотры по возрасту поста", "Post yoshi boʻyicha koʻrishlar";
    title_post: "Views of the post", "Просмотры поста", "Post koʻrishlari";
    title_channels: "Channels compared", "Сравнение каналов", "Kanallar taqqosi";
    title_top: "Top posts", "Лучшие посты", "Eng yaxshi postlar";
    title_content: "What the content changes", "Как влияет содержание", "Mazmun taʼsiri";
    title_trending: "Trending posts", "Посты в тренде", "Trenddagi postlar";
    title_overview: "Overview", "Обзор", "Umumiy koʻrinish";

    // series and columns
    day: "Day", "День", "Kun";
    time: "Time", "Время", "Vaqt";
    week_of: "Week of {day}", "Неделя с {day}", "{day} haftasi";
    views: "Views", "Просмотры", "Koʻrishlar";
    forwards: "Forwards", "Пересылки", "Ulashishlar";
    reactions: "Reactions", "Реакции", "Reaksiyalar";
    replies: "Replies", "Комментарии", "Izohlar";
    posts: "Posts", "Посты", "Postlar";
    post: "Post", "Пост", "Post";
    this_period: "this period", "этот период", "shu davr";
    period_before: "the period before", "период до этого", "oldingi davr";
    post_published: "post published", "пост опубликован", "post joylandi";
    usual_range: "usual range", "обычный диапазон", "odatdagi oraliq";
    forecast: "forecast", "прогноз", "prognoz";
    usual: "usual", "обычно", "odatda";
    joined: "joined", "подписались", "qoʻshildi";
    left: "left", "отписались", "ketdi";
    net: "net", "итог", "farq";
    subscribers: "Subscribers", "Подписчики", "Obunachilar";
    age: "Age", "Возраст", "Yosh";
    reach: "Reach", "Охват", "Qamrov";
    interval: "80% interval", "80%-й интервал", "80% oraliq";
    estimated: "estimated", "оценка", "taxmin";
    err: "ERR", "ERR", "ERR";
    er: "ER", "ER", "ER";
    share: "Share", "Доля", "Ulush";
    change: "Change", "Изменение", "Oʻzgarish";
    source: "Source", "Источник", "Manba";
    hour: "Hour", "Час", "Soat";
    lift: "Lift", "Прирост", "Oʻsish";
    median: "median", "медиана", "mediana";
    mean: "mean", "среднее", "oʻrtacha";
    share_of_total: "Share of all views", "Доля всех просмотров", "Barcha koʻrishlar ulushi";
    no_posts_yet: "no posts yet", "постов ещё нет", "hali post yoʻq";
    channel: "Channel", "Канал", "Kanal";
    expected: "expected", "ожидалось", "kutilgan";
    reason: "Reason", "Причина", "Sabab";
    performance: "Against expected", "К ожиданию", "Kutilganga nisbatan";
    group: "Group", "Группа", "Guruh";
    avg_reach: "Average reach", "Средний охват", "Oʻrtacha qamrov";
    growth: "Growth", "Рост", "Oʻsish";
    metric: "Metric", "Показатель", "Koʻrsatkich";
    value: "Value", "Значение", "Qiymat";
    published: "Published", "Опубликован", "Joylangan";
    no_text: "(no text)", "(без текста)", "(matnsiz)";
    z_above: "{z} spreads above the period", "на {z} разброса выше периода", "davrdan {z} tarqoqlik yuqori";
    ewz_above: "{z} spreads above recent posts", "на {z} разброса выше недавних постов", "yaqindagi postlardan {z} tarqoqlik yuqori";
    axis_from: "axis from {from}", "шкала с {from}", "oʻq {from} dan";
    hashtags: "Hashtags", "Хештеги", "Xeshteglar";
    media_type: "Media", "Медиа", "Media";
    length: "Length", "Длина", "Uzunlik";
    weekday_group: "Weekday", "День недели", "Hafta kuni";
    posts_a_day: "Posts a day", "Постов в день", "Kuniga postlar";
    characters: "{band} characters", "{band} знаков", "{band} belgi";
    without_text: "no text", "без текста", "matnsiz";

    // around a chart in the page
    show_table: "Show as a table", "Показать таблицей", "Jadval koʻrinishida";
    chart_keys: "Arrow keys move along the chart, plus and minus zoom, 0 goes back, Enter picks.",
        "Стрелки двигают курсор по графику, плюс и минус меняют масштаб, 0 возвращает начальный вид, Enter выбирает.",
        "Strelkalar grafik boʻylab yuritadi, plyus va minus masshtabni oʻzgartiradi, 0 dastlabki holatga qaytaradi, Enter tanlaydi.";
    chart_failed: "The chart could not be loaded. The table below has all its numbers.",
        "График не загрузился. Все его числа есть в таблице ниже.",
        "Grafik yuklanmadi. Barcha sonlari quyidagi jadvalda.";

    // one sentence about each chart, for those who hear it
    label_views: "Views over time, {first} to {last}: highest {high} on {high_day}, lowest {low} on {low_day}.",
        "Просмотры по времени, {first} – {last}: больше всего {high} ({high_day}), меньше всего {low} ({low_day}).",
        "Vaqt boʻyicha koʻrishlar, {first} – {last}: eng koʻpi {high} ({high_day}), eng kami {low} ({low_day}).";
    label_compare_posts: "Views by hours after posting: {posts}.", "Просмотры по часам после публикации: {posts}.", "Joylangandan keyingi soatlar boʻyicha koʻrishlar: {posts}.";
    label_growth: "Subscribers {first} to {last}: {joined} joined, {left} left, {net} in all.",
        "Подписчики {first} – {last}: подписались {joined}, отписались {left}, итог {net}.",
        "Obunachilar {first} – {last}: {joined} qoʻshildi, {left} ketdi, farq {net}.";
    label_subscribers: "Subscribers {first} to {last}: from {start} to {end}.", "Подписчики {first} – {last}: с {start} до {end}.", "Obunachilar {first} – {last}: {start} dan {end} gacha.";
    label_reach_trend: "Median reach at 24 h, {first} to {last}: last {end}.", "Медианный охват за 24 ч, {first} – {last}: последний {end}.", "24 soatlik mediana qamrov, {first} – {last}: oxirgisi {end}.";
    label_reach: "Median views of a post by age: {ages}.", "Медиана просмотров поста по возрасту: {ages}.", "Post yoshi boʻyicha koʻrishlar medianasi: {ages}.";
    label_sources: "Where views came from: {sources}.", "Откуда просмотры: {sources}.", "Koʻrishlar manbalari: {sources}.";
    label_heatmap: "Reach against usual by weekday and hour, from {posts} posts: best {best}, weakest {worst}.",
        "Охват к обычному по дням недели и часам, постов: {posts}; лучше всего {best}, слабее всего {worst}.",
        "Hafta kuni va soat boʻyicha odatdagiga nisbatan qamrov, postlar: {posts}; eng yaxshisi {best}, eng zaifi {worst}.";
    label_view_curve: "Median views by age of the post: {ages}.", "Медиана просмотров по возрасту поста: {ages}.", "Post yoshi boʻyicha koʻrishlar medianasi: {ages}.";
    label_post: "Views of the post: {views} after {age}.", "Просмотры поста: {views} через {age}.", "Post koʻrishlari: {age} dan keyin {views}.";
    label_ahead: "Forecast at {age}: {low} to {high}.", "Прогноз через {age}: от {low} до {high}.", "Prognoz, {age}: {low} dan {high} gacha.";
    label_channels: "Channels by {metric}: {channels}.", "Каналы по {metric}: {channels}.", "Kanallar, {metric} boʻyicha: {channels}.";
    label_top: "Top posts by {metric}: {posts}.", "Лучшие посты по {metric}: {posts}.", "{metric} boʻyicha eng yaxshi postlar: {posts}.";
    label_content: "Reach against usual by kind of post: {groups}.", "Охват к обычному по видам постов: {groups}.", "Post turlari boʻyicha odatdagiga nisbatan qamrov: {groups}.";
    label_trending: "Posts above expectation: {posts}.", "Посты выше ожидания: {posts}.", "Kutilgandan yuqori postlar: {posts}.";
    label_overview: "Overview: {metrics}.", "Обзор: {metrics}.", "Umumiy koʻrinish: {metrics}.";
}

/// Names that data carry: key, English, Russian, Uzbek.
const NAMES: &[(&str, [&str; 3])] = &[
    ("text", ["Text", "Текст", "Matn"]),
    ("photo", ["Photo", "Фото", "Foto"]),
    ("video", ["Video", "Видео", "Video"]),
    ("album", ["Album", "Альбом", "Albom"]),
    ("animation", ["Animation", "Анимация", "Animatsiya"]),
    ("audio", ["Audio", "Аудио", "Audio"]),
    ("voice", ["Voice", "Голосовое", "Ovozli xabar"]),
    ("video_note", ["Video message", "Видеосообщение", "Video xabar"]),
    ("document", ["Document", "Документ", "Hujjat"]),
    ("sticker", ["Sticker", "Стикер", "Stiker"]),
    ("poll", ["Poll", "Опрос", "Soʻrovnoma"]),
    ("location", ["Location", "Место", "Joylashuv"]),
    ("contact", ["Contact", "Контакт", "Kontakt"]),
    ("link", ["Link", "Ссылка", "Havola"]),
    ("giveaway", ["Giveaway", "Розыгрыш", "Sovgʻa oʻyini"]),
    ("media", ["Media", "Медиа", "Media"]),
    ("other", ["Other", "Другое", "Boshqa"]),
    ("followers", ["Subscribers", "Подписчики", "Obunachilar"]),
    ("channels", ["Other channels", "Другие каналы", "Boshqa kanallar"]),
    ("forwards", ["Forwards", "Пересылки", "Ulashishlar"]),
    ("groups", ["Groups", "Группы", "Guruhlar"]),
    ("pm", ["Private chats", "Личные чаты", "Shaxsiy chatlar"]),
    ("private_chats", ["Private chats", "Личные чаты", "Shaxsiy chatlar"]),
    ("search", ["Search", "Поиск", "Qidiruv"]),
    ("url", ["Links", "Ссылки", "Havolalar"]),
    ("links", ["Links", "Ссылки", "Havolalar"]),
    ("similar_channels", ["Similar channels", "Похожие каналы", "Oʻxshash kanallar"]),
];

impl Words {
    /// Puts values into the places of a text.
    pub fn fill(&self, text: &str, values: &[(&str, &str)]) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        // one pass, so that braces inside a value stay what they are
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}').map(|at| open + at) else { break };
            filled.push_str(&rest[..open]);
            let name = &rest[open + 1..close];
            filled.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
            rest = &rest[close + 1..];
        }
        filled.push_str(rest);
        filled
    }

    /// Name of a media type or source of views; what is not known here stands as it is.
    pub fn name<'a>(&self, key: &'a str) -> &'a str {
        NAMES.iter().find(|(name, _)| *name == key).map_or(key, |(_, names)| names[self.language as usize])
    }

    pub fn media_type_name(&self, media_type: MediaType) -> &'static str {
        self.name(media_type.as_str())
    }

    /// Where a number comes from, as a word.
    pub fn provenance(&self, source: Source) -> &'static str {
        let names: [&str; 3] = match source {
            Source::Official => ["official", "официально", "rasmiy"],
            Source::Measured => ["measured", "измерено", "oʻlchangan"],
            Source::Preview => ["public page", "публичная страница", "ochiq sahifa"],
            Source::Imported => ["imported", "импорт", "import"],
            Source::Estimated => ["estimated", "оценка", "taxmin"],
            Source::Missing => ["missing", "нет данных", "maʼlumot yoʻq"],
        };
        names[self.language as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut found: Vec<_> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_language_has_the_same_places_in_every_text() {
        let english = Words::of(Language::En).texts();
        for language in Language::ALL {
            for ((name, text), (_, english)) in Words::of(language).texts().into_iter().zip(&english) {
                assert!(!text.trim().is_empty(), "{name} is empty in {language:?}");
                assert_eq!(places(text), places(english), "{name} in {language:?}");
            }
        }
    }

    #[test]
    fn values_are_put_in_once_and_never_read_again() {
        let words = Words::of(Language::En);
        assert_eq!(words.fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
        assert_eq!(words.fill("open {brace", &[]), "open {brace");
    }

    #[test]
    fn every_media_type_has_a_name() {
        for media_type in MediaType::ALL {
            assert!(NAMES.iter().any(|(key, _)| *key == media_type.as_str()), "{media_type:?}");
        }
        assert_eq!(Words::of(Language::Ru).media_type_name(MediaType::Poll), "Опрос");
        assert_eq!(Words::of(Language::En).name("boost_links"), "boost_links");
    }
}
