//! Texts in English, Russian and Uzbek: Fluent files in `locales/`, as the app has its own. A text is HTML of Telegram's
//! kind; what is put into it is escaped, so that a channel called `<b>` stays one.

use std::sync::OnceLock;

use domain::identity::Person;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use teloxide::utils::html;
use unic_langid::LanguageIdentifier;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    En,
    Ru,
    Uz,
}

/// A value in a text.
#[derive(Debug, Clone)]
pub enum Value {
    Text(String),
    /// chooses the plural
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
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

    /// What the person has chosen in the app, else what their Telegram speaks. `tag` may be `uz-Latn`.
    pub fn of(person: Option<&Person>, tag: Option<&str>) -> Self {
        let chosen = person.and_then(|person| person.language.as_deref());
        let code = chosen.or(tag).and_then(|tag| tag.split('-').next()).unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code)).unwrap_or_default()
    }

    /// HTML of `key`; the key itself when there is no such text.
    pub fn html(self, key: &str, values: &[(&'static str, Value)]) -> String {
        self.filled(key, values, html::escape)
    }

    /// The same where nothing is marked up: buttons, names of commands.
    pub fn plain(self, key: &str, values: &[(&'static str, Value)]) -> String {
        self.filled(key, values, str::to_owned)
    }

    fn filled(self, key: &str, values: &[(&'static str, Value)], prepared: fn(&str) -> String) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            match value {
                Value::Text(text) => args.set(*name, FluentValue::from(prepared(text))),
                Value::Number(number) => args.set(*name, FluentValue::from(*number)),
            }
        }
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    fn text(self) -> &'static str {
        match self {
            Self::En => include_str!("../locales/en/bot.ftl"),
            Self::Ru => include_str!("../locales/ru/bot.ftl"),
            Self::Uz => include_str!("../locales/uz/bot.ftl"),
        }
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static BUNDLES: [OnceLock<FluentBundle<FluentResource>>; 3] = [const { OnceLock::new() }; 3];
        BUNDLES[self as usize].get_or_init(|| {
            let id: LanguageIdentifier = self.code().parse().unwrap_or_default();
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            bundle.set_use_isolating(false);
            // a broken file is caught by the test below; here what can be read is used
            let resource = FluentResource::try_new(self.text().to_owned()).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
            bundle
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use fluent_syntax::ast::Entry;
    use fluent_syntax::parser;

    use super::*;

    /// key → names of the variables used in it
    fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let resource =
            parser::parse(language.text()).unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", language.code()));
        let mut found = BTreeMap::new();
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let debug = format!("{:?}", message.value);
            let variables = debug
                .match_indices("VariableReference { id: Identifier { name: \"")
                .filter_map(|(at, found)| debug[at + found.len()..].split('"').next().map(str::to_owned))
                .collect();
            let again = found.insert(message.id.name.to_owned(), variables);
            assert!(again.is_none(), "{}: {} is defined twice", language.code(), message.id.name);
        }
        found
    }

    #[test]
    fn every_language_has_every_text_with_the_same_variables() {
        let english = keys(Language::En);
        assert_eq!(keys(Language::Ru), english);
        assert_eq!(keys(Language::Uz), english);
    }

    #[test]
    fn every_text_is_said_somewhere_and_nothing_else_is() {
        let mut code = String::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the sources are there") {
                let path = entry.expect("readable").path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("texts.rs") {
                    code += &std::fs::read_to_string(path).expect("utf-8");
                }
            }
        }
        let english = keys(Language::En);
        let is_said = |key: &str| {
            code.contains(&format!("\"{key}\""))
                || key.match_indices('-').any(|(at, _)| code.contains(&format!("\"{}-{{", &key[..at])))
        };
        let unsaid: Vec<_> = english.keys().filter(|key| !is_said(key)).collect();
        assert!(unsaid.is_empty(), "texts nobody says: {unsaid:?}");
        for (at, said) in code.match_indices(".html(\"").chain(code.match_indices(".plain(\"")) {
            let key = code[at + said.len()..].split('"').next().unwrap_or_default();
            assert!(english.contains_key(key), "{key} has no text");
        }
    }

    #[test]
    fn what_people_write_is_escaped_where_it_must_be() {
        let values = [("channel", Value::from("<b>A & B</b>"))];
        assert!(Language::En.html("connected", &values).contains("&lt;b&gt;A &amp; B&lt;/b&gt;"));
        assert!(Language::En.plain("button-connect-this", &values).contains("<b>A & B</b>"));
    }

    #[test]
    fn a_choice_goes_before_telegrams_language() {
        let person = |language: Option<&str>| Person {
            id: domain::ids::PersonId(1),
            telegram_id: Some(5),
            name: "Anya".to_owned(),
            language: language.map(str::to_owned),
            created_at: 0,
        };
        assert_eq!(Language::of(Some(&person(Some("uz"))), Some("ru")), Language::Uz);
        assert_eq!(Language::of(Some(&person(None)), Some("ru-RU")), Language::Ru);
        assert_eq!(Language::of(None, Some("de")), Language::En);
    }
}
