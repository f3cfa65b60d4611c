-- +goose Up

-- What the index does not know yet, written by those who change documents. A row without text removes its document.
CREATE TABLE search_pending (
  seq  IDENTITY,
  kind BIGINT NOT NULL,
  id   BIGINT NOT NULL,
  text TEXT,
  tags TEXT   NOT NULL    -- their terms, with blanks between them
);

-- One row: who holds it fills the index, so that texts of a document are taken in their order.
CREATE TABLE search_filler (
  one BIGINT NOT NULL PRIMARY KEY,
  at  BIGINT NOT NULL
);
INSERT INTO search_filler (one, at) VALUES (1, 0);
