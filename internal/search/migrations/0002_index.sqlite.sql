-- +goose Up

-- The key of a document is the number of its kind and its id: newest first is downwards. sum tells whether its terms have changed.
CREATE TABLE search_doc (
  key INTEGER NOT NULL PRIMARY KEY,
  sum INTEGER NOT NULL
);

-- Only which document has which term: no text, no places in it. Terms come cut, with blanks between them; of ASCII they hold small
-- letters and digits only, which is what this tokenizer keeps whole.
CREATE VIRTUAL TABLE search_fts USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');

-- Merging is done in steps of its own, so that no transaction holds the one writer for long.
INSERT INTO search_fts (search_fts, rank) VALUES ('automerge', 0);
INSERT INTO search_fts (search_fts, rank) VALUES ('crisismerge', 200);
INSERT INTO search_fts (search_fts, rank) VALUES ('usermerge', 4);
