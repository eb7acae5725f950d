//! How much a caller may have computed. What costs nothing (an answer that is kept, or 304) is free; the rest is
//! counted by the generic cell rate algorithm: one number a caller, no window that begins anew for everybody at once.
//!
//! With Redis, replicas count together; while it is away each goes on from what it has heard last.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use domain::ids::{ApiKeyId, PersonId, WorkspaceId};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue};
use moka::future::Cache as Moka;
use services::Viewer;
use tokio::time::Instant as Deadline;

use crate::shared::Shared;
use crate::shared::quotas::Counted;

/// What a quota is for.
const WINDOW: Duration = Duration::from_mins(1);
/// Callers remembered; whoever was quiet for a window has the whole quota anyway.
const CALLERS_MAX: u64 = 100_000;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Cloning shares it.
#[derive(Clone)]
pub struct Quota {
    /// answers a window; 0: as many as they like
    limit: u32,
    /// the instants, ns since `start`, at which each caller's quota is whole again
    whole_at: Moka<Caller, Arc<AtomicI64>>,
    start: Instant,
    shared: Option<Shared>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    Key(ApiKeyId),
    Person(PersonId),
    Operator(WorkspaceId),
}

impl From<&Viewer> for Caller {
    fn from(viewer: &Viewer) -> Self {
        match viewer {
            Viewer::Key { key, .. } => Self::Key(*key),
            Viewer::Person { person, .. } => Self::Person(person.id),
            Viewer::Operator { workspace } => Self::Operator(*workspace),
        }
    }
}

impl Caller {
    /// As Redis knows the caller.
    fn name(self) -> String {
        match self {
            Self::Key(key) => format!("key-{key}"),
            Self::Person(person) => format!("person-{person}"),
            Self::Operator(workspace) => format!("operator-{workspace}"),
        }
    }
}

/// Where a caller stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    limit: u32,
    pub remaining: u32,
    /// until the whole quota is there again
    reset: Duration,
    /// until one more is allowed; `None`: one is
    pub wait: Option<Duration>,
}

impl Quota {
    pub fn new(limit: u32, shared: Option<Shared>) -> Self {
        let whole_at = Moka::builder().max_capacity(CALLERS_MAX).time_to_idle(WINDOW * 2).build();
        Self { limit, whole_at, start: Instant::now(), shared }
    }

    /// Takes one where there is one, waiting for Redis until `deadline` at most. `None`: there is no limit.
    pub async fn take(&self, viewer: &Viewer, deadline: Deadline) -> Option<Standing> {
        let each = self.each()?;
        if let Some(shared) = &self.shared {
            let caller = Caller::from(viewer);
            if let Some(Counted { taken, owed }) = shared.take(&caller.name(), WINDOW, self.limit, deadline).await {
                let owed = i64::try_from(owed.as_nanos()).unwrap_or(i64::MAX);
                let whole_at = self.now() + owed;
                self.whole_at_of(caller).await.store(whole_at, Ordering::Release);
                // Redis counts in coarser steps: whoever is refused waits, however short
                let wait = (!taken).then(|| wait(owed, 0, each).unwrap_or(Duration::from_millis(1)));
                return Some(self.standing(owed, each, wait));
            }
        }
        self.stand(viewer, self.now(), true).await
    }

    /// Only looks, at what this process knows.
    pub async fn look(&self, viewer: &Viewer) -> Option<Standing> {
        self.stand(viewer, self.now(), false).await
    }

    fn now(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_nanos()).unwrap_or(i64::MAX)
    }

    /// What one answer takes of a window, ns. `None`: there is no limit.
    fn each(&self) -> Option<i64> {
        (WINDOW.as_nanos() as i64).checked_div(i64::from(self.limit))
    }

    async fn whole_at_of(&self, caller: Caller) -> Arc<AtomicI64> {
        self.whole_at.get_with(caller, async { Arc::default() }).await
    }

    async fn stand(&self, viewer: &Viewer, now: i64, takes: bool) -> Option<Standing> {
        let each = self.each()?;
        let whole_at = if takes {
            self.whole_at_of(viewer.into()).await
        } else {
            self.whole_at.get(&Caller::from(viewer)).await.unwrap_or_default()
        };
        let step = |whole_at: i64| takes.then(|| after_one(whole_at, now, each)).flatten();
        let (before, wait) = match whole_at.fetch_update(Ordering::AcqRel, Ordering::Acquire, step) {
            Ok(before) => (after_one(before, now, each).unwrap_or(before), None),
            Err(before) => (before, wait(before, now, each)),
        };
        Some(self.standing((before - now).max(0), each, wait))
    }

    /// `owed`: ns until the quota is whole again.
    fn standing(&self, owed: i64, each: i64, wait: Option<Duration>) -> Standing {
        Standing {
            limit: self.limit,
            remaining: u32::try_from((WINDOW.as_nanos() as i64 - owed) / each).unwrap_or(0),
            reset: Duration::from_nanos(owed as u64),
            wait,
        }
    }
}

/// When the quota is whole again after one more; `None` when one more is too much.
fn after_one(whole_at: i64, now: i64, each: i64) -> Option<i64> {
    let after = whole_at.max(now) + each;
    (after - now <= WINDOW.as_nanos() as i64).then_some(after)
}

fn wait(whole_at: i64, now: i64, each: i64) -> Option<Duration> {
    let wait = whole_at.max(now) + each - now - WINDOW.as_nanos() as i64;
    (wait > 0).then(|| Duration::from_nanos(wait as u64))
}

impl Standing {
    /// `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers), and Retry-After where the caller has to wait.
    pub fn write(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, self.limit.into());
        headers.insert(REMAINING, self.remaining.into());
        headers.insert(RESET, seconds(self.reset).into());
        if let Ok(policy) = HeaderValue::from_str(&format!("{};w={}", self.limit, WINDOW.as_secs())) {
            headers.insert(POLICY, policy);
        }
        if let Some(wait) = self.wait {
            headers.insert(RETRY_AFTER, seconds(wait).into());
        }
    }
}

/// Whole seconds that are surely enough.
fn seconds(time: Duration) -> u64 {
    time.as_millis().div_ceil(1_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn viewer(workspace: i64) -> Viewer {
        Viewer::Operator { workspace: WorkspaceId(workspace) }
    }

    #[tokio::test]
    async fn a_quota_is_used_up_and_comes_back_bit_by_bit() {
        let quota = Quota::new(3, None);
        let take = async |at_s: i64| quota.stand(&viewer(1), at_s * SECOND, true).await.expect("a limit");
        for remaining in [2, 1, 0] {
            let standing = take(100).await;
            assert_eq!((standing.remaining, standing.wait), (remaining, None));
        }
        let refused = take(100).await;
        assert_eq!((refused.remaining, refused.wait), (0, Some(Duration::from_secs(20))));
        assert_eq!(refused.reset, Duration::from_mins(1));
        assert!(take(119).await.wait.is_some(), "a refused one costs nothing, and does not help either");
        assert_eq!(take(120).await.wait, None);
        assert!(take(120).await.wait.is_some());
        assert_eq!(take(1_000).await.remaining, 2);
    }

    #[tokio::test]
    async fn callers_do_not_use_up_one_another_and_looking_is_free() {
        let quota = Quota::new(1, None);
        assert_eq!(quota.stand(&viewer(1), 0, false).await.expect("a limit").remaining, 1);
        assert_eq!(quota.stand(&viewer(1), 0, true).await.expect("a limit").wait, None);
        assert_eq!(quota.stand(&viewer(1), 0, false).await.expect("a limit").remaining, 0);
        assert!(quota.stand(&viewer(1), 0, true).await.expect("a limit").wait.is_some());
        assert_eq!(quota.stand(&viewer(2), 0, true).await.expect("a limit").wait, None);
        assert_eq!(Quota::new(0, None).take(&viewer(1), Deadline::now()).await, None, "0 is no limit");
    }

    #[test]
    fn headers_say_whole_seconds() {
        let wait = Some(Duration::from_millis(1_001));
        let standing = Standing { limit: 60, remaining: 0, reset: Duration::from_mins(1), wait };
        let mut headers = HeaderMap::new();
        standing.write(&mut headers);
        let text = |name: &HeaderName| headers[name].to_str().expect("ASCII").to_owned();
        assert_eq!((text(&RETRY_AFTER).as_str(), text(&POLICY).as_str()), ("2", "60;w=60"));
        assert_eq!((text(&LIMIT).as_str(), text(&REMAINING).as_str(), text(&RESET).as_str()), ("60", "0", "60"));
    }
}
