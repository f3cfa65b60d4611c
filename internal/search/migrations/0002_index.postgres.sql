-- +goose Up

-- The key of a document is the number of its kind and its id: newest first is downwards. terms are hashes of its terms, and, below
-- zero, of the ranges of keys in which it lies.
CREATE TABLE search_doc (
  key   BIGINT    NOT NULL PRIMARY KEY,
  terms INTEGER[] NOT NULL
);
ALTER TABLE search_doc ALTER COLUMN terms SET STATISTICS 0;
CREATE INDEX search_doc_terms ON search_doc USING gin (terms) WITH (fastupdate = on);

-- The newest documents between two keys that have all the terms wanted and, if any are named, one of the tags: at most so many, newest
-- first. A GIN index knows no order, so it is asked range by range, from the newest: first ranges of 2^13 keys, further back longer ones,
-- at least eight of each length. (key >> s) = b and key + 0 are written so that the primary key is no choice for the planner: it would go
-- through every document of a range.
-- +goose StatementBegin
CREATE FUNCTION search_newest(wanted INTEGER[], tags INTEGER[], lo BIGINT, hi BIGINT, most INTEGER) RETURNS SETOF BIGINT
LANGUAGE plpgsql STABLE ROWS 100 SET jit = off AS $$
DECLARE
  shifts CONSTANT INTEGER[] := '{13,16,19,22}';
  range_term INTEGER;
  s INTEGER;
  b BIGINT;
  last BIGINT;
  n INTEGER;
BEGIN
  SELECT key INTO b FROM search_doc WHERE key BETWEEN lo AND hi ORDER BY key DESC LIMIT 1;
  IF b IS NULL THEN
    RETURN;
  END IF;
  b := b >> shifts[1];
  FOR level IN 1..4 LOOP
    s := shifts[level];
    last := lo >> s;
    IF level < 4 THEN
      last := greatest(last, ((b >> 3) - 1) << 3);
    END IF;
    WHILE b >= last LOOP
      range_term := -1 - ((level - 1) << 28) - (b & 268435455)::INTEGER;
      IF cardinality(tags) = 0 THEN
        RETURN QUERY SELECT key FROM search_doc
          WHERE terms OPERATOR(pg_catalog.@>) (wanted || range_term) AND (key >> s) = b
          ORDER BY key + 0 DESC LIMIT most;
      ELSE
        RETURN QUERY SELECT key FROM search_doc
          WHERE terms OPERATOR(pg_catalog.@>) (wanted || range_term) AND terms OPERATOR(pg_catalog.&&) tags AND (key >> s) = b
          ORDER BY key + 0 DESC LIMIT most;
      END IF;
      GET DIAGNOSTICS n = ROW_COUNT;
      most := most - n;
      IF most <= 0 THEN
        RETURN;
      END IF;
      b := b - 1;
    END LOOP;
    b := b >> 3;
  END LOOP;
END
$$;
-- +goose StatementEnd
