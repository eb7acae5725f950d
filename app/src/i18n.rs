//! Texts in English, Russian and Uzbek, from the first string on. Fluent files, one per slice and language, in
//! `locales/`; the language is fixed for a document (a switch reloads it), so a text is a plain `String`.
//!
//! The server carries all three; a browser loads those of its document's language ([`load`]), which `xtask site` puts
//! beside the WebAssembly.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// Name of the cookie that keeps a chosen language.
pub const LANGUAGE_COOKIE: &str = "language";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Ru,
    Uz,
}

impl From<Language> for charts::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Ru => Self::Ru,
            Language::Uz => Self::Uz,
        }
    }
}

#[cfg(not(feature = "hydrate"))]
macro_rules! texts {
    ($code:literal) => {
        [
            include_str!(concat!("../locales/", $code, "/shell.ftl")),
            include_str!(concat!("../locales/", $code, "/numbers.ftl")),
            include_str!(concat!("../locales/", $code, "/dashboard.ftl")),
            include_str!(concat!("../locales/", $code, "/analytics.ftl")),
            include_str!(concat!("../locales/", $code, "/best_time.ftl")),
            include_str!(concat!("../locales/", $code, "/posts.ftl")),
            include_str!(concat!("../locales/", $code, "/settings.ftl")),
        ]
    };
}

impl Language {
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Uz];

    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Uz => "uz",
        }
    }

    /// In its own language, for the switch.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
            Self::Uz => "O‘zbekcha",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// The first language of an `Accept-Language` value that we have.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut wanted: Vec<(&str, f32)> = header
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.split(';');
                let code = pieces.next()?.trim().split('-').next()?;
                let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
                Some((code, weight))
            })
            .collect();
        wanted.sort_by(|a, b| b.1.total_cmp(&a.1));
        wanted.into_iter().find_map(|(code, _)| Self::parse(code))
    }

    #[cfg(not(feature = "hydrate"))]
    fn texts(self) -> &'static [&'static str] {
        static EN: [&str; 7] = texts!("en");
        static RU: [&str; 7] = texts!("ru");
        static UZ: [&str; 7] = texts!("uz");
        match self {
            Self::En => &EN,
            Self::Ru => &RU,
            Self::Uz => &UZ,
        }
    }

    /// Address of the language's texts.
    pub fn texts_path(self) -> String {
        format!("/pkg/texts-{}.txt", self.code())
    }

    #[cfg(not(feature = "hydrate"))]
    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static BUNDLES: [OnceLock<FluentBundle<FluentResource>>; 3] = [const { OnceLock::new() }; 3];
        BUNDLES[self as usize].get_or_init(|| bundle(self, self.texts()))
    }

    /// The texts that were loaded; none before that.
    #[cfg(feature = "hydrate")]
    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        LOADED.get_or_init(|| bundle(self, &[]))
    }

    /// The text of `key`; the key itself when there is none.
    pub fn text(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned()
    }
}

#[cfg(feature = "hydrate")]
static LOADED: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();

/// Loads the texts of the document's language: before anything is drawn. An error is a sentence for the console.
#[cfg(feature = "hydrate")]
pub async fn load() -> Result<(), String> {
    let path = language().texts_path();
    let response = gloo_net::http::Request::get(&path).send().await.map_err(|error| format!("{path}: {error}"))?;
    if !response.ok() {
        return Err(format!("{path}: {}", response.status()));
    }
    let text = response.text().await.map_err(|error| format!("{path}: {error}"))?;
    LOADED.get_or_init(|| bundle(language(), &[&text]));
    Ok(())
}

fn bundle(language: Language, texts: &[&str]) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    for text in texts {
        // a broken file is caught by the test below; here what can be read is used
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The document's language.
pub fn language() -> Language {
    #[cfg(feature = "ssr")]
    {
        leptos::prelude::use_context::<Language>().unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        static LANGUAGE: OnceLock<Language> = OnceLock::new();
        *LANGUAGE.get_or_init(document_language)
    }
}

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
fn document_language() -> Language {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element())
        .and_then(|root| root.get_attribute("lang"))
        .and_then(|code| Language::parse(&code))
        .unwrap_or_default()
}

#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
fn document_language() -> Language {
    Language::default()
}

pub fn text_with(key: &str, args: &[(&'static str, FluentValue<'static>)]) -> String {
    if args.is_empty() {
        return language().text(key, None);
    }
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
    language().text(key, Some(&args))
}

/// `t!("posts-title")`, `t!("posts-count", n = 3, channel = title)`: a text of the document's language.
/// Numbers choose the plural; pass formatted numbers as strings beside them.
#[macro_export]
macro_rules! t {
    ($key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::i18n::text_with($key, &[$((stringify!($name), fluent_bundle::FluentValue::from($value))),*])
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use fluent_syntax::ast::{Entry, Pattern, PatternElement};
    use fluent_syntax::parser;

    use super::*;

    /// key → names of the variables used in it
    fn keys(language: Language) -> BTreeMap<String, Vec<String>> {
        let mut found = BTreeMap::new();
        for text in language.texts() {
            let resource = parser::parse(*text).unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", language.code()));
            for entry in resource.body {
                if let Entry::Message(message) = entry {
                    let debug = format!("{:?}", message.value);
                    let mut variables: Vec<String> = debug
                        .match_indices("VariableReference { id: Identifier { name: \"")
                        .filter_map(|(at, found)| debug[at + found.len()..].split('"').next().map(str::to_owned))
                        .collect();
                    variables.sort();
                    variables.dedup();
                    let again = found.insert(message.id.name.to_owned(), variables);
                    assert!(again.is_none(), "{}: {} is defined twice", language.code(), message.id.name);
                    assert!(has_text(message.value.as_ref()), "{}: {} is empty", language.code(), message.id.name);
                }
            }
        }
        found
    }

    fn has_text(pattern: Option<&Pattern<&str>>) -> bool {
        pattern.is_some_and(|pattern| {
            pattern.elements.iter().any(|element| match element {
                PatternElement::TextElement { value } => !value.trim().is_empty(),
                PatternElement::Placeable { .. } => true,
            })
        })
    }

    #[test]
    fn every_language_has_every_text_with_the_same_variables() {
        let english = keys(Language::En);
        for language in [Language::Ru, Language::Uz] {
            let other = keys(language);
            let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
            let extra: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
            assert!(
                missing.is_empty() && extra.is_empty(),
                "{}: missing {missing:?}, extra {extra:?}",
                language.code()
            );
            for (key, variables) in &english {
                assert_eq!(variables, &other[key], "{}: variables of {key}", language.code());
            }
        }
    }

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("i18n.rs") {
                found.push(std::fs::read_to_string(path).expect("utf-8"));
            }
        }
    }

    #[test]
    fn every_key_in_the_code_exists_and_every_text_is_used() {
        let english = keys(Language::En);
        let mut code = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let code = code.join("\n");
        let mut missing = Vec::new();
        for (at, found) in code.match_indices("t!(\"") {
            let key = code[at + found.len()..].split('"').next().unwrap_or_default();
            if !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
                && !english.contains_key(key)
            {
                missing.push(key.to_owned());
            }
        }
        assert!(missing.is_empty(), "keys without a text: {missing:?}");
        // keys made from a name (media types, warnings, …) start with the prefix that the code carries
        let unused: Vec<_> = english
            .keys()
            .filter(|key| !code.contains(&format!("\"{key}\"")))
            .filter(|key| {
                !key.match_indices('-').any(|(at, _)| {
                    code.contains(&format!("\"{}-{{", &key[..at])) || code.contains(&format!("\"{}-\"", &key[..at]))
                })
            })
            .collect();
        assert!(unused.is_empty(), "texts nobody shows: {unused:?}");
    }

    #[test]
    fn russian_and_uzbek_choose_their_plurals() {
        let say = |language: Language, n: i64| {
            let mut args = FluentArgs::new();
            args.set("n", n);
            args.set("text", n.to_string());
            language.text("count-posts-text", Some(&args))
        };
        assert_eq!(say(Language::En, 1), "1 post");
        assert_eq!(say(Language::Ru, 1), "1 пост");
        assert_eq!(say(Language::Ru, 3), "3 поста");
        assert_eq!(say(Language::Ru, 11), "11 постов");
        assert_eq!(say(Language::Uz, 5), "5 ta post");
    }

    #[test]
    fn the_browser_says_which_language() {
        assert_eq!(Language::from_accept_language("de-DE,ru;q=0.7,en;q=0.8"), Some(Language::En));
        assert_eq!(Language::from_accept_language("uz-UZ"), Some(Language::Uz));
        assert_eq!(Language::from_accept_language("fr"), None);
    }
}
