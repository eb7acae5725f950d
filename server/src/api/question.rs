//! The questions about a window of a channel, one row each: name in the address, parameters, how long an answer keeps,
//! and how it is answered. When to post is none of them: it looks at the whole history and at what the owner has chosen
//! (`What::BestTimes`).

use domain::analytics::content::Content;
use domain::analytics::daily::Day;
use domain::analytics::dashboard::Dashboard;
use domain::analytics::growth::Growth;
use domain::analytics::heatmap::HeatCell;
use domain::analytics::overview::Overview;
use domain::analytics::posts::PostView;
use domain::analytics::reach::Reach;
use domain::analytics::sources::Sources;
use domain::analytics::trending::TrendingPost;
use domain::analytics::view_curve::CurvePoint;
use domain::analytics::{Answer, Query};
use serde::Serialize;
use services::analytics::{Loaded, answers};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::parameters::Parameter;
use super::subject::body;
use crate::problem::Problem;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    Overview,
    Daily,
    Growth,
    Reach,
    ViewCurve,
    TopPosts,
    Sources,
    Content,
    Trending,
    Heatmap,
    Dashboard,
}

/// Schemas an answer is made of, by name.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

impl Question {
    /// In the order of the document.
    pub const ALL: [Self; 11] = [
        Self::Overview,
        Self::Daily,
        Self::Growth,
        Self::Reach,
        Self::ViewCurve,
        Self::TopPosts,
        Self::Sources,
        Self::Content,
        Self::Trending,
        Self::Heatmap,
        Self::Dashboard,
    ];

    /// As it stands in the address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Daily => "daily",
            Self::Growth => "growth",
            Self::Reach => "reach",
            Self::ViewCurve => "view-curve",
            Self::TopPosts => "top-posts",
            Self::Sources => "sources",
            Self::Content => "content",
            Self::Trending => "trending",
            Self::Heatmap => "heatmap",
            Self::Dashboard => "dashboard",
        }
    }

    pub fn summary(self) -> &'static str {
        match self {
            Self::Overview => "Sums, mean reach, er, err and growth of a window",
            Self::Daily => "One row a day: posts of that day and facts about it",
            Self::Growth => "Subscribers day by day, who joined and left, churn",
            Self::Reach => "Median views at each age, its interval, and its share of the subscribers",
            Self::ViewCurve => "Mean and median views of posts by age",
            Self::TopPosts => "The best posts of a window",
            Self::Sources => "Where views come from, with the change against the window before",
            Self::Content => "What does better: media type, length, hashtag, weekday, posts a day",
            Self::Trending => "Posts above what was to be expected",
            Self::Heatmap => "Every weekday and hour: how posts did, shrunk towards the mean",
            Self::Dashboard => "Overview, daily, top posts, view curve, heatmap, trending, reach and growth at once",
        }
    }

    pub fn parameters(self) -> &'static [Parameter] {
        use Parameter::{From, Hours, MaxGap, Measure, To, TopLimit, TopMinViews, TopSort, Tz};
        match self {
            Self::Overview | Self::Daily | Self::Growth | Self::Sources | Self::Trending => &[From, To, Tz],
            Self::Reach | Self::ViewCurve => &[From, To, Tz, Hours, MaxGap],
            Self::TopPosts => &[From, To, Tz, TopLimit, TopSort, TopMinViews, MaxGap],
            Self::Content | Self::Heatmap => &[From, To, Tz, Measure, MaxGap],
            Self::Dashboard => &[From, To, Tz, MaxGap],
        }
    }

    /// Seconds that a client may keep an answer without asking: the more of the past it sums up, the longer.
    pub fn max_age_s(self) -> u32 {
        match self {
            Self::Dashboard | Self::Overview | Self::TopPosts | Self::Trending => 30,
            Self::Daily | Self::Reach | Self::ViewCurve => 60,
            Self::Growth | Self::Sources => 120,
            Self::Content | Self::Heatmap => 180,
        }
    }

    pub fn answer(self, loaded: &Loaded, query: &Query) -> Result<Vec<u8>, Problem> {
        fn of<T: Serialize>(
            answer: fn(&Loaded, &Query) -> Answer<T>,
            loaded: &Loaded,
            query: &Query,
        ) -> Result<Vec<u8>, Problem> {
            let answer = answer(loaded, query);
            body(&answer.data, &answer.meta)
        }
        match self {
            Self::Overview => of(answers::overview, loaded, query),
            Self::Daily => of(answers::daily, loaded, query),
            Self::Growth => of(answers::growth, loaded, query),
            Self::Reach => of(answers::reach, loaded, query),
            Self::ViewCurve => of(answers::view_curve, loaded, query),
            Self::TopPosts => of(answers::top_posts, loaded, query),
            Self::Sources => of(answers::sources, loaded, query),
            Self::Content => of(answers::content, loaded, query),
            Self::Trending => of(answers::trending, loaded, query),
            Self::Heatmap => of(answers::heatmap, loaded, query),
            Self::Dashboard => of(answers::dashboard, loaded, query),
        }
    }

    /// The schema of `data`; what it refers to goes into `schemas`.
    pub fn schema(self, schemas: &mut Schemas) -> RefOr<Schema> {
        match self {
            Self::Overview => schema::<Overview>(schemas),
            Self::Daily => list_schema::<Day>(schemas),
            Self::Growth => schema::<Growth>(schemas),
            Self::Reach => schema::<Reach>(schemas),
            Self::ViewCurve => list_schema::<CurvePoint>(schemas),
            Self::TopPosts => list_schema::<PostView>(schemas),
            Self::Sources => schema::<Sources>(schemas),
            Self::Content => schema::<Content>(schemas),
            Self::Trending => list_schema::<TrendingPost>(schemas),
            Self::Heatmap => list_schema::<HeatCell>(schemas),
            Self::Dashboard => schema::<Dashboard>(schemas),
        }
    }
}

/// A reference to the schema of `T`, which goes into `schemas` with all it is made of.
pub fn schema<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    RefOr::Ref(utoipa::openapi::Ref::from_schema_name(T::name()))
}

/// [`schema`] of a list of `T`.
pub fn list_schema<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    RefOr::T(Schema::Array(utoipa::openapi::Array::new(schema::<T>(schemas))))
}
