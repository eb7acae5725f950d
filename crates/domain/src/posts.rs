//! Posts and what they carry.

use serde::{Deserialize, Serialize};

macro_rules! media_types {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// What a post carries. `Media` is "something, the source does not say what".
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum MediaType { $($variant),* }

        impl MediaType {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

media_types! {
    Text "text", Photo "photo", Video "video", Album "album", Animation "animation", Audio "audio", Voice "voice",
    VideoNote "video_note", Document "document", Sticker "sticker", Poll "poll", Location "location",
    Contact "contact", Link "link", Giveaway "giveaway", Media "media", Other "other",
}

impl std::str::FromStr for MediaType {
    type Err = UnknownMediaType;

    fn from_str(text: &str) -> Result<Self, UnknownMediaType> {
        Self::ALL.iter().copied().find(|media| media.as_str() == text).ok_or_else(|| UnknownMediaType(text.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a media type")]
pub struct UnknownMediaType(pub String);

/// Where a number comes from (metrics §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Telegram's own statistics
    Official,
    /// our own reads
    Measured,
    /// the public page; rounded labels
    Preview,
    /// a file
    Imported,
    /// a model; always with an interval
    Estimated,
    Missing,
}

impl std::str::FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        Ok(match text {
            "official" => Self::Official,
            "measured" => Self::Measured,
            "preview" => Self::Preview,
            "imported" => Self::Imported,
            "estimated" => Self::Estimated,
            "missing" => Self::Missing,
            _ => return Err(UnknownSource(text.to_owned())),
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a source of numbers")]
pub struct UnknownSource(pub String);

/// The four counters of a post; `None` = not known, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
}

/// A reading of a post's counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// unix seconds
    pub at: i64,
    #[serde(flatten)]
    pub counters: Counters,
}
