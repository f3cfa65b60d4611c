-- +goose Up

-- The value by which lists show and choose a case: the light of a project, the colour of a letter.
ALTER TABLE casework_case ADD COLUMN tone TEXT NOT NULL DEFAULT '';
