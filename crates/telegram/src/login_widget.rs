//! The Telegram Login Widget, for desktop browsers (<https://core.telegram.org/widgets/login#checking-authorization>).

use sha2::{Digest as _, Sha256};

use crate::BotToken;
use crate::signed_fields::{Fields, Rejection};

/// Verified: only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Login {
    pub telegram_id: i64,
    pub name: String,
    pub username: Option<String>,
    /// unix seconds
    pub auth_date: i64,
    /// tells one sign-in from another
    pub hash: String,
}

/// The query with which the widget comes back. `now` is unix seconds.
pub fn verify(query: &str, token: &BotToken, now: i64, age_max_s: i64) -> Result<Login, Rejection> {
    let fields = Fields::parse(query)?;
    fields.verify_hash(&Sha256::digest(token.reveal()))?;
    let auth_date = fields.signed_at(now, age_max_s)?;
    let telegram_id = fields.need("id")?.parse().ok().filter(|id| *id > 0).ok_or(Rejection::Malformed)?;
    let first = fields.need("first_name")?;
    let name = match fields.get("last_name").filter(|last| !last.is_empty()) {
        Some(last) => format!("{first} {last}"),
        None => first.to_owned(),
    };
    Ok(Login {
        telegram_id,
        name,
        username: fields.get("username").map(str::to_owned),
        auth_date,
        hash: fields.need("hash")?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const NOW: i64 = 1_800_000_000;

    fn token() -> BotToken {
        BotToken::parse("7654321:AAmade-up_made-up_made-up").unwrap()
    }

    #[test]
    fn who_signs_in_by_the_widget_is_read() {
        let at = NOW.to_string();
        let fields =
            [("id", "42"), ("first_name", "Ann"), ("last_name", "Ой"), ("username", "ann"), ("auth_date", at.as_str())];
        let query = testing::login(&token(), &fields);
        let login = verify(&query, &token(), NOW + 9, 60).unwrap();
        assert_eq!((login.telegram_id, login.name.as_str(), login.username.as_deref()), (42, "Ann Ой", Some("ann")));
        assert_eq!(verify(&query, &token(), NOW + 61, 60), Err(Rejection::Expired));
        assert_eq!(verify(&query.replace("id=42", "id=43"), &token(), NOW, 60), Err(Rejection::BadSignature));
    }

    #[test]
    fn init_data_is_no_sign_in_by_the_widget() {
        // the same fields under the key of Mini Apps
        let at = NOW.to_string();
        let data = testing::init_data(&token(), &[("id", "42"), ("first_name", "Ann"), ("auth_date", &at)]);
        assert_eq!(verify(&data, &token(), NOW, 60), Err(Rejection::BadSignature));
    }

    #[test]
    fn a_person_without_an_id_is_nobody() {
        let at = NOW.to_string();
        let cases: [&[(&str, &str)]; 4] = [
            &[("first_name", "Ann")],
            &[("id", "0"), ("first_name", "Ann")],
            &[("id", "ann"), ("first_name", "Ann")],
            &[("id", "42")],
        ];
        for fields in cases {
            let query = testing::login(&token(), &[fields, &[("auth_date", &at)]].concat());
            assert_eq!(verify(&query, &token(), NOW, 60), Err(Rejection::Malformed), "{fields:?}");
        }
    }
}
