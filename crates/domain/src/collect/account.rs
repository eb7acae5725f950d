//! An account of Telegram that collects: what state it is in, and what moves it.

use serde::{Deserialize, Serialize};

use super::connection::Obstacle;
use crate::ids::{AccountId, WorkspaceId};

/// What an account may do just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// collects
    Active,
    /// cannot reach Telegram; it is tried again at a moment
    Waiting,
    /// a person has switched it off: nothing is called until it is switched on again
    Stopped,
    /// Telegram has ended the session: sign in again
    SignedOut,
    /// Telegram has banned the account
    Banned,
}

/// What happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountEvent {
    /// a call was answered
    Answered,
    /// Telegram or the proxy cannot be reached, or an answer did not come in time
    Unreachable,
    SessionEnded,
    Banned,
    /// a person switched it off
    Stopped,
    /// a person switched it on
    Resumed,
    /// a person signed in again
    SignedIn,
}

impl AccountState {
    pub const ALL: [Self; 5] = [Self::Active, Self::Waiting, Self::Stopped, Self::SignedOut, Self::Banned];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::SignedOut => "signed_out",
            Self::Banned => "banned",
        }
    }

    /// Whether it may be used at all; what is waiting may be tried.
    pub fn is_usable(self) -> bool {
        matches!(self, Self::Active | Self::Waiting)
    }

    /// The state after `event`. Only a person brings back what a person or Telegram has ended; an answer that was on
    /// its way when the account was stopped does not.
    #[must_use]
    pub fn after(self, event: AccountEvent) -> Self {
        match (self, event) {
            (Self::SignedOut | Self::Banned, event) if event != AccountEvent::SignedIn => self,
            (_, AccountEvent::SessionEnded) => Self::SignedOut,
            (_, AccountEvent::Banned) => Self::Banned,
            (_, AccountEvent::Stopped) => Self::Stopped,
            (Self::Stopped, AccountEvent::Answered | AccountEvent::Unreachable) => self,
            (_, AccountEvent::Unreachable) => Self::Waiting,
            (_, AccountEvent::Answered | AccountEvent::Resumed | AccountEvent::SignedIn) => Self::Active,
        }
    }

    /// What it means for the channels that only this account collects; `None`: nothing.
    pub fn obstacle(self) -> Option<Obstacle> {
        match self {
            Self::Active => None,
            Self::Waiting => Some(Obstacle::Unreachable),
            Self::Stopped => Some(Obstacle::NoAccount),
            Self::SignedOut => Some(Obstacle::SignedOut),
            Self::Banned => Some(Obstacle::AccountBanned),
        }
    }
}

/// An account as a person sees it: its session never leaves the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Account {
    pub id: AccountId,
    pub workspace_id: WorkspaceId,
    /// Telegram's
    pub telegram_id: i64,
    pub name: String,
    /// all but the last digits masked, see [`masked_phone`]
    pub phone: Option<String>,
    pub state: AccountState,
    /// why, in words, when the state is not `active`
    pub reason: Option<String>,
    /// answered calls among the last ones, 0–100
    pub health: i64,
    /// when a waiting account is tried again, unix seconds
    pub retry_at: Option<i64>,
    /// until when a process holds it, unix seconds
    pub leased_until: Option<i64>,
    /// unix seconds
    pub created_at: i64,
    /// of the last answered call, unix seconds
    pub answered_at: Option<i64>,
}

/// Health of an account nothing is known of.
pub const HEALTH_BEST: i64 = 100;

/// Health after another call, answered or not: a moving mean over about ten calls, 0–100.
pub fn health_after(health: i64, is_answered: bool) -> i64 {
    const CALLS: i64 = 10;
    let target = if is_answered { HEALTH_BEST } else { 0 };
    let step = (target - health) / CALLS;
    // the last steps are of one point: an integer would never arrive otherwise
    let step = if step == 0 { (target - health).signum() } else { step };
    (health + step).clamp(0, HEALTH_BEST)
}

/// A phone number of which only the last two digits and the country's first one are shown.
pub fn masked_phone(phone: &str) -> String {
    const SHOWN_END: usize = 2;
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let hidden = digits.len().saturating_sub(SHOWN_END);
    let masked = digits.iter().enumerate().map(|(index, digit)| match index {
        0 => *digit,
        index if index < hidden => '•',
        _ => *digit,
    });
    if digits.len() <= SHOWN_END + 1 { "+•••".to_owned() } else { format!("+{}", masked.collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_brings_back_what_was_ended() {
        use AccountEvent::*;
        for ended in [AccountState::SignedOut, AccountState::Banned] {
            for event in [Answered, Unreachable, SessionEnded, Banned, Stopped, Resumed] {
                assert_eq!(ended.after(event), ended, "{event:?}");
            }
            assert_eq!(ended.after(SignedIn), AccountState::Active);
        }
        for event in [Answered, Unreachable] {
            assert_eq!(AccountState::Stopped.after(event), AccountState::Stopped, "{event:?}");
        }
        assert_eq!(AccountState::Stopped.after(Resumed), AccountState::Active);
        assert_eq!(AccountState::Stopped.after(SessionEnded), AccountState::SignedOut);
    }

    #[test]
    fn an_answer_ends_the_waiting() {
        let waiting = AccountState::Active.after(AccountEvent::Unreachable);
        assert_eq!(waiting, AccountState::Waiting);
        assert!(waiting.is_usable());
        assert_eq!(waiting.after(AccountEvent::Answered), AccountState::Active);
    }

    #[test]
    fn what_cannot_collect_is_an_obstacle() {
        for state in AccountState::ALL {
            assert_eq!(state.obstacle().is_none(), state == AccountState::Active, "{state:?}");
        }
    }

    #[test]
    fn health_falls_with_failures_and_comes_back() {
        let mut health = HEALTH_BEST;
        for _ in 0..60 {
            health = health_after(health, false);
        }
        assert_eq!(health, 0);
        for _ in 0..60 {
            health = health_after(health, true);
        }
        assert_eq!(health, HEALTH_BEST);
    }

    #[test]
    fn a_phone_number_is_masked() {
        for (phone, masked) in [("+998901234567", "+9•••••••••67"), ("998", "+•••"), ("", "+•••"), ("1234", "+1•34")]
        {
            assert_eq!(masked_phone(phone), masked);
        }
    }
}
