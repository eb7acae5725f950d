//! Colours of charts, by the names of the design tokens.

use serde::{Deserialize, Serialize};

pub const SERIES: usize = 8;
const HEAT: usize = 7;

/// Plain CSS colours (`#rrggbb`, `rgb()`, `rgba()`): ECharts knows neither variables nor `color-mix()`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Palette {
    pub series: [String; SERIES],
    /// soft band of what is usual
    pub usual: String,
    /// lift from far below usual to far above
    pub lift: [String; HEAT],
    /// hairlines
    pub grid: String,
    pub zero: String,
    /// axis labels, the window before, post marks
    pub axis: String,
    pub text: String,
    pub text_2: String,
    pub surface: String,
    /// wells and tracks
    pub track: String,
    pub line: String,
    pub accent: String,
    pub good: String,
    pub bad: String,
    pub tip: String,
    pub tip_text: String,
}

/// The tokens a palette is read from, in the order of [`Palette::from_values`].
pub const VARIABLES: [&str; 29] = [
    "--series-1",
    "--series-2",
    "--series-3",
    "--series-4",
    "--series-5",
    "--series-6",
    "--series-7",
    "--series-8",
    "--chart-usual",
    "--heat-down-3",
    "--heat-down-2",
    "--heat-down-1",
    "--heat-zero",
    "--heat-up-1",
    "--heat-up-2",
    "--heat-up-3",
    "--chart-grid",
    "--chart-zero",
    "--chart-axis",
    "--text",
    "--text-2",
    "--surface",
    "--surface-3",
    "--line",
    "--accent-text",
    "--good",
    "--bad",
    "--tip-bg",
    "--tip-text",
];

const LIGHT: [&str; 29] = [
    "#1d55c8",
    "#b54a00",
    "#2c9b91",
    "#742f60",
    "#af8603",
    "#9069d6",
    "#3c7a4a",
    "#8f0c0c",
    "rgba(29,85,200,0.13)",
    "#a85a12",
    "#d69a5c",
    "#f0d5b8",
    "#e9ecf0",
    "#c3d6f4",
    "#7ba3e4",
    "#2a5fc0",
    "rgba(18,27,38,0.09)",
    "rgba(18,27,38,0.38)",
    "#5a6775",
    "#121b26",
    "#465362",
    "#ffffff",
    "#e8ecf1",
    "#dfe4ea",
    "#1a57bd",
    "#17683a",
    "#b3261e",
    "#121b26",
    "#ffffff",
];

const DARK: [&str; 29] = [
    "#5b95f5",
    "#e78f12",
    "#81e9d5",
    "#b7749f",
    "#ecd43a",
    "#bba8ee",
    "#3cc27e",
    "#dd5143",
    "rgba(91,149,245,0.2)",
    "#ee9d45",
    "#a86a2a",
    "#553a22",
    "#26313d",
    "#26436c",
    "#3a6fc0",
    "#7fb0fa",
    "rgba(232,238,244,0.09)",
    "rgba(232,238,244,0.38)",
    "#94a2b1",
    "#e8eef4",
    "#b2becb",
    "#141c25",
    "#24303d",
    "#25313d",
    "#7fb3fb",
    "#5fca8e",
    "#ff948a",
    "#e8eef4",
    "#141c25",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a palette is {} colours, these are {found}", VARIABLES.len())]
pub struct WrongLength {
    pub found: usize,
}

impl Palette {
    /// The product's own light palette.
    pub fn light() -> Self {
        Self::from_array(LIGHT.map(str::to_owned))
    }

    /// The product's own dark palette.
    pub fn dark() -> Self {
        Self::from_array(DARK.map(str::to_owned))
    }

    /// From the values of [`VARIABLES`], as `colours()` of `frontend/charts/colours.js` reads them from the page.
    pub fn from_values(values: Vec<String>) -> Result<Self, WrongLength> {
        let found = values.len();
        values.try_into().map(Self::from_array).map_err(|_| WrongLength { found })
    }

    fn from_array(values: [String; 29]) -> Self {
        let [
            s1,
            s2,
            s3,
            s4,
            s5,
            s6,
            s7,
            s8,
            usual,
            down_3,
            down_2,
            down_1,
            level,
            up_1,
            up_2,
            up_3,
            grid,
            zero,
            axis,
            text,
            text_2,
            surface,
            track,
            line,
            accent,
            good,
            bad,
            tip,
            tip_text,
        ] = values;
        Self {
            series: [s1, s2, s3, s4, s5, s6, s7, s8],
            usual,
            lift: [down_3, down_2, down_1, level, up_1, up_2, up_3],
            grid,
            zero,
            axis,
            text,
            text_2,
            surface,
            track,
            line,
            accent,
            good,
            bad,
            tip,
            tip_text,
        }
    }

    /// Colour of series `index`; starts over after the eighth.
    pub fn series(&self, index: usize) -> &str {
        &self.series[index % SERIES]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_colour_lands_under_its_own_name() {
        let palette = Palette::from_values(VARIABLES.iter().map(|name| (*name).to_owned()).collect()).unwrap();
        assert_eq!(palette.series(0), "--series-1");
        assert_eq!(palette.series(8), "--series-1");
        assert_eq!(palette.lift[3], "--heat-zero");
        assert_eq!(palette.lift[6], "--heat-up-3");
        assert_eq!((palette.grid.as_str(), palette.tip_text.as_str()), ("--chart-grid", "--tip-text"));
        assert_eq!((palette.usual.as_str(), palette.accent.as_str()), ("--chart-usual", "--accent-text"));
    }

    #[test]
    fn a_short_list_is_refused() {
        let error = Palette::from_values(vec!["#fff".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "a palette is 29 colours, these are 1");
    }

    #[test]
    fn the_palette_says_what_the_tokens_say() {
        // the tokens file is the source; this crate repeats it for pictures made where no style sheet is
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../style/tokens.css");
        let tokens = std::fs::read_to_string(path).expect("style/tokens.css");
        let (light, dark) = tokens.split_once("prefers-color-scheme: dark").expect("a dark part");
        for (names, values, part) in [(&VARIABLES, &LIGHT, light), (&VARIABLES, &DARK, dark)] {
            for (name, value) in names.iter().zip(values) {
                if name.starts_with("--series") || name.starts_with("--heat") {
                    assert!(part.contains(&format!("{name}: {value};")), "{name} is not {value} in style/tokens.css");
                }
            }
        }
    }
}
