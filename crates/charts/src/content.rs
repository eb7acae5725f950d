//! Metrics §2 *content*: the lift of every kind of post with its 80 % interval, around a line at usual.

use charming::element::{
    AxisPointerType, ItemStyle, LineStyle, MarkLine, MarkLineData, MarkLineVariant, Symbol, Trigger,
};
use charming::series::Scatter;
use domain::analytics::content::{Content, ContentGroup};

use crate::look::{self, Below};
use crate::numbers::UNKNOWN;
use crate::patch::Sheet;
use crate::{Cursor, Frame, Spec, Style};

/// Groups with fewer posts are hidden; the page says so.
pub const POSTS_MIN: u64 = 10;
/// More would not be readable in one picture.
const SHOWN_MAX: usize = 14;
const HASHTAGS_MAX: usize = 5;
const NAME_WIDTH_CARD: u32 = 132;
const NAME_WIDTH_PICTURE: u32 = 240;

/// Which groups to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    MediaType,
    Length,
    Hashtag,
    Weekday,
    PostsADay,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::MediaType, Self::Length, Self::Hashtag, Self::Weekday, Self::PostsADay];

    fn groups(self, content: &Content) -> &[ContentGroup] {
        match self {
            Self::MediaType => &content.media_type,
            Self::Length => &content.length,
            Self::Hashtag => &content.hashtag,
            Self::Weekday => &content.weekday,
            Self::PostsADay => &content.posts_a_day,
        }
    }

    fn name(self, group: &ContentGroup, style: &Style) -> String {
        let words = style.words;
        match self {
            Self::MediaType => words.name(&group.name).to_owned(),
            Self::Length if group.name == "0" => words.without_text.to_owned(),
            Self::Length => words.fill(words.characters, &[("band", &group.name.replace('-', "–"))]),
            Self::Hashtag => group.name.clone(),
            Self::Weekday => {
                group.name.parse().map_or_else(|_| group.name.clone(), |index| words.weekday(index).to_owned())
            }
            Self::PostsADay => format!("{}: {}", words.posts_a_day, group.name.replace('-', "–")),
        }
    }
}

/// One kind of groups, or, with `None`, the best known of all kinds in one picture.
pub fn spec(content: &Content, kind: Option<Kind>, style: &Style) -> Spec {
    let words = style.words;
    let header = [words.group, words.lift, words.interval, words.median, words.posts];
    let shown: Vec<(String, &ContentGroup)> = kinds(kind)
        .into_iter()
        .flat_map(|one| {
            let most = if one == Kind::Hashtag && kind.is_none() { HASHTAGS_MAX } else { SHOWN_MAX };
            one.groups(content)
                .iter()
                .filter(|group| group.n >= POSTS_MIN && group.lift.is_some())
                .take(most)
                .map(move |group| (one.name(group, style), group))
        })
        .take(SHOWN_MAX)
        .collect();
    if shown.is_empty() {
        return look::nothing(style, words.title_content, &header);
    }
    let palette = style.palette;
    let dots: Vec<Vec<f64>> =
        shown.iter().enumerate().map(|(row, (_, group))| vec![group.lift.unwrap_or_default(), row as f64]).collect();
    let spans: Vec<MarkLineVariant> = shown
        .iter()
        .enumerate()
        .filter_map(|(row, (_, group))| {
            let end = |value: f64| MarkLineData::new().coord(vec![value, row as f64]);
            Some(MarkLineVariant::StartToEnd(end(group.low?), end(group.high?)))
        })
        .collect();
    let intervals = MarkLine::new()
        .symbol(vec![Symbol::None, Symbol::None])
        .label(charming::element::Label::new().show(false))
        .line_style(LineStyle::new().color(palette.series(0)).width(4).opacity(0.4))
        .data(spans);
    let chart = look::chart(style, words.title_content)
        .grid(look::grid(style, Below::default()))
        .x_axis(look::number_axis(style, "@change").position("top"))
        .y_axis(look::name_axis(style, shown.iter().map(|(name, _)| name.clone()).collect()).inverse(true))
        .y_axis(
            look::name_axis(style, shown.iter().map(|(_, group)| words.change_or_dash(group.lift)).collect())
                .inverse(true)
                .position("right"),
        )
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::None))
        .series(
            Scatter::new()
                .id("lift")
                .name(words.lift)
                .symbol_size(10)
                .item_style(
                    ItemStyle::new().color(palette.series(0)).border_color(palette.surface.as_str()).border_width(2),
                )
                .mark_line(intervals)
                .data(dots),
        );
    let mut sheet = Sheet::new(&chart, style);
    let width = if matches!(style.frame, Frame::Card) { NAME_WIDTH_CARD } else { NAME_WIDTH_PICTURE };
    sheet.cut_labels('y', 0, width);
    sheet.name_labels(0, &palette.text_2, 12);
    sheet.cut_labels('y', 1, width);
    sheet.value_labels(1, &palette.text, 12);
    sheet.sparse_labels('x');
    sheet.still_marks(0);
    sheet.keep_in_view(0);
    sheet.zero_line(&palette.zero);
    sheet.contain_labels();

    let said: Vec<String> =
        shown.iter().map(|(name, group)| format!("{name} {}", words.change_or_dash(group.lift))).collect();
    Spec {
        option: sheet.finish(),
        label: words.fill(words.label_content, &[("groups", &said.join(", "))]),
        table: look::table(
            header,
            shown.iter().map(|(name, group)| {
                let interval = match (group.low, group.high) {
                    (Some(low), Some(high)) => format!("{} … {}", words.change(low), words.change(high)),
                    _ => UNKNOWN.to_owned(),
                };
                [
                    name.clone(),
                    words.change_or_dash(group.lift),
                    interval,
                    words.full_or_dash(group.median_views),
                    words.full(group.n as f64),
                ]
            }),
        ),
        cursor: Cursor::along_y(),
    }
}

fn kinds(kind: Option<Kind>) -> Vec<Kind> {
    kind.map_or_else(|| Kind::ALL.to_vec(), |one| vec![one])
}
