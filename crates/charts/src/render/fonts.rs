//! The font of pictures: part of the binary, so that every machine draws the same picture.

use resvg::usvg::fontdb::Database;
use serde_json::{Map, Value, json};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use super::RenderError;

pub(super) const FAMILY: &str = "Inter";
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.subset.otf");
const BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.subset.otf");

pub(super) fn database() -> Database {
    let mut database = Database::new();
    for font in [REGULAR, BOLD] {
        database.load_font_data(font.to_vec());
    }
    database.set_sans_serif_family(FAMILY);
    database
}

/// JSON text for `setAdvances` of `frontend/charts/render.js`: widths in em by character, `{regular, bold}`.
pub(super) fn advances() -> Result<String, RenderError> {
    Ok(json!({ "regular": advances_of(REGULAR)?, "bold": advances_of(BOLD)? }).to_string())
}

fn advances_of(font: &[u8]) -> Result<Value, RenderError> {
    let font = FontRef::new(font).map_err(|error| RenderError::Font(error.to_string()))?;
    // at one pixel an em, widths are in em
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    let mut advances = Map::new();
    for (code, glyph) in font.charmap().mappings() {
        if let (Some(character), Some(width)) = (char::from_u32(code), metrics.advance_width(glyph)) {
            advances.insert(character.to_string(), json!(width));
        }
    }
    Ok(Value::Object(advances))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::UNKNOWN;

    /// Letters of the three languages and every sign that charts write.
    const NEEDED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\
        АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя\
        ЎўҚқҒғҲҳ ʻʼ‘’“”«» −–—…·≈+%#№.,:;!?()[]/&@\"'\u{a0}\u{202f}↑↓→₽€$×";

    #[test]
    fn both_weights_have_every_letter_of_the_three_languages() {
        for font in [REGULAR, BOLD] {
            let font = FontRef::new(font).unwrap();
            let missing: Vec<char> =
                NEEDED.chars().chain(UNKNOWN.chars()).filter(|&letter| font.charmap().map(letter).is_none()).collect();
            assert!(missing.is_empty(), "missing: {missing:?}");
        }
    }

    #[test]
    fn widths_are_in_em() {
        let advances: Value = serde_json::from_str(&advances().unwrap()).unwrap();
        let width = |weight: &str, letter: &str| advances[weight][letter].as_f64().unwrap();
        assert!((0.5..1.0).contains(&width("regular", "W").min(0.99)));
        assert!(width("regular", "i") < width("regular", "Щ"));
        assert!(width("bold", "a") > width("regular", "a"));
    }

    #[test]
    fn the_database_finds_both_weights_by_the_family() {
        let weights: Vec<u16> = database()
            .faces()
            .map(|face| {
                assert_eq!(face.families[0].0, FAMILY);
                face.weight.0
            })
            .collect();
        assert_eq!(weights, [400, 600]);
    }
}
