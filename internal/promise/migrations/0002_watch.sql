-- +goose Up

-- What the register has told others of each promise: how it stood then, how often that changed, and the day of the last report that
-- was asked for.
CREATE TABLE promise_watch (
  number TEXT   NOT NULL PRIMARY KEY,
  year   BIGINT NOT NULL,
  stands TEXT   NOT NULL,
  turn   BIGINT NOT NULL,
  asked  TEXT
);
CREATE INDEX promise_watch_year ON promise_watch (year);
