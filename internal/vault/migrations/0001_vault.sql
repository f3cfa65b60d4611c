-- +goose Up

-- The master keys under which keys of persons are wrapped, by their names; never the keys themselves.
CREATE TABLE vault_master (
  id         TEXT   NOT NULL PRIMARY KEY,
  first_at   BIGINT NOT NULL,
  retired_at BIGINT                       -- nothing is wrapped under it any more
);

-- The persons. A key that was erased is gone for good, and with it all that was sealed under it.
CREATE TABLE vault_subject (
  id           IDENTITY,
  name         TEXT   NOT NULL UNIQUE,
  master       TEXT   NOT NULL,           -- which master key wraps this one
  key          BYTES,                     -- wrapped; NULL once the person was erased
  made_at      BIGINT NOT NULL,
  erased_at    BIGINT,
  erased_by    BIGINT,
  erase_reason TEXT
);

CREATE TABLE vault_item (
  ref     TEXT   NOT NULL PRIMARY KEY,
  subject BIGINT NOT NULL REFERENCES vault_subject(id),
  purpose TEXT   NOT NULL,
  sealed  BYTES  NOT NULL,
  at      BIGINT NOT NULL
);

-- Who read what of whom, for what: only appended.
CREATE TABLE vault_reading (
  id      IDENTITY,
  subject BIGINT NOT NULL REFERENCES vault_subject(id),
  at      BIGINT NOT NULL,
  person  BIGINT NOT NULL,                -- an account, or 0: the program itself
  role    TEXT   NOT NULL,
  purpose TEXT   NOT NULL,
  object  TEXT   NOT NULL,
  items   TEXT   NOT NULL                 -- the purposes of what was read, a JSON list
);
CREATE INDEX vault_reading_subject ON vault_reading (subject, id);
