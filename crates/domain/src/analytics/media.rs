//! One kind of posts only: the filter of the screens.

use super::Dataset;
use super::history::PostColumns;
use super::table::MediaKind;

impl Dataset {
    /// The same channel with the posts of one kind only. Facts about the whole channel (daily, sources) stay, and so
    /// does each post's performance, which speaks of all posts before it; what is worked out from the measured ages
    /// then compares posts of this kind with one another.
    #[must_use]
    pub fn of_kind(&self, kind: MediaKind) -> Self {
        let kept: Vec<usize> =
            (0..self.posts.len()).filter(|index| MediaKind::of(self.posts.media_type[*index]) == kind).collect();
        Self {
            channel: self.channel.clone(),
            as_of: self.as_of,
            posts: posts_at(&self.posts, &kept),
            ages_h: self.ages_h.clone(),
            measured: self.measured.iter().map(|column| at(column, &kept)).collect(),
            performance: at(&self.performance, &kept),
            growth_rate: at(&self.growth_rate, &kept),
            daily: self.daily.clone(),
            sources: self.sources.clone(),
            link_joins: self.link_joins.clone(),
        }
    }
}

fn at<T: Clone>(column: &[T], kept: &[usize]) -> Vec<T> {
    kept.iter().map(|index| column[*index].clone()).collect()
}

fn posts_at(posts: &PostColumns, kept: &[usize]) -> PostColumns {
    PostColumns {
        post_id: at(&posts.post_id, kept),
        date_utc: at(&posts.date_utc, kept),
        views: at(&posts.views, kept),
        forwards: at(&posts.forwards, kept),
        reactions: at(&posts.reactions, kept),
        replies: at(&posts.replies, kept),
        counted_at: at(&posts.counted_at, kept),
        media_type: at(&posts.media_type, kept),
        source: at(&posts.source, kept),
        text_chars: at(&posts.text_chars, kept),
        text: at(&posts.text, kept),
        hashtags: at(&posts.hashtags, kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::posts::MediaType;

    #[test]
    fn a_filter_keeps_the_columns_together() {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(24 * HOUR, 100)]).media(Some(MediaType::Video));
        fixture.post_read(2, HOUR, &[(25 * HOUR, 200)]).media(None);
        fixture.post_read(3, 2 * HOUR, &[(26 * HOUR, 300)]).media(Some(MediaType::Photo));
        fixture.post_read(4, DAY, &[(2 * DAY, 400)]).media(Some(MediaType::Photo));
        let data = fixture.dataset();
        let photos = data.of_kind(MediaKind::Known(MediaType::Photo));
        assert_eq!(photos.posts.post_id, [3, 4]);
        assert_eq!(photos.views_at(24), Some([Some(300.0), Some(400.0)].as_slice()));
        assert_eq!(photos.performance, [data.performance[2], data.performance[3]]);
        assert_eq!(data.of_kind(MediaKind::Unknown).posts.post_id, [2]);
        assert!(data.of_kind(MediaKind::Known(MediaType::Poll)).posts.is_empty());
    }
}
