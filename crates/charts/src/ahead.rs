//! What is expected of a young post, ahead of its curve: a dotted line in a band.

use charming::datatype::DataPoint;
use charming::element::AreaStyle;
use charming::series::Line;
use domain::forecast::BandPoint;

use crate::Style;
use crate::look;
use crate::patch::{self, Sheet};

/// Strength of the band beside its line: it lies over the usual range and must leave it readable.
const BAND_OPACITY: f64 = 0.16;

/// The part of a forecast that a chart ending at `until_h` shows; none of one that begins later.
pub(crate) fn within(band: &[BandPoint], until_h: f64) -> &[BandPoint] {
    let shown = &band[..band.partition_point(|point| point.at_h <= until_h)];
    if shown.len() > 1 { shown } else { &[] }
}

/// The dotted line. `unit_h`: hours of one unit of the axis; `of` tells it from others of the same chart.
pub(crate) fn line(style: &Style, of: &str, color: &str, band: &[BandPoint], unit_h: f64) -> Line {
    let data: Vec<Vec<f64>> = band.iter().map(|point| vec![point.at_h / unit_h, point.views]).collect();
    look::line(style, style.words.forecast, color).id(format!("{of} {}", style.words.forecast)).z(2).data(data)
}

/// Floor and height of its 80 % interval.
pub(crate) fn band(style: &Style, of: &str, color: &str, band: &[BandPoint], unit_h: f64) -> [Line; 2] {
    let part = |value: fn(&BandPoint) -> f64| -> Vec<DataPoint> {
        band.iter().map(|point| vec![point.at_h / unit_h, value(point)].into()).collect()
    };
    let [floor, height] = look::band(
        style,
        &format!("{of} {}", style.words.forecast),
        part(|point| point.low),
        part(|point| point.high - point.low),
    );
    [floor, height.area_style(AreaStyle::new().color(color).opacity(BAND_OPACITY))]
}

/// Completes the series made by [`line`] and [`band`].
pub(crate) fn finish(sheet: &mut Sheet, line: usize, band: [usize; 2]) {
    sheet.dash(line, patch::ESTIMATED);
    for series in band {
        sheet.stack_all(series);
        sheet.silent(series);
    }
}

/// The interval at an age, as drawn: `13,400–17,100`; `None` outside the forecast.
pub(crate) fn interval_at(style: &Style, band: &[BandPoint], h: f64) -> Option<String> {
    let after = band.iter().position(|point| point.at_h >= h)?;
    let (a, b) = (band[after.checked_sub(1).unwrap_or(after)], band[after]);
    if h < a.at_h {
        return None;
    }
    let share = if b.at_h > a.at_h { (h - a.at_h) / (b.at_h - a.at_h) } else { 1.0 };
    let at = |low: f64, high: f64| style.words.full((low + (high - low) * share).round());
    Some(format!("{}–{}", at(a.low, b.low), at(a.high, b.high)))
}

/// One sentence about where the forecast ends.
pub(crate) fn label(style: &Style, band: &[BandPoint]) -> Option<String> {
    let words = style.words;
    let last = band.last()?;
    let values =
        [("age", words.age(last.at_h.round())), ("low", words.short(last.low)), ("high", words.short(last.high))];
    Some(words.fill(words.label_ahead, &values.each_ref().map(|(name, value)| (*name, value.as_str()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(at_h: f64) -> BandPoint {
        BandPoint { at_h, views: at_h, low: at_h, high: at_h }
    }

    #[test]
    fn a_forecast_ends_with_the_chart_and_needs_two_points() {
        let band = [6.0, 12.0, 24.0, 48.0].map(point);
        assert_eq!(within(&band, 24.0).len(), 3);
        assert!(within(&band, 6.0).is_empty());
        assert!(within(&[], 6.0).is_empty());
    }
}
