//! Where a list goes on. What stands in a cursor is nobody's business but ours; one that was made up is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::analytics::Query;
use domain::analytics::post_list::Place;
use domain::analytics::query::{Bound, MaxGap, Sort};
use domain::analytics::top::Key;
use domain::ids::ChannelId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::parameters::Given;
use crate::problem::Problem;

/// A list of posts: the window stays that of the first page, also when it was counted back from the newest post and a
/// newer one has come since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostsCursor {
    post_id: i64,
    /// what the last post was ordered by, where that was known: a count, or the bits of a ratio, because a number in JSON
    /// does not come back to the last bit
    count: Option<i64>,
    ratio: Option<u64>,
    /// unix seconds
    from: i64,
    to: i64,
    tz: String,
    sort: Option<Sort>,
    min_views: Option<i64>,
    max_gap: String,
    /// of what the first request said
    said: String,
}

/// A list of channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsCursor {
    pub after: ChannelId,
}

impl PostsCursor {
    /// After a page of the window `from..to` in the zone `tz`.
    pub fn new(place: Place, (from, to): (i64, i64), tz: &str, query: &Query, said: &str) -> Self {
        let max_gap = match query.max_gap {
            MaxGap::Usual => String::new(),
            MaxGap::Hours(hours) => hours.to_string(),
            MaxGap::Any => "any".to_owned(),
        };
        let (sort, min_views) = (query.sort, query.min_views);
        let (count, ratio) = match place.key {
            None => (None, None),
            Some(Key::Count(count)) => (Some(count), None),
            Some(Key::Ratio(ratio)) => (None, Some(ratio.to_bits())),
        };
        let post_id = place.post_id;
        Self { post_id, count, ratio, from, to, tz: tz.to_owned(), sort, min_views, max_gap, said: said.to_owned() }
    }

    /// The query of the next page, where it begins, and what the first request said.
    pub fn resume(given: &Given) -> Result<Option<(Query, Place, String)>, Problem> {
        let Some(text) = &given.cursor else { return Ok(None) };
        let cursor: Self = decode(text)?;
        if given.is_narrowed && cursor.said != said(&given.query) {
            let allowed = "used with the parameters of its first page, or with none but limit";
            return Err(Problem::invalid("cursor", allowed));
        }
        let max_gap = match cursor.max_gap.as_str() {
            "" => MaxGap::Usual,
            text => text.parse().map_err(|_| made_up())?,
        };
        let query = Query {
            from: Some(Bound::Instant(cursor.from)),
            to: Some(Bound::Instant(cursor.to)),
            tz: Some(cursor.tz),
            sort: cursor.sort,
            min_views: cursor.min_views,
            max_gap,
            limit: given.query.limit,
            ..Query::default()
        };
        let key = cursor.count.map(Key::Count).or(cursor.ratio.map(f64::from_bits).map(Key::Ratio));
        Ok(Some((query, Place { key, post_id: cursor.post_id }, cursor.said)))
    }
}

/// A short hash of everything a request for posts says besides `limit`.
pub fn said(query: &Query) -> String {
    let narrowing = format!("{:?}", (query.from, query.to, &query.tz, query.sort, query.min_views, query.max_gap));
    URL_SAFE_NO_PAD.encode(&Sha256::digest(narrowing)[..6])
}

pub fn encode(cursor: &impl Serialize) -> Result<String, Problem> {
    let json = serde_json::to_vec(cursor).map_err(services::Error::from)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| made_up())?;
    // an object: serde takes a list for a struct, too
    let fields: Map<String, Value> = serde_json::from_slice(&json).map_err(|_| made_up())?;
    serde_json::from_value(Value::Object(fields)).map_err(|_| made_up())
}

fn made_up() -> Problem {
    Problem::invalid("cursor", "the value of next in the page before, as it is")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(raw: &str) -> Given {
        super::super::parameters::read(Some(raw), super::super::POSTS_PARAMETERS).expect("allowed")
    }

    #[test]
    fn a_page_goes_on_with_the_window_and_order_of_the_first() {
        let first = given("sort=views&min_views=10&max_gap=6&limit=5");
        // a value that JSON's numbers lose the last bit of
        let place = Place { key: Some(Key::Ratio(f64::from_bits(0x3f84_7ae1_47ae_147d))), post_id: 7 };
        let cursor = PostsCursor::new(place, (100, 200), "Asia/Tashkent", &first.query, &said(&first.query));
        let text = encode(&cursor).expect("encodes");
        for rest in ["", "&sort=views&min_views=10&max_gap=6", "&limit=9"] {
            let (query, resumed, _) =
                PostsCursor::resume(&given(&format!("cursor={text}{rest}"))).expect("allowed").expect("a cursor");
            assert_eq!(resumed, place, "to the last bit");
            assert_eq!((query.from, query.to), (Some(Bound::Instant(100)), Some(Bound::Instant(200))));
            assert_eq!((query.sort, query.min_views, query.max_gap), (Some(Sort::Views), Some(10), MaxGap::Hours(6)));
        }
        let other = PostsCursor::resume(&given(&format!("cursor={text}&sort=er")));
        assert_eq!(other.expect_err("another list").field.as_deref(), Some("cursor"));
        assert_eq!(PostsCursor::resume(&first).expect("none"), None);
    }

    #[test]
    fn what_was_made_up_is_refused() {
        let json = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for text in ["x".to_owned(), "%00".to_owned(), json("{}"), json("[1]"), json("null"), json("{\"after\":\"x\"}")]
        {
            assert!(decode::<ChannelsCursor>(&text).is_err(), "{text}");
            assert!(decode::<PostsCursor>(&text).is_err(), "{text}");
        }
    }
}
