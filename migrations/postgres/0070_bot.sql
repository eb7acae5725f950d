-- What Telegram tells the bot: kept before it is answered, handled once, one chat in order.
CREATE TABLE bot_update (
    bot_id BIGINT NOT NULL,
    update_id BIGINT NOT NULL,
    -- updates with the same one wait for one another
    chat_id BIGINT NOT NULL,
    -- the name of its field: message, callback_query, …
    kind TEXT NOT NULL,
    -- JSON as it came
    raw TEXT NOT NULL,
    -- waiting, running, handled, unknown or failed
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- not before
    run_at BIGINT NOT NULL,
    worker TEXT,
    leased_until BIGINT,
    settled_at BIGINT,
    last_error TEXT,
    PRIMARY KEY (bot_id, update_id)
);
CREATE INDEX bot_update_open ON bot_update (bot_id, chat_id, update_id) WHERE state IN ('waiting', 'running');
CREATE INDEX bot_update_settled ON bot_update (settled_at) WHERE settled_at IS NOT NULL;

-- Which process fetches the updates of a bot: Telegram allows one.
CREATE TABLE bot_poller (
    bot_id BIGINT PRIMARY KEY,
    holder TEXT NOT NULL,
    leased_until BIGINT NOT NULL
);

-- Messages of albums, which arrive one by one and are one post: the one with the least id.
CREATE TABLE channel_album_message (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    message_id BIGINT NOT NULL,
    -- Telegram's media_group_id
    album TEXT NOT NULL,
    PRIMARY KEY (channel_id, message_id)
);
CREATE INDEX channel_album_message_album ON channel_album_message (channel_id, album);

-- People who came and went, without who they are.
CREATE TABLE channel_member_change (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    -- of the update that told it: told twice, it counts once
    update_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- of UTC
    day TEXT NOT NULL,
    -- 1 joined, -1 left
    change BIGINT NOT NULL,
    invite_link TEXT,
    link_name TEXT,
    PRIMARY KEY (channel_id, update_id)
);
CREATE INDEX channel_member_change_day ON channel_member_change (channel_id, day);
