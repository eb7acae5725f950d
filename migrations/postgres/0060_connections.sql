-- How a channel is collected: a row for each way; a channel without one is fed by files only.
CREATE TABLE channel_connection (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    -- bot, preview or session
    mode TEXT NOT NULL,
    connected_by BIGINT REFERENCES person (id) ON DELETE SET NULL,
    connected_at BIGINT NOT NULL,
    -- when the channel was last heard this way
    heard_at BIGINT,
    -- what stands in the way, since the last try; NULL: nothing
    obstacle TEXT,
    -- when it is tried again, where that is known
    obstacle_until BIGINT,
    PRIMARY KEY (channel_id, mode)
);
