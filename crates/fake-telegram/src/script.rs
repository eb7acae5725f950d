//! Scripted faults and the rate model: what happens to a call before and after it is carried out.

use std::collections::HashMap;
use std::time::Instant;

use crate::scenario::{Fault, RatePlan, Rule, fits};

/// Rules with how often each has fitted.
pub struct Script {
    rules: Vec<(Rule, u32)>,
    befallen: u64,
}

impl Script {
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules: rules.into_iter().map(|rule| (rule, 0)).collect(), befallen: 0 }
    }

    pub fn add(&mut self, rule: Rule) {
        self.rules.push((rule, 0));
    }

    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// How many calls something has befallen.
    pub fn befallen(&self) -> u64 {
        self.befallen
    }

    /// What befalls this call, by the first rule that fits and is neither waiting nor used up.
    pub fn befalls(&mut self, method: &str, dc: i32, account: Option<i64>) -> Option<Fault> {
        for (rule, seen) in &mut self.rules {
            let concerns = fits(rule.method.as_deref(), method)
                && rule.dc.is_none_or(|of| of == dc)
                && rule.account.is_none_or(|of| Some(of) == account);
            if !concerns {
                continue;
            }
            *seen += 1;
            let turn = *seen > rule.skip && rule.times.is_none_or(|times| *seen - rule.skip <= times);
            if turn {
                self.befallen += 1;
                return Some(rule.then.clone());
            }
        }
        None
    }
}

/// Token buckets per account and plan.
pub struct Rates {
    plans: Vec<RatePlan>,
    buckets: HashMap<(i64, usize), Bucket>,
}

struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Rates {
    pub fn new(plans: Vec<RatePlan>) -> Self {
        Self { plans, buckets: HashMap::new() }
    }

    /// Other limits from now on, with full buckets.
    pub fn replace(&mut self, plans: Vec<RatePlan>) {
        *self = Self::new(plans);
    }

    /// Takes a token from every bucket that concerns the call; seconds to wait if one is empty.
    pub fn take(&mut self, method: &str, account: i64, now: Instant) -> Result<(), u32> {
        let concerned: Vec<usize> =
            (0..self.plans.len()).filter(|index| fits(Some(&self.plans[*index].method), method)).collect();
        for index in &concerned {
            let plan = &self.plans[*index];
            let bucket =
                self.buckets.entry((account, *index)).or_insert_with(|| Bucket { tokens: plan.burst, filled: now });
            let passed = now.saturating_duration_since(bucket.filled).as_secs_f64();
            bucket.tokens = (bucket.tokens + passed * plan.per_second).min(plan.burst);
            bucket.filled = now;
            if bucket.tokens < 1.0 {
                return Err(((1.0 - bucket.tokens) / plan.per_second).ceil().max(1.0) as u32);
            }
        }
        for index in concerned {
            if let Some(bucket) = self.buckets.get_mut(&(account, index)) {
                bucket.tokens -= 1.0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_rule_skips_then_counts_down() {
        let rule = Rule {
            method: Some("messages.*".into()),
            dc: None,
            account: Some(7),
            skip: 1,
            times: Some(2),
            then: Fault::Silence,
        };
        let mut script = Script::new(vec![rule]);
        let mut hit = |account| script.befalls("messages.getHistory", 2, Some(account)).is_some();
        assert_eq!([hit(7), hit(8), hit(7), hit(7), hit(7)], [false, false, true, true, false]);
    }

    #[test]
    fn an_empty_bucket_says_how_long_to_wait() {
        let plan = RatePlan { method: "*".into(), burst: 2.0, per_second: 0.25 };
        let mut rates = Rates::new(vec![plan]);
        let start = Instant::now();
        assert_eq!(rates.take("a.b", 1, start), Ok(()));
        assert_eq!(rates.take("a.b", 1, start), Ok(()));
        assert_eq!(rates.take("a.b", 1, start), Err(4));
        assert_eq!(rates.take("a.b", 2, start), Ok(()));
        assert_eq!(rates.take("a.b", 1, start + Duration::from_secs(4)), Ok(()));
    }
}
