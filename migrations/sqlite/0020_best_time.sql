-- Best time to post, its experiments, and forecasts. JSON is TEXT written by Rust.

-- How the owner of a channel wants to choose.
CREATE TABLE best_time_setting (
    channel_id BIGINT NOT NULL PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE best_time_experiment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    -- proposed, running, finished or stopped
    stage TEXT NOT NULL,
    -- the log of the experiment, JSON
    state TEXT NOT NULL,
    -- assigned posts without a result
    waiting BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX best_time_experiment_channel ON best_time_experiment (channel_id, id);
CREATE UNIQUE INDEX best_time_experiment_open ON best_time_experiment (channel_id) WHERE stage IN ('proposed', 'running');

-- When an assigned post goes out, and which it was.
CREATE TABLE best_time_assignment (
    experiment_id BIGINT NOT NULL REFERENCES best_time_experiment (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    -- beginning of the slot's hour
    due_at BIGINT NOT NULL,
    post_id BIGINT,
    PRIMARY KEY (experiment_id, number)
) WITHOUT ROWID;

-- What the backtests of a channel came to, the newest run of each kind.
CREATE TABLE backtest_evidence (
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    -- best_time.3h, best_time.24h, best_time.total or forecast
    kind TEXT NOT NULL,
    -- JSON
    report TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- data version it was made of
    version BIGINT NOT NULL,
    PRIMARY KEY (channel_id, kind)
) WITHOUT ROWID;

-- What was forecast of young posts, kept as it was said.
CREATE TABLE forecast (
    channel_id BIGINT NOT NULL REFERENCES channel (id),
    post_id BIGINT NOT NULL,
    -- the age it stands for, and the age forecast, hours
    at_age_h BIGINT NOT NULL,
    h BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    -- age of the post at that moment
    age_s BIGINT NOT NULL,
    views DOUBLE PRECISION NOT NULL,
    low DOUBLE PRECISION NOT NULL,
    high DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (channel_id, post_id, at_age_h, h)
) WITHOUT ROWID;
CREATE INDEX forecast_made_at ON forecast (channel_id, made_at);
