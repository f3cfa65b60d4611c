-- +goose Up
CREATE TABLE places_place (
  key          TEXT   NOT NULL,
  from_day     TEXT   NOT NULL,
  until_day    TEXT,             -- the last day
  kind         TEXT   NOT NULL,
  parent       TEXT   NOT NULL,
  zh           TEXT   NOT NULL,
  en           TEXT   NOT NULL,
  full_zh      TEXT   NOT NULL,
  full_en      TEXT   NOT NULL,
  code         TEXT   NOT NULL,
  tile_col     BIGINT NOT NULL,
  tile_row     BIGINT NOT NULL,
  ordinal      BIGINT NOT NULL,
  illustrative BOOL   NOT NULL,
  PRIMARY KEY (key, from_day)
);

CREATE TABLE places_unit (
  key              TEXT   NOT NULL,
  from_day         TEXT   NOT NULL,
  until_day        TEXT,
  parent           TEXT   NOT NULL,
  zh               TEXT   NOT NULL,
  en               TEXT   NOT NULL,
  short_zh         TEXT   NOT NULL,
  short_en         TEXT   NOT NULL,
  head             TEXT   NOT NULL,
  responsibilities TEXT   NOT NULL, -- JSON
  place            TEXT   NOT NULL,
  successor        TEXT   NOT NULL,
  ordinal          BIGINT NOT NULL,
  fallback         BOOL   NOT NULL,
  external         BOOL   NOT NULL,
  illustrative     BOOL   NOT NULL,
  PRIMARY KEY (key, from_day)
);

CREATE TABLE places_applied (       -- what the pack last said of a key: a hash, so that a change made by hand outlives a restart
  tree TEXT NOT NULL,
  key  TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tree, key)
);

CREATE TABLE places_change (        -- counts the changes: other servers read the trees again when it moves
  one BIGINT PRIMARY KEY,
  n   BIGINT NOT NULL
);
INSERT INTO places_change (one, n) VALUES (1, 0);
