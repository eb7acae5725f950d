//! The page `t.me/NAME`, to which Telegram leads from a preview that is not there: it tells whether anybody has the
//! name.

use domain::collect::label::CountLabel;
use scraper::Html;

use crate::error::Error;
use crate::html::{first, line};

/// Why there is no preview.
pub(crate) fn read(html: &str) -> Error {
    let document = Html::parse_document(html);
    let root = document.root_element();
    let text = |class| first(root, class).map(line).filter(|text| !text.is_empty());
    // "12 345 subscribers" of a channel, "@name" of a person or a bot, nothing of a name that nobody has
    let extra = text("tgme_page_extra").unwrap_or_default();
    let Some(count) =
        ["subscribers", "subscriber", "members", "member"].iter().find_map(|kind| extra.strip_suffix(kind))
    else {
        return Error::NotFound;
    };
    let members: Option<CountLabel> = count.parse().ok();
    Error::NoPreview { title: text("tgme_page_title").unwrap_or_default(), members }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_without_a_preview_is_told_from_a_name_that_nobody_has() {
        let channel = r#"<div class="tgme_page"><div class="tgme_page_title"><span dir="auto">Closed &amp; quiet</span></div><div class="tgme_page_extra">98 700 subscribers</div></div>"#;
        match read(channel) {
            Error::NoPreview { title, members } => {
                assert_eq!((title.as_str(), members), ("Closed & quiet", Some(CountLabel::exact(98_700))));
            }
            other => panic!("{other}"),
        }
        let person = r#"<div class="tgme_page_title">Ann</div><div class="tgme_page_extra">@ann_karenina</div>"#;
        let nobody = r#"<div class="tgme_page_description">If you have <strong>Telegram</strong>, you can contact <a>@nobody</a> right away.</div>"#;
        for page in [person, nobody, "", "<html><p>Not Telegram"] {
            assert!(matches!(read(page), Error::NotFound), "{page}");
        }
    }
}
