-- How far an account has read a channel.
CREATE TABLE channel_reading (
    channel_id BIGINT NOT NULL PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    -- NULL: the account has gone and nobody could take over
    account_id BIGINT REFERENCES account (id) ON DELETE SET NULL,
    -- Telegram's id, and the account's access to it; without access it is found by its name again
    peer_id BIGINT NOT NULL,
    access_hash BIGINT,
    -- the newest message heard of
    newest_id BIGINT NOT NULL,
    is_member BOOLEAN NOT NULL,
    can_view_stats BOOLEAN NOT NULL,
    -- the data centre that answers for its statistics
    stats_dc BIGINT,
    -- when the channel was asked about itself, its newest messages were read, its statistics were read; 0: never
    looked_at BIGINT NOT NULL,
    swept_at BIGINT NOT NULL,
    stats_at BIGINT NOT NULL,
    -- nothing is asked before: something stood in the way
    paused_until BIGINT NOT NULL
);
CREATE INDEX channel_reading_account ON channel_reading (account_id);

-- Messages with above < id < below have not been read.
CREATE TABLE channel_gap (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    above BIGINT NOT NULL,
    below BIGINT NOT NULL,
    PRIMARY KEY (channel_id, below)
);

-- Young posts, whose counters are read at certain ages.
CREATE TABLE channel_watch (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    post_id BIGINT NOT NULL,
    -- messages to ask for
    ids BIGINT NOT NULL,
    date_utc BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    -- when it is to be read next
    next_at BIGINT NOT NULL,
    -- when it was last asked where it was forwarded to; 0: never
    forwards_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, post_id)
);
CREATE INDEX channel_watch_next ON channel_watch (channel_id, next_at);

-- What an account reads of each part of an album; the bot is not told it.
ALTER TABLE channel_album_message ADD COLUMN date_utc BIGINT;
ALTER TABLE channel_album_message ADD COLUMN views BIGINT;
ALTER TABLE channel_album_message ADD COLUMN forwards BIGINT;
ALTER TABLE channel_album_message ADD COLUMN reactions BIGINT;
ALTER TABLE channel_album_message ADD COLUMN replies BIGINT;
ALTER TABLE channel_album_message ADD COLUMN text TEXT;

-- Messages that were there and are no more; what was measured of them stays.
CREATE TABLE channel_deletion (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    message_id BIGINT NOT NULL,
    noticed_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, message_id)
);

-- Official statistics as they came, kept for ever.
CREATE TABLE stats_raw (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    taken_at BIGINT NOT NULL,
    -- broadcast, or the name of a graph
    kind TEXT NOT NULL,
    -- of Telegram's schema, for the answer's bytes; NULL for a graph's JSON
    layer BIGINT,
    raw BLOB NOT NULL,
    PRIMARY KEY (channel_id, taken_at, kind)
);

-- Who sends readers: posts of other channels that forward or mention this one.
CREATE TABLE channel_edge (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    -- forward or mention
    kind TEXT NOT NULL,
    -- Telegram's id of the other channel
    peer_id BIGINT NOT NULL,
    -- its message; 0 for a story
    message_id BIGINT NOT NULL,
    username TEXT,
    title TEXT,
    -- ours, that was forwarded
    post_id BIGINT,
    -- when the other published it; NULL: not told
    at BIGINT,
    -- views of the other's message when it was last looked at
    views BIGINT,
    PRIMARY KEY (channel_id, kind, peer_id, message_id)
);
