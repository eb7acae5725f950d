//! Light, dark or as the system says; kept in a cookie so that the first paint is right.

pub const THEME_COOKIE: &str = "theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// Value of `data-theme`; the attribute is absent when the system decides.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.name())
    }
}

/// A year, first-party, never sent along from other sites.
#[cfg(feature = "hydrate")]
pub fn keep_cookie(name: &str, value: &str) {
    use wasm_bindgen::JsCast as _;
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(document) = document.and_then(|document| document.dyn_into::<web_sys::HtmlDocument>().ok()) {
        // a browser that refuses cookies forgets the choice, nothing else
        let _ = document.set_cookie(&format!("{name}={value}; path=/; max-age=31536000; samesite=lax"));
    }
}

/// Applies and keeps the choice.
pub fn choose(theme: Theme) {
    #[cfg(feature = "hydrate")]
    {
        keep_cookie(THEME_COOKIE, theme.name());
        let root =
            web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
        if let Some(root) = root {
            let _ = match theme.attribute() {
                Some(name) => root.set_attribute("data-theme", name),
                None => root.remove_attribute("data-theme"),
            };
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = theme;
}
