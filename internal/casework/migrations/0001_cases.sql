-- +goose Up

-- The versions of procedures, each with the files that it was read from: a case keeps the one with which it began.
CREATE TABLE casework_procedure (
  hash      TEXT   NOT NULL PRIMARY KEY,
  procedure TEXT   NOT NULL,
  file      TEXT   NOT NULL,
  files     TEXT   NOT NULL,
  at        BIGINT NOT NULL
);

-- Which version holds: the last line of a procedure. A line without a hash retires it.
CREATE TABLE casework_load (
  id        IDENTITY,
  procedure TEXT   NOT NULL,
  hash      TEXT   NOT NULL,
  by_name   TEXT   NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX casework_load_procedure ON casework_load (procedure, id);

-- The next number that no server has taken for its cases.
CREATE TABLE casework_next (
  name TEXT   NOT NULL PRIMARY KEY,
  next BIGINT NOT NULL
);

-- What cases are now: the fold of their records in doc, and beside it what lists ask for.
CREATE TABLE casework_case (
  id        BIGINT NOT NULL PRIMARY KEY,
  number    TEXT   NOT NULL UNIQUE,
  procedure TEXT   NOT NULL,
  hash      TEXT   NOT NULL,
  seq       BIGINT NOT NULL,
  state     TEXT   NOT NULL,
  outcome   TEXT   NOT NULL,
  title     TEXT   NOT NULL,
  category  TEXT   NOT NULL,
  place     TEXT   NOT NULL,
  lead_unit TEXT   NOT NULL,
  approver  TEXT   NOT NULL,
  urgent    BOOL   NOT NULL,
  simulated BOOL   NOT NULL,
  level     BIGINT NOT NULL,
  openness  BIGINT NOT NULL,
  repeats   TEXT   NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT,
  moved_at  BIGINT NOT NULL,
  due_at    BIGINT,
  timer_at  BIGINT,
  doc       TEXT   NOT NULL
);
CREATE INDEX casework_case_procedure ON casework_case (procedure, id);
CREATE INDEX casework_case_lead ON casework_case (lead_unit, id);
CREATE INDEX casework_case_place ON casework_case (place, id);
CREATE INDEX casework_case_timer ON casework_case (timer_at) WHERE timer_at IS NOT NULL;
CREATE INDEX casework_case_open ON casework_case (procedure, state) WHERE closed_at IS NULL;
CREATE INDEX casework_case_approver ON casework_case (approver) WHERE approver <> '';
CREATE INDEX casework_case_repeats ON casework_case (procedure, repeats) WHERE repeats <> '';

-- What happened, only appended. signed and events are JSON; the leaf in the ledger covers both to the letter.
CREATE TABLE casework_record (
  case_id BIGINT NOT NULL REFERENCES casework_case(id),
  seq     BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  signed  TEXT   NOT NULL,
  events  TEXT   NOT NULL,
  PRIMARY KEY (case_id, seq)
);

-- What is owed and what became of it. The holder is who must do it: the owner or, of a caller, their unit or account.
CREATE TABLE casework_duty (
  case_id     BIGINT NOT NULL REFERENCES casework_case(id),
  visit       BIGINT NOT NULL,
  name        TEXT   NOT NULL,
  n           BIGINT NOT NULL,
  owner       TEXT   NOT NULL,
  holder      TEXT   NOT NULL,
  party       TEXT   NOT NULL,
  state       TEXT   NOT NULL,
  start_at    BIGINT NOT NULL,
  due_at      BIGINT,
  provisional BOOL   NOT NULL,
  status      TEXT   NOT NULL,
  at          BIGINT,
  done_at     BIGINT,
  outstanding BOOL   NOT NULL,
  claimed     BIGINT NOT NULL,
  PRIMARY KEY (case_id, visit, name, n, owner)
);
CREATE INDEX casework_duty_owed ON casework_duty (holder, due_at) WHERE outstanding;
CREATE INDEX casework_duty_begun ON casework_duty (start_at);

-- Who has a part in a case: unit:KEY, person:ID, role:ROLE.
CREATE TABLE casework_part (
  member  TEXT   NOT NULL,
  case_id BIGINT NOT NULL REFERENCES casework_case(id),
  PRIMARY KEY (member, case_id)
);
CREATE INDEX casework_part_case ON casework_part (case_id);

-- Commands that carried a key, so that one which is sent again is done once.
CREATE TABLE casework_asked (
  key     TEXT   NOT NULL PRIMARY KEY,
  case_id BIGINT NOT NULL,
  seq     BIGINT NOT NULL,
  at      BIGINT NOT NULL
);

-- Who stands in for whom while they are away (AB角).
CREATE TABLE casework_deputy (
  id        IDENTITY,
  person    BIGINT NOT NULL,
  deputy    BIGINT NOT NULL,
  from_day  TEXT   NOT NULL,
  until_day TEXT   NOT NULL,
  by_person BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  ended_at  BIGINT
);
CREATE INDEX casework_deputy_deputy ON casework_deputy (deputy);
