-- +goose Up
CREATE TABLE promise_document (
  id        IDENTITY,
  kind      TEXT   NOT NULL,
  title     TEXT   NOT NULL,
  year      BIGINT NOT NULL,
  file      TEXT   NOT NULL,
  file_name TEXT   NOT NULL,
  format    TEXT   NOT NULL,
  encoding  TEXT   NOT NULL,
  text      TEXT   NOT NULL,
  body      TEXT   NOT NULL,
  unparsed  TEXT   NOT NULL,
  warnings  TEXT   NOT NULL,
  simulated BOOL   NOT NULL,
  by_name   TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  UNIQUE (kind, file)
);

CREATE TABLE promise_record (
  id       IDENTITY,
  document BIGINT NOT NULL REFERENCES promise_document(id),
  ref      TEXT   NOT NULL,
  ordinal  BIGINT NOT NULL,
  kind     TEXT   NOT NULL,
  original TEXT   NOT NULL,
  claim    TEXT   NOT NULL,
  doubtful BOOL   NOT NULL,
  state    TEXT   NOT NULL,
  version  BIGINT NOT NULL DEFAULT 1,
  UNIQUE (document, ref)
);
CREATE INDEX promise_record_order ON promise_record (document, ordinal);

CREATE TABLE promise_review (
  id        IDENTITY,
  record    BIGINT NOT NULL REFERENCES promise_record(id),
  action    TEXT   NOT NULL,
  claim     TEXT,
  note      TEXT   NOT NULL,
  by_name   TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  simulated BOOL   NOT NULL
);
CREATE INDEX promise_review_record ON promise_review (record, id);

CREATE TABLE promise_promise (
  id             IDENTITY,
  number         TEXT   NOT NULL UNIQUE,
  year           BIGINT NOT NULL,
  kind           TEXT   NOT NULL,
  document       BIGINT REFERENCES promise_document(id),
  record         BIGINT UNIQUE REFERENCES promise_record(id),
  title          TEXT   NOT NULL,
  claim          TEXT   NOT NULL,
  lead_unit      TEXT   NOT NULL,
  lead_reason    TEXT   NOT NULL,
  joint_units    TEXT   NOT NULL,
  place          TEXT   NOT NULL,
  start_on       TEXT   NOT NULL,
  due_on         TEXT   NOT NULL,
  cycle          TEXT   NOT NULL,
  direction      TEXT   NOT NULL,
  course         TEXT   NOT NULL,
  baseline       TEXT,
  baseline_year  BIGINT,
  baseline_span  TEXT   NOT NULL,
  formula        TEXT,
  project        BOOL   NOT NULL,
  invest         TEXT,
  nodes          TEXT   NOT NULL,
  carried_from   BIGINT UNIQUE REFERENCES promise_promise(id),
  simulated      BOOL   NOT NULL,
  version        BIGINT NOT NULL DEFAULT 1,
  by_name        TEXT   NOT NULL,
  at             BIGINT NOT NULL
);
CREATE INDEX promise_promise_year ON promise_promise (year, number);

CREATE TABLE promise_entry (
  id        IDENTITY,
  promise   BIGINT NOT NULL REFERENCES promise_promise(id),
  type      TEXT   NOT NULL,
  as_of     TEXT   NOT NULL,
  value     TEXT,
  percent   DOUBLE,
  node      BIGINT,
  note      TEXT   NOT NULL,
  source    TEXT   NOT NULL,
  files     TEXT   NOT NULL,
  change    TEXT   NOT NULL,
  corrects  BIGINT UNIQUE REFERENCES promise_entry(id),
  by_name   TEXT   NOT NULL,
  by_id     BIGINT NOT NULL,
  unit      TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  simulated BOOL   NOT NULL
);
CREATE INDEX promise_entry_promise ON promise_entry (promise, id);

-- One row a year: a number that grows with each change, by which every server knows whether its picture of the year still holds.
CREATE TABLE promise_year (
  year    BIGINT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);
