//! Quotas counted once for all replicas: the generic cell rate algorithm as in [`crate::api::quota`], in one atomic
//! step inside Redis and by its clock.

use std::time::Duration;

use tokio::time::Instant;

use super::Shared;
use crate::metrics::{self, RedisOutcome, RedisRequest};

/// `KEYS[1]` holds the instant at which the quota is whole again, microseconds. `ARGV`: microseconds of the window, and
/// of the window for one answer. Gives whether one was taken, and how many microseconds are left until that instant.
pub(super) const SCRIPT: &str = r"
local window, each = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local before = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local after = before + each
if after - now > window then
  return {0, before - now}
end
redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.ceil((after - now) / 1000))
return {1, after - now}
";

/// What Redis says about a caller's quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// whether there was one to take
    pub taken: bool,
    /// until the whole quota is there again
    pub owed: Duration,
}

impl Shared {
    /// Takes one of the `limit` that a caller has each `window`. `None`: Redis does not say.
    pub async fn take(&self, caller: &str, window: Duration, limit: u32, deadline: Instant) -> Option<Counted> {
        let (key, request) = (self.key("quota", caller), RedisRequest::Take);
        let (script, window) = (self.0.quota.clone(), window.as_micros() as f64);
        let counted = self.0.circuit.ask(request, deadline, |mut redis| async move {
            let mut take = script.prepare_invoke();
            take.key(key).arg(window).arg(window / f64::from(limit));
            take.invoke_async::<(bool, u64)>(&mut redis).await
        });
        let (taken, owed) = counted.await?;
        metrics::count_redis(request, RedisOutcome::Done);
        Some(Counted { taken, owed: Duration::from_micros(owed) })
    }
}
