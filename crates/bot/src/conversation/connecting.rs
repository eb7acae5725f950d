//! Connecting a channel, step by step. Nothing is remembered between the steps: a shared or forwarded channel says all
//! that is needed, whenever it comes.

use domain::collect::connection::{Knowable, Mode};
use services::collect::bot::{self, Refusal};
use teloxide::types::{
    ButtonRequest, ChatAdministratorRights, KeyboardButton, KeyboardButtonRequestChat, KeyboardMarkup, KeyboardRemove,
    ReplyMarkup, RequestId,
};

use super::{Done, Talk};
use crate::texts::Language;

/// Of the button; we have one.
const REQUEST: RequestId = RequestId(1);

impl Talk<'_> {
    /// What to do, with a button that picks a channel and makes the bot an administrator in one go.
    pub(super) async fn explain_connecting(&self) -> Done {
        let request = KeyboardButtonRequestChat::new(REQUEST, true)
            .user_administrator_rights(rights())
            .bot_administrator_rights(rights());
        let button =
            KeyboardButton::new(self.language.plain("button-pick", &[])).request(ButtonRequest::RequestChat(request));
        let markup = KeyboardMarkup::new([[button]]).resize_keyboard().one_time_keyboard();
        let text = self.language.html("connecting", &[]);
        Ok(self.desk.say(self.chat, &text, Some(markup.into())).await?)
    }

    /// `chat_id` as the Bot API writes it.
    pub(super) async fn connect(&self, chat_id: i64) -> Done {
        let connected = match bot::connect(&self.desk.ctx, &self.viewer, chat_id).await {
            Ok(Ok(connected)) => connected,
            Ok(Err(refusal)) => return self.say(why(refusal)).await,
            Err(error) => return self.excuse(error).await,
        };
        let key = if connected.is_new_connection { "connected" } else { "connected-already" };
        let text = self.language.html(
            key,
            &[
                ("channel", connected.channel.title.as_str().into()),
                ("known", facts(self.language, true).into()),
                ("unknown", facts(self.language, false).into()),
            ],
        );
        let markup = ReplyMarkup::KeyboardRemove(KeyboardRemove::new());
        Ok(self.desk.say(self.chat, &text, Some(markup)).await?)
    }
}

/// The least with which Telegram tells a bot what goes on in a channel, and by which link people come.
fn rights() -> ChatAdministratorRights {
    ChatAdministratorRights {
        is_anonymous: false,
        can_manage_chat: true,
        can_delete_messages: false,
        can_manage_video_chats: false,
        can_restrict_members: false,
        can_promote_members: false,
        can_change_info: false,
        can_invite_users: true,
        can_post_messages: Some(false),
        can_edit_messages: Some(false),
        can_pin_messages: None,
        can_post_stories: Some(false),
        can_edit_stories: Some(false),
        can_delete_stories: Some(false),
        can_manage_topics: None,
    }
}

fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Off | Refusal::Unreachable | Refusal::Wait { .. } => "refused-unreachable",
        Refusal::NotAChannel => "refused-not-a-channel",
        Refusal::BotNotAdministrator => "refused-bot-not-administrator",
        Refusal::PersonNotAdministrator => "refused-person-not-administrator",
    }
}

/// What a bot is told about a channel, or is not, by name.
fn facts(language: Language, known: bool) -> String {
    let told = Mode::Bot.knows();
    let named =
        Knowable::ALL.into_iter().filter(|fact| told.contains(fact) == known && *fact != Knowable::RoundedViews);
    let names: Vec<String> = named.map(|fact| language.plain(&format!("fact-{}", name(fact)), &[])).collect();
    names.join(", ")
}

fn name(fact: Knowable) -> &'static str {
    match fact {
        Knowable::NewPosts => "new-posts",
        Knowable::History => "history",
        Knowable::Views | Knowable::RoundedViews => "views",
        Knowable::Forwards => "forwards",
        Knowable::Reactions => "reactions",
        Knowable::Replies => "replies",
        Knowable::Changes => "changes",
        Knowable::Members => "members",
        Knowable::JoinsByLink => "joins-by-link",
        Knowable::OfficialStatistics => "official-statistics",
        Knowable::Mentions => "mentions",
    }
}
