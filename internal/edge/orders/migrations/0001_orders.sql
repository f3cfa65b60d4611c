-- +goose Up

-- Orders between this system and another. Whoever sent one gave it its number; whoever handles it has a number of their own.
CREATE TABLE orders_order (
  id         IDENTITY,
  peer       TEXT   NOT NULL,
  way        TEXT   NOT NULL,             -- in: they sent it; out: we did
  number     TEXT   NOT NULL,             -- given by who sent it
  handled    TEXT   NOT NULL DEFAULT '',  -- given by who handles it
  case_id    BIGINT,                      -- of ours; NULL: they name it, and we do not know it
  due_at     BIGINT,                      -- the deadline that was last told; by the district's clock
  status     TEXT   NOT NULL DEFAULT '',  -- the last that was told, by whoever handles it
  outcome    TEXT   NOT NULL DEFAULT '',
  seq        BIGINT NOT NULL DEFAULT 0,   -- of that status
  told       BIGINT NOT NULL DEFAULT 0,   -- the last record of the case that was looked at
  difference TEXT   NOT NULL DEFAULT '',  -- found by comparing lists: missing, unknown, different
  listed     TEXT   NOT NULL DEFAULT '',  -- the status that the other side's list has of it
  made_at    BIGINT NOT NULL,             -- by the machine's clock, as changed_at
  changed_at BIGINT NOT NULL,
  UNIQUE (peer, way, number)
);
CREATE INDEX orders_order_case ON orders_order (case_id);
CREATE INDEX orders_order_changed ON orders_order (peer, changed_at);
CREATE INDEX orders_order_difference ON orders_order (id) WHERE difference <> '';

-- Messages to other systems; times are the machine's.
CREATE TABLE orders_message (
  id       IDENTITY,
  order_id BIGINT NOT NULL REFERENCES orders_order(id),
  peer     TEXT   NOT NULL,
  msg_id   TEXT   NOT NULL UNIQUE,        -- by which the other side knows it again
  type     TEXT   NOT NULL,
  body     TEXT   NOT NULL,               -- JSON, without the content of files
  files    TEXT   NOT NULL,               -- JSON: their names
  state    TEXT   NOT NULL,               -- waiting, sent, refused (by them), dead (given up)
  due_at   BIGINT NOT NULL,               -- while it is being sent, when another worker may take it over
  tries    BIGINT NOT NULL DEFAULT 0,
  why      TEXT   NOT NULL DEFAULT '',    -- message key
  detail   TEXT   NOT NULL DEFAULT '',    -- what the other side said
  made_at  BIGINT NOT NULL,
  done_at  BIGINT
);
CREATE INDEX orders_message_due ON orders_message (peer, due_at) WHERE state = 'waiting';
CREATE INDEX orders_message_order ON orders_message (order_id, id);
CREATE INDEX orders_message_trouble ON orders_message (order_id) WHERE state IN ('refused', 'dead') OR (state = 'waiting' AND why <> '');

-- Messages that came, so that one that comes again has no second effect and gets the same answer.
CREATE TABLE orders_received (
  peer   TEXT   NOT NULL,
  msg_id TEXT   NOT NULL,
  digest TEXT   NOT NULL,                 -- SHA-256 of the body
  answer TEXT   NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (peer, msg_id)
);
CREATE INDEX orders_received_at ON orders_received (at);

-- Comparisons of lists, one a day and peer.
CREATE TABLE orders_check (
  peer        TEXT   NOT NULL,
  day         TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  listed      BIGINT NOT NULL DEFAULT 0,  -- orders in their list
  differences BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (peer, day)
);
