//! The same specifications drawn without a browser. Needs the built chart bundle, see `site`.
#![cfg(feature = "render")]

mod samples;

use std::path::PathBuf;

use charts::render::{RenderError, Renderer};
use charts::{Frame, Language, Palette, Picture};
use resvg::tiny_skia::Pixmap;
use serde_json::json;

/// A picture has at least this share of pixels that are not its ground.
const DRAWN_MIN: f64 = 0.005;

fn bundle() -> String {
    let site = std::env::var_os("ANALYTICBOT_SITE")
        .expect("ANALYTICBOT_SITE is not set: it names the built site, whose pkg/charts-render.js these tests run; `./dev test` builds it and sets it");
    let path = PathBuf::from(site).join("pkg/charts-render.js");
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; frontend/charts/build.sh builds it", path.display()))
}

fn renderer() -> Renderer {
    Renderer::new(&bundle()).expect("the bundle runs")
}

#[test]
fn every_chart_becomes_an_svg_with_its_words() {
    let renderer = renderer();
    let (width, height) = Picture::SIZE;
    for language in Language::ALL {
        let frame = samples::picture(language);
        let Frame::Picture(picture) = &frame else { unreachable!() };
        for (name, spec) in samples::styled(language, &Palette::light(), &frame, samples::all) {
            let svg = renderer.svg(&spec.option, width, height).unwrap();
            assert!(svg.starts_with("<svg") && svg.contains("<text"), "{name}");
            assert!(name == "overview" || svg.contains("<path"), "{name}");
            assert!(svg.contains(&picture.subtitle), "{name} in {language:?} lacks its subtitle");
            assert!(svg.contains(&picture.note), "{name} in {language:?} lacks its note");
            assert!(!svg.contains("NaN"), "{name} in {language:?}");
        }
    }
}

#[test]
fn every_chart_becomes_a_png_that_is_not_blank() {
    let renderer = renderer();
    let (width, height) = Picture::SIZE;
    // to look at: ANALYTICBOT_PICTURES=FOLDER
    let folder = std::env::var_os("ANALYTICBOT_PICTURES").map(PathBuf::from);
    for (theme, palette) in [("light", Palette::light()), ("dark", Palette::dark())] {
        // to look at, all; to test, one language with each palette
        let shown = if folder.is_some() {
            Language::ALL.to_vec()
        } else {
            vec![if theme == "light" { Language::Uz } else { Language::Ru }]
        };
        for language in shown {
            let frame = samples::picture(language);
            for (name, spec) in samples::styled(language, &palette, &frame, samples::all) {
                let png = renderer.png(&spec.option, width, height, Picture::SCALE).unwrap();
                if let Some(folder) = &folder {
                    std::fs::write(folder.join(format!("{name}-{theme}-{language:?}.png").to_lowercase()), &png)
                        .unwrap();
                }
                let pixmap = Pixmap::decode_png(&png).unwrap();
                assert_eq!((pixmap.width(), pixmap.height()), (1200, 630), "{name}");
                let ground = pixmap.pixel(0, 0).unwrap();
                let drawn = pixmap.pixels().iter().filter(|pixel| **pixel != ground).count();
                let share = drawn as f64 / f64::from(pixmap.width() * pixmap.height());
                assert!(share > DRAWN_MIN, "{name} {theme}: {share}");
            }
        }
    }
}

#[test]
fn a_chart_of_nothing_is_a_picture_too() {
    let renderer = renderer();
    for (name, spec) in
        samples::styled(Language::Uz, &Palette::dark(), &samples::picture(Language::Uz), samples::nothing)
    {
        let svg = renderer.svg(&spec.option, 800, 420).unwrap();
        assert!(name == "overview" || svg.contains("narsa yoʻq"), "{name}");
    }
}

#[test]
fn a_wrong_chart_is_an_error_and_the_next_one_is_drawn() {
    let renderer = renderer();
    let error = renderer
        .svg(&json!({ "texts": {}, "yAxis": { "axisLabel": { "formatter": "@nobody" } } }), 400, 300)
        .unwrap_err();
    assert!(matches!(&error, RenderError::Script(text) if text.contains("no formatter is called @nobody")), "{error}");
    let series =
        json!({ "texts": {}, "xAxis": {}, "yAxis": {}, "series": [{ "type": "line", "data": [[0, 1], [1, 2]] }] });
    assert!(renderer.svg(&series, 400, 300).unwrap().contains("<path"));
}

#[test]
fn sizes_that_make_no_picture_are_refused() {
    let renderer = renderer();
    for (width, height, scale) in
        [(0, 100, 1.0), (100, 0, 1.0), (100, 100, f32::NAN), (9000, 100, 1.0), (5000, 100, 2.0)]
    {
        let error = renderer.png(&json!({}), width, height, scale).unwrap_err();
        assert!(matches!(error, RenderError::Size { .. }), "{error}");
    }
}

#[test]
fn many_threads_share_one_renderer_and_a_picture_is_always_the_same() {
    let renderer = renderer();
    let specs = samples::styled(Language::En, &Palette::light(), &samples::picture(Language::En), samples::all);
    let (_, spec) = &specs[0];
    let first = renderer.png(&spec.option, 400, 300, 1.0).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(renderer.png(&spec.option, 400, 300, 1.0).unwrap() == first));
        }
    });
}

#[test]
fn a_text_that_is_no_bundle_is_refused_at_start() {
    let error = Renderer::new("let = 3").unwrap_err();
    assert!(matches!(error, RenderError::Bundle(_)), "{error}");
    let error = Renderer::new("1 + 1").unwrap_err();
    assert!(matches!(error, RenderError::Bundle(_)), "{error}");
}
