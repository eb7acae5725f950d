//! What a session may do: the whole list. It reads; besides signing in and out, nothing on it changes anything.
//!
//! To add a method: its line here, then a function in the file of its slice.

use grammers_tl_types::{Identifiable, functions};

macro_rules! methods {
    ($($repeat:ident $name:literal $($part:ident)::+,)*) => {
        const ALLOWED: &[Method] = &[$(Method {
            constructor: functions::$($part)::+::CONSTRUCTOR_ID,
            name: $name,
            repeats: Repeats::$repeat,
        }),*];
    };
}

/// May a call be sent again when nobody knows whether it was carried out?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// It only reads.
    Freely,
    /// Another code would be sent, a challenge be used up.
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Method {
    constructor: u32,
    pub name: &'static str,
    pub repeats: Repeats,
}

methods! {
    Freely "users.getUsers" users::GetUsers,
    Freely "contacts.resolveUsername" contacts::ResolveUsername,
    Freely "channels.getFullChannel" channels::GetFullChannel,
    Freely "channels.getMessages" channels::GetMessages,
    Freely "messages.getHistory" messages::GetHistory,
    Freely "messages.getMessagesViews" messages::GetMessagesViews,
    Freely "stats.getBroadcastStats" stats::GetBroadcastStats,
    Freely "stats.getMessageStats" stats::GetMessageStats,
    Freely "stats.getMessagePublicForwards" stats::GetMessagePublicForwards,
    Freely "stats.loadAsyncGraph" stats::LoadAsyncGraph,
    Freely "updates.getState" updates::GetState,
    Freely "updates.getDifference" updates::GetDifference,
    Freely "updates.getChannelDifference" updates::GetChannelDifference,
    Freely "auth.exportAuthorization" auth::ExportAuthorization,
    Never "auth.importAuthorization" auth::ImportAuthorization,
    Never "auth.sendCode" auth::SendCode,
    Never "auth.signIn" auth::SignIn,
    Freely "account.getPassword" account::GetPassword,
    Never "auth.checkPassword" auth::CheckPassword,
    Freely "auth.exportLoginToken" auth::ExportLoginToken,
    Never "auth.importLoginToken" auth::ImportLoginToken,
    Never "auth.logOut" auth::LogOut,
}

/// The method of this constructor, if a session may call it; else its name.
pub(crate) fn allowed(constructor: u32) -> Result<Method, &'static str> {
    let found = ALLOWED.iter().find(|method| method.constructor == constructor);
    found.copied().ok_or_else(|| grammers_tl_types::name_for_id(constructor))
}

/// Names of all methods a session may call.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALLOWED.iter().map(|method| method.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_telegrams() {
        for method in ALLOWED {
            assert_eq!(method.name, grammers_tl_types::name_for_id(method.constructor));
        }
    }

    #[test]
    fn what_writes_is_not_on_the_list() {
        assert_eq!(allowed(functions::messages::SendMessage::CONSTRUCTOR_ID), Err("messages.sendMessage"));
        assert_eq!(allowed(functions::channels::JoinChannel::CONSTRUCTOR_ID), Err("channels.joinChannel"));
        assert!(allowed(functions::users::GetUsers::CONSTRUCTOR_ID).is_ok());
    }
}
