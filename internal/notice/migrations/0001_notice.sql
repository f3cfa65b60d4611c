-- +goose Up
CREATE TABLE notice_item (              -- one person's copy of a notice
  id      IDENTITY,
  person  BIGINT NOT NULL,
  topic   TEXT   NOT NULL,
  grp     TEXT   NOT NULL,              -- the group of topics, by which people choose
  key     TEXT   NOT NULL,              -- of the message, said in the reader's language
  args    TEXT   NOT NULL,              -- JSON
  link    TEXT   NOT NULL,              -- a path of ours
  urgent  BOOL   NOT NULL,
  dedup   TEXT,
  at      BIGINT NOT NULL,              -- by the business clock: what the reader sees
  made_at BIGINT NOT NULL,              -- by the machine's
  read_at BIGINT,                       -- by the machine's
  UNIQUE (person, dedup)
);
CREATE INDEX notice_item_person ON notice_item (person, id);
CREATE INDEX notice_item_made ON notice_item (made_at);
CREATE INDEX notice_item_unread ON notice_item (person, id) WHERE read_at IS NULL;

CREATE TABLE notice_delivery (          -- a notice on its way to a person by another channel; times are the machine's
  id      IDENTITY,
  item    BIGINT NOT NULL REFERENCES notice_item(id) ON DELETE CASCADE,
  person  BIGINT NOT NULL,
  channel TEXT   NOT NULL,
  state   TEXT   NOT NULL,              -- waiting, sent, failed, withdrawn
  forced  BOOL   NOT NULL,              -- sent whatever was chosen: a test that the person asked for
  due_at  BIGINT NOT NULL,              -- while it is being sent, when another worker may take it over
  batch   TEXT,                         -- those of one letter, which stays one however often it is tried
  tries   BIGINT NOT NULL DEFAULT 0,
  why     TEXT   NOT NULL DEFAULT '',   -- message key: why it failed, was withdrawn, or is tried again
  detail  TEXT   NOT NULL DEFAULT '',   -- what the other side said
  made_at BIGINT NOT NULL,
  done_at BIGINT,
  UNIQUE (item, channel)
);
CREATE INDEX notice_delivery_due ON notice_delivery (channel, due_at) WHERE state = 'waiting';
CREATE INDEX notice_delivery_person ON notice_delivery (person, channel) WHERE state = 'waiting';
CREATE INDEX notice_delivery_trouble ON notice_delivery (id) WHERE state IN ('failed', 'waiting') AND why <> '';

CREATE TABLE notice_person (            -- what a person chose; without a row, what is usual
  person      BIGINT PRIMARY KEY,
  lang        TEXT   NOT NULL,
  quiet_from  BIGINT NOT NULL,          -- minutes of the day in the district's zone; the same twice: never quiet
  quiet_until BIGINT NOT NULL,
  daily_at    BIGINT NOT NULL
);

CREATE TABLE notice_choice (
  person  BIGINT NOT NULL,
  channel TEXT   NOT NULL,
  grp     TEXT   NOT NULL,
  choice  TEXT   NOT NULL,              -- off, now, daily
  PRIMARY KEY (person, channel, grp)
);

CREATE TABLE notice_address (
  person     BIGINT NOT NULL,
  channel    TEXT   NOT NULL,
  address    TEXT,                      -- confirmed by its owner
  pending    TEXT,                      -- waits for the code that was sent to it
  code       TEXT,                      -- SHA-256, in hex
  code_until BIGINT,
  code_tries BIGINT NOT NULL DEFAULT 0,
  codes      BIGINT NOT NULL DEFAULT 0, -- that were sent since codes_from
  codes_from BIGINT NOT NULL DEFAULT 0,
  asked_at   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (person, channel)
);

CREATE TABLE notice_calendar (
  person  BIGINT PRIMARY KEY,
  token   TEXT   NOT NULL UNIQUE,       -- SHA-256 of the secret in the address, in hex
  made_at BIGINT NOT NULL,
  used_at BIGINT
);
