//! Values that are asked for with every request and seldom change. What this process writes shows at once; what another
//! writes, within a second.

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::future::Cache as Moka;

use crate::{Error, Result};

/// How late another process' write may show.
const AGE_MAX: Duration = Duration::from_secs(1);
/// The same on the product's clock, seconds: where a check from outside moves it, no second has to pass.
const AGE_MAX_S: i64 = 1;
/// What nobody asks for goes.
const IDLE: Duration = Duration::from_mins(1);

/// Cloning shares it.
#[derive(Clone)]
pub(crate) struct Recent<K, V>(Moka<K, Arc<Kept<V>>>);

struct Kept<V> {
    value: V,
    /// of the moment before it was read
    commits: u64,
    /// unix seconds
    at: i64,
    read: Instant,
}

impl<V> Kept<V> {
    fn is_good(&self, now: i64) -> bool {
        self.commits == store::commits() && (now - self.at).abs() < AGE_MAX_S && self.read.elapsed() < AGE_MAX
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Recent<K, V> {
    pub fn new(entries_max: u64) -> Self {
        Self(Moka::builder().max_capacity(entries_max).time_to_idle(IDLE).build())
    }

    /// The value kept, or loaded where it is too old; many who ask at once wait for one load. What fails to load is not
    /// kept. `now` is unix seconds.
    pub async fn get(&self, key: K, now: i64, load: impl Future<Output = Result<V>>) -> Result<V>
    where
        K: Clone,
    {
        if let Some(kept) = self.0.get(&key).await {
            if kept.is_good(now) {
                return Ok(kept.value.clone());
            }
            self.0.invalidate(&key).await;
        }
        self.load(key, now, load).await
    }

    /// The value as it is now.
    pub async fn get_anew(&self, key: K, now: i64, load: impl Future<Output = Result<V>>) -> Result<V> {
        self.0.invalidate(&key).await;
        self.load(key, now, load).await
    }

    async fn load(&self, key: K, now: i64, load: impl Future<Output = Result<V>>) -> Result<V> {
        let load = async {
            let (commits, read) = (store::commits(), Instant::now());
            Ok(Arc::new(Kept { value: load.await?, commits, at: now, read }))
        };
        let kept = self.0.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())?;
        Ok(kept.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::What;

    #[tokio::test]
    async fn a_value_is_kept_for_a_second_of_either_clock() {
        let (recent, loads) = (Recent::<u8, u32>::new(10), AtomicU32::new(0));
        let load = || async { Ok(loads.fetch_add(1, Ordering::SeqCst)) };
        // a commit of another test in this process may drop what is kept, but never keep it longer
        let first = recent.get(1, 100, load()).await.expect("loads");
        let kept = recent.get(1, 100, load()).await.expect("loads");
        assert!(kept == first || kept == first + 1);
        let moved = recent.get(1, 101, load()).await.expect("loads");
        assert!(moved > kept, "the product's clock has moved");
        tokio::time::sleep(AGE_MAX).await;
        assert!(recent.get(1, 101, load()).await.expect("loads") > moved, "a second has passed");
        let before = loads.load(Ordering::SeqCst);
        assert_eq!(recent.get_anew(1, 101, load()).await.expect("loads"), before);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let recent = Recent::<u8, u32>::new(10);
        let failed = recent.get(1, 100, async { Err(Error::NotFound(What::Channel)) }).await;
        assert_eq!(failed, Err(Error::NotFound(What::Channel)));
        assert_eq!(recent.get(1, 100, async { Ok(7) }).await, Ok(7));
    }
}
