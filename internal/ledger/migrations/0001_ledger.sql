-- +goose Up
-- What was logged. A row waits while it has no idx; it gets one from the sequencer and never changes again. The log holds the salted hash
-- and nothing else of it.
CREATE TABLE ledger_leaf (
  ref  TEXT   PRIMARY KEY, -- what the caller knows it by
  at   BIGINT NOT NULL,    -- of the machine's clock
  salt BYTES  NOT NULL,    -- 32 bytes
  hash BYTES  NOT NULL,    -- SHA-256 of salt and data: the entry of the log
  idx  BIGINT              -- its place in the log, from 0
);
CREATE INDEX ledger_leaf_waiting ON ledger_leaf (at, ref) WHERE idx IS NULL;
CREATE UNIQUE INDEX ledger_leaf_idx ON ledger_leaf (idx) WHERE idx IS NOT NULL;

-- The hashes of the tree, 256 to a tile (C2SP tlog-tiles). The last tile of a level grows until it is full.
CREATE TABLE ledger_tile (
  level BIGINT NOT NULL,
  n     BIGINT NOT NULL,
  data  BYTES  NOT NULL,
  PRIMARY KEY (level, n)
);

-- The keys that have signed, the last one is in use.
CREATE TABLE ledger_key (
  id    TEXT   PRIMARY KEY, -- eight hexadecimal digits
  vkey  TEXT   NOT NULL,    -- as signed notes write a public key
  since BIGINT NOT NULL,
  vouch TEXT   NOT NULL     -- a note by which the key before says that this one follows; empty for the first, and when it was lost
);

-- The log as it is. Who holds this row is the one sequencer.
CREATE TABLE ledger_state (
  one        BIGINT PRIMARY KEY CHECK (one = 1),
  origin     TEXT   NOT NULL, -- empty until the log is first opened
  key        TEXT   NOT NULL,
  checkpoint TEXT   NOT NULL, -- a signed note: origin, size, root
  at         BIGINT NOT NULL
);
INSERT INTO ledger_state (one, origin, key, checkpoint, at) VALUES (1, '', '', '', 0);
