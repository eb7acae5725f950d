//! What ECharts can and `charming` 0.6 cannot say: one named function an option, applied to the JSON that `charming`
//! made. When `charming` learns one of them, it goes from here.

use charming::Chart;
use serde_json::{Value, json};

use crate::{Frame, Style};

/// Same stack as `--font` of the tokens: ECharts measures text itself and needs the names.
const PAGE_FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif";
/// The renderer's built-in font.
const PICTURE_FONT: &str = "Inter";

/// Least free room on either side of an axis label, pixels.
const LABEL_DISTANCE: u8 = 12;

/// A dash pattern in pixels; empty = solid.
pub(crate) type Dash = &'static [u8];
pub(crate) const PREVIOUS: Dash = &[6, 4];
pub(crate) const ESTIMATED: Dash = &[2, 4];
/// Series in order; the first is solid.
pub(crate) const SERIES: [Dash; 5] = [&[], &[7, 4], &[2, 4], &[10, 4, 2, 4], &[4, 2]];

/// An option object under completion.
pub(crate) struct Sheet {
    option: Value,
}

impl Sheet {
    pub(crate) fn new(chart: &Chart, style: &Style) -> Self {
        // charming's types are plain data: they always serialise
        let mut option = serde_json::to_value(chart).unwrap_or_else(|_| json!({}));
        let font = if matches!(style.frame, Frame::Card) { PAGE_FONT } else { PICTURE_FONT };
        option["textStyle"] = json!({ "fontFamily": font });
        option["texts"] = style.words.tick_texts();
        Self { option }
    }

    pub(crate) fn finish(mut self) -> Value {
        self.legend_icons();
        self.option
    }

    /// In the legend a line is its line and a band a box; ECharts would put the cursor's dot on both.
    fn legend_icons(&mut self) {
        let series = self.option["series"].clone();
        let Some(entries) = self.option.get_mut("legend").and_then(|legend| legend["data"].as_array_mut()) else {
            return;
        };
        for entry in entries {
            let named = series.as_array().into_iter().flatten().find(|series| series["name"] == entry["name"]);
            match named.filter(|series| series["type"] == "line") {
                Some(band) if band["lineStyle"]["width"] == 0.0 => entry["icon"] = json!("roundRect"),
                Some(_) => entry["itemStyle"] = json!({ "opacity": 0 }),
                None => {}
            }
        }
    }

    pub(crate) fn series_count(&self) -> usize {
        self.option["series"].as_array().map_or(0, Vec::len)
    }

    fn series(&mut self, index: usize) -> &mut Value {
        &mut self.option["series"][index]
    }

    fn axis(&mut self, dim: char, index: usize) -> &mut Value {
        let axes = &mut self.option[if dim == 'x' { "xAxis" } else { "yAxis" }];
        if axes.is_array() { &mut axes[index] } else { axes }
    }

    /// Dash pattern of a line.
    pub(crate) fn dash(&mut self, series: usize, dash: Dash) {
        if !dash.is_empty() {
            self.series(series)["lineStyle"]["type"] = json!(dash);
        }
    }

    pub(crate) fn round_line(&mut self, series: usize) {
        let line = &mut self.series(series)["lineStyle"];
        line["cap"] = json!("round");
        line["join"] = json!("round");
    }

    /// The series' name and last value, above the end of its line and clear of the others.
    pub(crate) fn end_label(&mut self, series: usize, text: &str, color: &str) {
        self.series(series)["endLabel"] = json!({
            "show": true, "formatter": plain_text(text), "color": color, "fontSize": 11, "fontWeight": 500,
            "align": "right", "verticalAlign": "bottom", "distance": 0, "offset": [0, -6],
        });
        self.series(series)["labelLayout"] = json!({ "moveOverlap": "shiftY" });
    }

    /// Stacks values of either sign on each other, for bands.
    pub(crate) fn stack_all(&mut self, series: usize) {
        self.series(series)["stackStrategy"] = json!("all");
    }

    /// Takes the series out of reach of pointer and tooltip.
    pub(crate) fn silent(&mut self, series: usize) {
        self.series(series)["silent"] = json!(true);
        self.series(series)["tooltip"] = json!({ "show": false });
    }

    /// A symbol of unequal sides, shifted from its place, in pixels.
    pub(crate) fn symbol(&mut self, series: usize, size: [f64; 2], offset: [f64; 2]) {
        self.series(series)["symbolSize"] = json!(size);
        self.series(series)["symbolOffset"] = json!(offset);
    }

    /// Diagonal lines instead of a fill.
    pub(crate) fn hatch(&mut self, series: usize, color: &str) {
        self.series(series)["itemStyle"]["decal"] = json!({
            "symbol": "rect", "color": color, "dashArrayX": [1, 0], "dashArrayY": [1, 5], "rotation": -std::f64::consts::FRAC_PI_4,
        });
    }

    /// Labels of the axis stay inside the chart at both ends and never overlap.
    pub(crate) fn tidy_labels(&mut self, dim: char, index: usize) {
        let label = &mut self.axis(dim, index)["axisLabel"];
        label["hideOverlap"] = json!(true);
        label["textMargin"] = json!([0, LABEL_DISTANCE]);
        label["alignMinLabel"] = json!("left");
        label["alignMaxLabel"] = json!("right");
        label["showMinLabel"] = json!(true);
    }

    /// Few labels on a name axis of `places` that is never zoomed: whole weeks apart where that fits.
    pub(crate) fn few_labels(&mut self, places: usize) {
        const LABELS: usize = 6;
        const WEEK: usize = 7;
        let step = places.div_ceil(LABELS).max(1);
        let step = if step > WEEK / 2 { step.next_multiple_of(WEEK) } else { step };
        self.axis('x', 0)["axisLabel"]["interval"] = json!(step - 1);
        self.tidy_labels('x', 0);
        // they stand apart already
        self.axis('x', 0)["axisLabel"]["textMargin"] = json!([0, 2]);
    }

    /// Labels of the axis are cut with an ellipsis after `width` pixels, and none is left out.
    pub(crate) fn cut_labels(&mut self, dim: char, index: usize, width: u32) {
        let label = &mut self.axis(dim, index)["axisLabel"];
        label["width"] = json!(width);
        label["overflow"] = json!("truncate");
        label["interval"] = json!(0);
    }

    /// Names beside bars.
    pub(crate) fn name_labels(&mut self, axis: usize, color: &str, size: u8) {
        let label = &mut self.axis('y', axis)["axisLabel"];
        label["color"] = json!(color);
        label["fontSize"] = json!(size);
        label["margin"] = json!(12);
    }

    /// Values at the ends of bars.
    pub(crate) fn value_labels(&mut self, axis: usize, color: &str, size: u8) {
        self.name_labels(axis, color, size);
        self.axis('y', axis)["axisLabel"]["fontWeight"] = json!(600);
    }

    /// The grid grows until its axis labels touch the given sides.
    pub(crate) fn contain_labels(&mut self) {
        if let Some(grids) = self.option.get_mut("grid").and_then(Value::as_array_mut) {
            for grid in grids {
                grid["outerBoundsMode"] = json!("same");
                grid["outerBoundsContain"] = json!("axisLabel");
            }
        }
    }

    /// Rounded ends of bars, in pixels: top left, top right, bottom right, bottom left.
    pub(crate) fn corners(&mut self, series: usize, radius: [u8; 4]) {
        self.series(series)["itemStyle"]["borderRadius"] = json!(radius);
    }

    /// Widest bar, in pixels.
    pub(crate) fn bar_width_max(&mut self, series: usize, width: u8) {
        self.series(series)["barMaxWidth"] = json!(width);
    }

    /// A horizontal line at `value`, without a label.
    pub(crate) fn rule(&mut self, series: usize, value: f64, color: &str, dash: Dash) {
        self.series(series)["markLine"] = json!({
            "silent": true, "symbol": "none", "animation": false, "label": { "show": false },
            "lineStyle": { "color": color, "width": 1, "type": if dash.is_empty() { json!("solid") } else { json!(dash) } },
            "data": [{ "yAxis": value }],
        });
    }

    /// Gestures and looks of the brush: wheel only with Ctrl, so that the page scrolls; two grips; no texts.
    pub(crate) fn brush(&mut self, style: &Style) {
        let palette = style.palette;
        let Some(zooms) = self.option.get_mut("dataZoom").and_then(Value::as_array_mut) else { return };
        for zoom in zooms {
            if zoom["type"] == "inside" {
                zoom["zoomOnMouseWheel"] = json!("ctrl");
                zoom["moveOnMouseMove"] = json!(false);
                zoom["moveOnMouseWheel"] = json!(false);
                zoom["preventDefaultMouseMove"] = json!(false);
            } else {
                let quiet = |color: &str| json!({ "lineStyle": { "color": color, "width": 1.25, "opacity": 1 }, "areaStyle": { "opacity": 0 } });
                zoom["height"] = json!(crate::look::BRUSH_HEIGHT);
                zoom["showDetail"] = json!(false);
                zoom["showDataShadow"] = json!(true);
                zoom["moveHandleSize"] = json!(0);
                zoom["brushSelect"] = json!(false);
                zoom["borderRadius"] = json!(4);
                zoom["handleIcon"] = json!(
                    "path://M-4,-10 h8 a4,4 0 0 1 4,4 v12 a4,4 0 0 1 -4,4 h-8 a4,4 0 0 1 -4,-4 v-12 a4,4 0 0 1 4,-4 z"
                );
                zoom["handleSize"] = json!(20);
                zoom["handleStyle"] =
                    json!({ "color": palette.surface, "borderColor": palette.accent, "borderWidth": 1.5 });
                zoom["emphasis"] = json!({ "handleStyle": { "color": palette.surface, "borderColor": palette.accent, "borderWidth": 2 } });
                zoom["dataBackground"] = quiet(&palette.axis);
                zoom["selectedDataBackground"] = quiet(&palette.axis);
            }
        }
    }

    /// A row of swatches with a word at each end instead of a label each.
    pub(crate) fn swatches(&mut self, low: &str, high: &str) {
        let map = &mut self.option["visualMap"][0];
        map["text"] = json!([high, low]);
        map["showLabel"] = json!(false);
        map["selectedMode"] = json!(false);
        map["hoverLink"] = json!(false);
        map["itemGap"] = json!(2);
        map["itemSymbol"] = json!("roundRect");
        map["padding"] = json!(0);
        // one colour a step: no sliding between them
        map["seriesIndex"] = json!(0);
    }

    /// `charming` wraps the rows of a heat map once too often.
    pub(crate) fn unnest_data(&mut self) {
        if let Some(all) = self.option.get_mut("series").and_then(Value::as_array_mut) {
            for series in all {
                let rows = series["data"][0].take();
                series["data"] = rows;
            }
        }
    }

    /// Labels every `step`-th place of a name axis.
    pub(crate) fn every_label(&mut self, dim: char, step: u8) {
        self.axis(dim, 0)["axisLabel"]["interval"] = json!(step - 1);
    }

    /// Mark lines of the series neither move nor answer to the pointer.
    pub(crate) fn still_marks(&mut self, series: usize) {
        let marks = &mut self.series(series)["markLine"];
        marks["silent"] = json!(true);
        marks["animation"] = json!(false);
        marks["lineStyle"]["type"] = json!("solid");
        marks["lineStyle"]["cap"] = json!("round");
        marks["emphasis"] = json!({ "disabled": true });
    }

    /// The number axis also covers the ends of the series' mark lines, which ECharts leaves out of account.
    pub(crate) fn keep_in_view(&mut self, series: usize) {
        let ends = self.series(series)["markLine"]["data"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|pair| pair.as_array().into_iter().flatten());
        let values: Vec<f64> = ends.filter_map(|end| end["coord"][0].as_f64()).chain([0.0]).collect();
        let step = 0.05;
        let low = values.iter().copied().fold(0.0, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        self.axis('x', 0)["min"] = json!((low / step).floor() * step);
        self.axis('x', 0)["max"] = json!((high / step).ceil() * step);
    }

    /// The line of "no difference" across a lying chart.
    pub(crate) fn zero_line(&mut self, color: &str) {
        self.axis('y', 0)["axisLine"] =
            json!({ "show": true, "onZero": true, "lineStyle": { "color": color, "width": 1 } });
    }

    /// Long names are cut in the legend, so that all entries find room.
    pub(crate) fn cut_legend(&mut self, width: u32) {
        self.option["legend"]["textStyle"]["width"] = json!(width);
        self.option["legend"]["textStyle"]["overflow"] = json!("truncate");
    }

    /// Labels of a number axis that would touch are left out.
    pub(crate) fn sparse_labels(&mut self, dim: char) {
        self.axis(dim, 0)["axisLabel"]["hideOverlap"] = json!(true);
    }

    /// Legend entries that only explain and cannot be switched.
    pub(crate) fn fixed_legend(&mut self) {
        self.option["legend"]["selectedMode"] = json!(false);
    }
}

/// ECharts reads `{a}` and the like in label templates; a post's title must not be one.
fn plain_text(text: &str) -> String {
    text.replace('{', "(").replace('}', ")")
}
