//! How a channel's owner wants to choose, as it is kept: zones by name, because their rules change with the program.

use domain::best_time::{AudienceZone, Objective, QuietHours, Settings};
use domain::channels::Channel;
use domain::zone::Zone;
use serde::{Deserialize, Serialize};
use store::Tx;

use crate::{Ctx, Error, Result};

/// Clocks that a screen can show beside one another.
const AUDIENCE_MAX: usize = 8;
const HALF_LIFE_DAYS_MAX: u32 = 3_650;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptSettings {
    objective: Objective,
    /// zone and weight
    audience: Vec<(String, f64)>,
    quiet_hours: Option<QuietHours>,
    never_on: Vec<u8>,
    min_spacing_h: u8,
    half_life_days: Option<u32>,
}

impl KeptSettings {
    pub fn of(settings: &Settings) -> Self {
        let part = |part: &AudienceZone| (part.zone.name().to_owned(), part.weight);
        Self {
            objective: settings.objective,
            audience: settings.audience.iter().map(part).collect(),
            quiet_hours: settings.quiet_hours,
            never_on: settings.never_on.clone(),
            min_spacing_h: settings.min_spacing_h,
            half_life_days: settings.half_life_days,
        }
    }

    pub fn settings(self, zone: Zone) -> Result<Settings> {
        let mut audience = Vec::with_capacity(self.audience.len());
        for (name, weight) in self.audience {
            audience.push(AudienceZone { zone: Zone::find(&name)?, weight });
        }
        Ok(Settings {
            audience,
            quiet_hours: self.quiet_hours,
            never_on: self.never_on,
            min_spacing_h: self.min_spacing_h,
            half_life_days: self.half_life_days,
            ..Settings::new(self.objective, zone)
        })
    }
}

pub(super) async fn read(tx: &mut Tx, channel: &Channel) -> Result<Option<KeptSettings>> {
    let stored = store::best_time::settings(tx, channel.id).await?;
    Ok(stored.as_deref().map(serde_json::from_str).transpose()?)
}

pub(super) async fn write(ctx: &Ctx, tx: &mut Tx, channel: &Channel, settings: &KeptSettings) -> Result<()> {
    let value = serde_json::to_string(settings)?;
    Ok(store::best_time::set_settings(tx, channel.id, &value, ctx.now()).await?)
}

/// Names the first field that cannot be meant.
pub(super) fn check(settings: &Settings) -> Result<()> {
    let weights_are_weights = settings.audience.iter().all(|part| part.weight.is_finite() && part.weight > 0.0);
    if settings.audience.len() > AUDIENCE_MAX || !weights_are_weights {
        return Err(Error::invalid("audience", format!("up to {AUDIENCE_MAX} zones, each with a weight above 0")));
    }
    // rules come from the zone database, not from whoever asks
    for part in &settings.audience {
        Zone::find(part.zone.name()).map_err(|error| Error::invalid("audience", error.to_string()))?;
    }
    if settings.quiet_hours.is_some_and(|quiet| quiet.from > 23 || quiet.to > 23) {
        return Err(Error::invalid("quiet_hours", "hours from 0 to 23"));
    }
    if settings.never_on.iter().any(|dow| *dow > 6) || (0..7).all(|dow| settings.never_on.contains(&dow)) {
        return Err(Error::invalid("never_on", "weekdays from 0 (Monday) to 6, not all of them"));
    }
    if settings.min_spacing_h > 24 {
        return Err(Error::invalid("min_spacing_h", "0 to 24 hours"));
    }
    if settings.half_life_days.is_some_and(|days| !(1..=HALF_LIFE_DAYS_MAX).contains(&days)) {
        return Err(Error::invalid("half_life_days", format!("1 to {HALF_LIFE_DAYS_MAX} days, or none")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new(Objective::At24h, Zone::utc())
    }

    #[test]
    fn what_is_kept_comes_back_on_the_channels_clock() {
        let tashkent = Zone::find("Asia/Tashkent").expect("a zone");
        let asked = Settings {
            audience: vec![AudienceZone { zone: tashkent.clone(), weight: 2.5 }],
            quiet_hours: Some(QuietHours { from: 23, to: 7 }),
            never_on: vec![6],
            half_life_days: Some(90),
            ..settings()
        };
        check(&asked).expect("allowed");
        let text = serde_json::to_string(&KeptSettings::of(&asked)).expect("kept");
        assert!(text.contains("Asia/Tashkent") && !text.contains("TZif"), "{text}");
        let back: KeptSettings = serde_json::from_str(&text).expect("reads back");
        assert_eq!(back.settings(tashkent.clone()), Ok(Settings { zone: tashkent, ..asked }));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let part = |weight| AudienceZone { zone: Zone::utc(), weight };
        for (wrong, field) in [
            (Settings { audience: vec![part(0.0)], ..settings() }, "audience"),
            (Settings { audience: vec![part(f64::NAN)], ..settings() }, "audience"),
            (Settings { audience: vec![part(1.0); AUDIENCE_MAX + 1], ..settings() }, "audience"),
            (Settings { quiet_hours: Some(QuietHours { from: 24, to: 0 }), ..settings() }, "quiet_hours"),
            (Settings { never_on: vec![7], ..settings() }, "never_on"),
            (Settings { never_on: (0..7).collect(), ..settings() }, "never_on"),
            (Settings { min_spacing_h: 25, ..settings() }, "min_spacing_h"),
            (Settings { half_life_days: Some(0), ..settings() }, "half_life_days"),
        ] {
            match check(&wrong) {
                Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
