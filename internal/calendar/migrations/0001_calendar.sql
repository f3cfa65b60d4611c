-- +goose Up
CREATE TABLE calendar_notice (      -- notices that were imported, only appended: of one year the last holds
  version     BIGINT PRIMARY KEY,   -- calendar_change.n that its import made
  year        BIGINT NOT NULL,
  days        TEXT   NOT NULL,      -- JSON
  source      TEXT   NOT NULL,      -- the file it was read from
  imported_at BIGINT NOT NULL
);

CREATE TABLE calendar_change (      -- counts the imports: other servers read the notices again when it moves
  one BIGINT PRIMARY KEY,
  n   BIGINT NOT NULL
);
INSERT INTO calendar_change (one, n) VALUES (1, 0);
