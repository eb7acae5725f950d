//! Newtypes for keys. `sqlx` sees the integer inside, JSON too.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    WorkspaceId,
    PersonId,
    InvitationId,
    ApiKeyId,
    /// Our own key of an account of Telegram that collects.
    AccountId,
    /// Our own key of a channel inside one workspace; Telegram's id is [`crate::channels::Channel::telegram_id`].
    ChannelId,
    /// Telegram's message id inside its channel (of the first message of an album).
    PostId,
    JobId,
    ExperimentId,
}
