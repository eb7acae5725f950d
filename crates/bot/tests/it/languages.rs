//! English, Russian, Uzbek.

use serde_json::json;

use crate::stage::{ANYA, KARL, NODIRA, Stage, TIMUR, bot_of, text};

#[tokio::test]
async fn everybody_is_answered_in_their_language() {
    let stage = Stage::new().await;
    for (asked, english, russian, uzbek) in [
        ("/start", "Hello, ", "Здравствуйте, ", "Assalomu alaykum, "),
        ("/connect", "Connect a channel", "Подключение канала", "Kanalni ulash"),
        ("/channels", "No channel yet.", "Каналов пока нет.", "Hozircha kanal yo‘q."),
        ("/stats @nobody", "There is no such channel", "Среди ваших каналов такого нет", "Kanallaringiz orasida"),
        ("/help", "What I can do", "Что я умею", "Nimalar qila olaman"),
        ("/privacy", "What is kept", "Что хранится", "Nimalar saqlanadi"),
        ("/paysupport", "Nothing is sold here", "Сейчас здесь ничего не продаётся", "Hozir bu yerda hech narsa"),
        ("/nonsense", "I know the commands", "Я понимаю команды", "Menyudagi buyruqlarni"),
        ("good evening", "I know the commands", "Я понимаю команды", "Menyudagi buyruqlarni"),
    ] {
        // whoever speaks none of ours reads English
        for (person, begins) in [(ANYA, english), (TIMUR, russian), (NODIRA, uzbek), (KARL, english)] {
            let answer = text(&stage.ask(person, asked).await);
            assert!(answer.starts_with(begins), "{asked} of {person}: {answer}");
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn the_menu_is_there_in_three_languages() {
    let stage = Stage::new().await;
    let settings = stage.until("the menu", |state| {
        let settings = &bot_of(state).settings;
        settings.keys().any(|key| key.starts_with("chatmenubutton")).then(|| settings.clone())
    });
    let settings = settings.await;
    let commands = |language: &str| {
        let found =
            settings.values().find(|value| value["commands"].is_array() && value["language_code"] == json!(language));
        found.unwrap_or_else(|| panic!("none in {language:?}: {settings:?}"))["commands"].clone()
    };
    let of_all = settings.values().find(|value| value["commands"].is_array() && value["language_code"].is_null());
    let names = |commands: &serde_json::Value| -> Vec<String> {
        let all = commands.as_array().expect("a list").iter();
        all.map(|command| command["command"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let english = &of_all.expect("for everybody else")["commands"];
    assert_eq!(names(english), ["start", "stats", "channels", "connect", "help", "privacy", "paysupport"]);
    assert_eq!(english[1]["description"], "Numbers of a channel");
    for (language, description) in [("ru", "Показатели канала"), ("uz", "Kanal ko‘rsatkichlari")] {
        assert_eq!(names(&commands(language)), names(english));
        assert_eq!(commands(language)[1]["description"], description);
    }
    let button = settings.values().find(|value| value["menu_button"].is_object()).expect("a button");
    assert_eq!(button["menu_button"]["web_app"]["url"], "https://app.example/");
    stage.end().await;
}
