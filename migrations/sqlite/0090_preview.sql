-- How far the public page of a channel has been read.
CREATE TABLE preview_progress (
    channel_id BIGINT NOT NULL PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    -- the newest message that was on the page; 0: nothing has been read
    newest_id BIGINT NOT NULL,
    -- when it is looked at again
    next_at BIGINT NOT NULL,
    -- when the posts of the last days, and of the last weeks, were read again
    days_read_at BIGINT NOT NULL,
    weeks_read_at BIGINT NOT NULL,
    -- of the newest page, for conditional requests
    etag TEXT,
    last_modified TEXT
);

-- Posts with after_id < id < before_id have not been read yet.
CREATE TABLE preview_unread (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    after_id BIGINT NOT NULL,
    before_id BIGINT NOT NULL,
    PRIMARY KEY (channel_id, before_id)
);
