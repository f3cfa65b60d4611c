-- +goose Up

-- The key of a document is the number of its kind and its id: newest first is downwards. terms are hashes of its terms, and, below
-- zero, of the ranges of keys in which it lies.
CREATE TABLE search_doc (
  key   BIGINT    NOT NULL PRIMARY KEY,
  terms INTEGER[] NOT NULL
);
ALTER TABLE search_doc ALTER COLUMN terms SET STATISTICS 0;
CREATE INDEX search_doc_terms ON search_doc USING gin (terms) WITH (fastupdate = on);

-- The documents of a range of keys that have all the terms wanted and, if any are named, one of the tags: at most so many, in any order.
-- Ranges have 2^13, 2^16, 2^19 or 2^22 keys, or are a whole kind. (key >> s) = b is written so that the primary key is no choice for the
-- planner: it would go through every document of the range.
-- +goose StatementBegin
CREATE FUNCTION search_range(wanted INTEGER[], tags INTEGER[], level INTEGER, b BIGINT, most INTEGER) RETURNS SETOF BIGINT
LANGUAGE plpgsql STABLE ROWS 100 AS $$
DECLARE
  shifts CONSTANT INTEGER[] := '{13,16,19,22,42}';
  s CONSTANT INTEGER := shifts[level];
BEGIN
  wanted := wanted || (-1 - ((level - 1)::BIGINT << 28) - (b & 268435455))::INTEGER;
  IF cardinality(tags) = 0 THEN
    RETURN QUERY SELECT key FROM search_doc
      WHERE terms OPERATOR(pg_catalog.@>) wanted AND (key >> s) = b LIMIT most;
  ELSE
    RETURN QUERY SELECT key FROM search_doc
      WHERE terms OPERATOR(pg_catalog.@>) wanted AND terms OPERATOR(pg_catalog.&&) tags AND (key >> s) = b LIMIT most;
  END IF;
END
$$;
-- +goose StatementEnd

-- The newest documents between two keys, the bounds of a kind, that have all the terms wanted and one of the tags: at most so many.
--
-- A GIN index knows no order: of a word in every fifth document it fetches all before it knows the newest. So it is asked range by
-- range. First the two newest: if they hold few, the whole kind is asked at once, as long as there are not too many; otherwise, and for
-- a word that was more common once than now, ranges further and further back, at least eight of each length.
-- +goose StatementBegin
CREATE FUNCTION search_newest(wanted INTEGER[], tags INTEGER[], lo BIGINT, hi BIGINT, most INTEGER, few INTEGER, many INTEGER)
RETURNS SETOF BIGINT
LANGUAGE plpgsql STABLE ROWS 100 SET jit = off SET enable_seqscan = off AS $$
DECLARE
  shifts CONSTANT INTEGER[] := '{13,16,19,22}';
  left_over INTEGER := most;
  b BIGINT;
  last BIGINT;
  n INTEGER;
  old BIGINT[];
BEGIN
  SELECT key >> shifts[1] INTO b FROM search_doc WHERE key BETWEEN lo AND hi ORDER BY key DESC LIMIT 1;
  IF b IS NULL THEN
    RETURN;
  END IF;
  FOR level IN 0..4 LOOP -- 0: the two newest ranges of the first length
    n := greatest(level, 1);
    last := lo >> shifts[n];
    IF level = 0 THEN
      last := greatest(last, b - 1);
    ELSIF level < 4 THEN
      last := greatest(last, ((b >> 3) - 1) << 3);
    END IF;
    WHILE b >= last LOOP
      RETURN QUERY SELECT k FROM search_range(wanted, tags, greatest(level, 1), b, NULL) AS k ORDER BY k DESC LIMIT left_over;
      GET DIAGNOSTICS n = ROW_COUNT;
      left_over := left_over - n;
      IF left_over <= 0 THEN
        RETURN;
      END IF;
      b := b - 1;
    END LOOP;
    IF level = 0 AND b < lo >> shifts[1] THEN
      RETURN;
    ELSIF level = 0 AND most - left_over < few THEN
      old := ARRAY(SELECT k FROM search_range(wanted, tags, 5, lo >> 42, many + 1) AS k);
      IF cardinality(old) <= many THEN
        RETURN QUERY SELECT k FROM unnest(old) AS k WHERE k >> shifts[1] <= b ORDER BY k DESC LIMIT left_over;
        RETURN;
      END IF;
    ELSIF level > 0 THEN
      b := b >> 3;
    END IF;
  END LOOP;
END
$$;
-- +goose StatementEnd
