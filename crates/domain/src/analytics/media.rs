//! Some kinds of posts only: the filter of the screens.

use super::history::PostColumns;
use super::posts::in_window;
use super::{Dataset, Window};
use crate::posts::MediaType;

/// Kinds of the window's posts with their numbers, those of most posts first; posts whose kind is not known are not
/// among them.
pub fn media_types(data: &Dataset, window: &Window) -> Vec<(MediaType, u64)> {
    let mut counts: Vec<(MediaType, u64)> = MediaType::ALL.iter().map(|media| (*media, 0)).collect();
    for index in in_window(data, window) {
        if let Some(media) = data.posts.media_type[index]
            && let Some((_, count)) = counts.iter_mut().find(|(other, _)| *other == media)
        {
            *count += 1;
        }
    }
    counts.retain(|(_, count)| *count > 0);
    // stable: equals stay in the order of the enumeration
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

impl Dataset {
    /// The same channel with the posts of these kinds only; of all when none is named. Facts about the whole channel
    /// (daily, sources) and each post's performance, which speaks of all posts before it, stay.
    #[must_use]
    pub fn of_media(&self, wanted: &[MediaType]) -> Self {
        if wanted.is_empty() {
            return self.clone();
        }
        let kept: Vec<usize> = (0..self.posts.len())
            .filter(|index| self.posts.media_type[*index].is_some_and(|media| wanted.contains(&media)))
            .collect();
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
    use crate::zone::Zone;

    fn channel() -> Dataset {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(24 * HOUR, 100)]).media(Some(MediaType::Video));
        fixture.post_read(2, HOUR, &[(25 * HOUR, 200)]).media(None);
        fixture.post_read(3, 2 * HOUR, &[(26 * HOUR, 300)]).media(Some(MediaType::Photo));
        fixture.post_read(4, DAY, &[(2 * DAY, 400)]).media(Some(MediaType::Photo));
        fixture.dataset()
    }

    #[test]
    fn kinds_are_counted_in_the_window_only() {
        let data = channel();
        let day = Window::new(0, DAY, Zone::utc());
        assert_eq!(media_types(&data, &day), [(MediaType::Photo, 1), (MediaType::Video, 1)]);
        let both = Window::new(0, 2 * DAY, Zone::utc());
        assert_eq!(media_types(&data, &both), [(MediaType::Photo, 2), (MediaType::Video, 1)]);
    }

    #[test]
    fn a_filter_keeps_the_columns_together() {
        let data = channel();
        let photos = data.of_media(&[MediaType::Photo]);
        assert_eq!(photos.posts.post_id, [3, 4]);
        assert_eq!(photos.views_at(24), Some([Some(300.0), Some(400.0)].as_slice()));
        assert_eq!(photos.performance, [data.performance[2], data.performance[3]]);
        assert_eq!(data.of_media(&[]), data);
        assert!(data.of_media(&[MediaType::Poll]).posts.is_empty());
    }
}
