-- Weeks and months of a channel, kept beside its daily facts by whoever writes those, and when it was refreshed.

CREATE TABLE channel_summary (
    channel_id BIGINT NOT NULL REFERENCES channel (id),
    -- week (ISO) or month
    span TEXT NOT NULL,
    -- the Monday, or the 1st; of posts in the channel's zone, of daily facts as they are
    first_day TEXT NOT NULL,
    -- published in it, and the sums of their newest counts
    posts BIGINT NOT NULL,
    views BIGINT,
    forwards BIGINT,
    reactions BIGINT,
    replies BIGINT,
    -- of the last day that knows it
    subscribers BIGINT,
    joined BIGINT,
    "left" BIGINT,
    PRIMARY KEY (channel_id, span, first_day)
) PARTITION BY HASH (channel_id);

DO $$
DECLARE
    parts CONSTANT INT := 16;
BEGIN
    FOR part IN 0 .. parts - 1 LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF channel_summary FOR VALUES WITH (MODULUS %s, REMAINDER %s)', 'channel_summary_' || part, parts, part);
    END LOOP;
END
$$;

-- Days whose periods are summed again before their unit of work ends: empty between units of work.
CREATE TABLE channel_summary_due (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    -- days since 1970-01-01, UTC; 9223372036854775807: every day of the channel
    day BIGINT NOT NULL,
    PRIMARY KEY (channel_id, day)
);
-- what was there before
INSERT INTO channel_summary_due (channel_id, day)
    SELECT id, 9223372036854775807 FROM channel WHERE import_run_id IS NULL AND deleted_at IS NULL;

CREATE TABLE channel_refresh (
    channel_id BIGINT NOT NULL PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    asked_at BIGINT NOT NULL
);
