//! Line icons from one sprite, which the document carries once.

use leptos::prelude::*;

macro_rules! icons {
    ($($name:ident $id:literal $shape:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Glyph { $($name),* }

        impl Glyph {
            fn href(self) -> &'static str {
                match self { $(Self::$name => concat!("#", $id)),* }
            }
        }

        const SPRITE: &str = concat!("<defs>", $("<symbol id=\"", $id, "\" viewBox=\"0 0 24 24\">", $shape, "</symbol>"),*,
            "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"hatch-line\" d=\"M0 0v6\"/></pattern></defs>");
    };
}

icons! {
    Dashboard "i-grid" r#"<rect x="3.5" y="3.5" width="7" height="7" rx="1.5"/><rect x="13.5" y="3.5" width="7" height="5" rx="1.5"/><rect x="13.5" y="11.5" width="7" height="9" rx="1.5"/><rect x="3.5" y="13.5" width="7" height="7" rx="1.5"/>"#,
    Chart "i-chart" r#"<path d="M4 4v14.5A1.5 1.5 0 0 0 5.5 20H20"/><path d="m8 14 3.5-4.5 3 3L20 6"/>"#,
    Gear "i-gear" r#"<circle cx="12" cy="12" r="3"/><path d="M12 3.5v2.2m0 12.6v2.2M3.5 12h2.2m12.6 0h2.2M6 6l1.6 1.6m8.8 8.8L18 18M6 18l1.6-1.6m8.8-8.8L18 6"/>"#,
    Down "i-down" r#"<path d="m6 9 6 6 6-6"/>"#,
    Left "i-left" r#"<path d="m15 6-6 6 6 6"/>"#,
    Right "i-right" r#"<path d="m9 6 6 6-6 6"/>"#,
    ArrowUp "i-up2" r#"<path d="M12 19V5m0 0-6 6m6-6 6 6"/>"#,
    ArrowDown "i-down2" r#"<path d="M12 5v14m0 0 6-6m-6 6-6-6"/>"#,
    Text "i-text" r#"<path d="M5 6.5h14M5 12h14M5 17.5h8"/>"#,
    Image "i-image" r#"<rect x="3.5" y="4.5" width="17" height="15" rx="2.5"/><circle cx="8.8" cy="9.5" r="1.5"/><path d="m4 17 4.5-4 3 2.5 4-4.5 5 5.5"/>"#,
    Video "i-video" r#"<rect x="3.5" y="6" width="11.5" height="12" rx="2.5"/><path d="m15 10.5 5.5-3v9l-5.5-3"/>"#,
    Album "i-album" r#"<rect x="6.5" y="3.5" width="14" height="14" rx="2.5"/><path d="M17.5 20.5H6A2.5 2.5 0 0 1 3.5 18V6.5"/>"#,
    Audio "i-audio" r#"<path d="M9 18V6l10-2v12"/><circle cx="6.5" cy="18" r="2.5"/><circle cx="16.5" cy="16" r="2.5"/>"#,
    File "i-file" r#"<path d="M13.5 3.5H7A2.5 2.5 0 0 0 4.5 6v12A2.5 2.5 0 0 0 7 20.5h10a2.5 2.5 0 0 0 2.5-2.5V9.500z"/><path d="M13.5 3.500v6h6"/>"#,
    Poll "i-poll" r#"<path d="M5 20V10m7 10V4m7 16v-7"/>"#,
    Link "i-link" r#"<path d="M10 14a4 4 0 0 0 6 .4l3-3a4.200 4.200 0 0 0-6-6l-1.200 1.200"/><path d="M14 10a4 4 0 0 0-6-.4l-3 3a4.200 4.200 0 0 0 6 6l1.200-1.200"/>"#,
    Anew "i-anew" r#"<path d="M19.5 12a7.5 7.5 0 1 1-2.200-5.300L20 9.200M20 4v5.200h-5.200"/>"#,
    Plus "i-plus" r#"<path d="M12 5v14M5 12h14"/>"#,
    Search "i-search" r#"<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>"#,
    Flat "i-flat" r#"<path d="M5 12h14"/>"#,
    Flask "i-flask" r#"<path d="M9.5 3.5h5M10.5 3.5v6L5 18a1.8 1.8 0 0 0 1.6 2.5h10.8A1.8 1.8 0 0 0 19 18l-5.5-8.5v-6M7.5 15h9"/>"#,
    Clock "i-clock" r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7.500V12l3 2"/>"#,
    Info "i-info" r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5m0-8.500v.1"/>"#,
    Warn "i-warn" r#"<path d="M12 4 2.800 19.500h18.400z"/><path d="M12 10v4.500m0 2.400v.1"/>"#,
    Stop "i-stop" r#"<circle cx="12" cy="12" r="8.5"/><path d="m9 9 6 6m0-6-6 6"/>"#,
    Check "i-check" r#"<path d="m5 12.500 4.500 4.500L19 7.500"/>"#,
    Close "i-x" r#"<path d="m6 6 12 12M18 6 6 18"/>"#,
    Off "i-off" r#"<path d="M4 4l16 16M8.500 16.500a5 5 0 0 1 7 0M5 13a10 10 0 0 1 5-2.700m4.500.2A10 10 0 0 1 19 13M12 20v.1"/>"#,
    Refresh "i-refresh" r#"<path d="M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9"/><path d="M20 4v5h-5"/>"#,
    Help "i-help" r#"<circle cx="12" cy="12" r="8.5"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700m0 2.500v.1"/>"#,
    Copy "i-copy" r#"<rect x="8.500" y="8.500" width="12" height="12" rx="2.500"/><path d="M15.500 8.500V6A2.500 2.500 0 0 0 13 3.500H6A2.500 2.500 0 0 0 3.500 6v7A2.500 2.500 0 0 0 6 15.500h2.500"/>"#,
    Table "i-table" r#"<rect x="3.500" y="4.500" width="17" height="15" rx="2.500"/><path d="M3.500 10h17M10 10v9.500"/>"#,
    People "i-people" r#"<circle cx="9" cy="8.500" r="3.500"/><path d="M2.500 20a6.500 6.500 0 0 1 13 0M16 5.500a3.500 3.500 0 0 1 0 6.500m2 2.500a6.500 6.500 0 0 1 3.500 5.500"/>"#,
    Trash "i-trash" r#"<path d="M4.500 7h15M9.500 7V4.500h5V7m3 0-.8 12a1.500 1.500 0 0 1-1.500 1.500H8.800A1.500 1.500 0 0 1 7.300 19L6.500 7"/>"#,
}

/// Decorative: the words beside it carry the meaning.
#[component]
pub fn Icon(
    glyph: Glyph,
    /// `small` (16 px), `tiny` (12 px) or nothing (20 px)
    #[prop(optional)]
    size: &'static str,
) -> impl IntoView {
    let class = if size.is_empty() { "icon".to_owned() } else { format!("icon {size}") };
    view! {
        <svg class=class aria-hidden="true">
            <use href=glyph.href()></use>
        </svg>
    }
}

/// The symbols themselves, once a document.
#[component]
pub fn Sprite() -> impl IntoView {
    view! { <svg class="sprite" aria-hidden="true" inner_html=SPRITE></svg> }
}
