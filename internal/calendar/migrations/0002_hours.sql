-- +goose Up
ALTER TABLE calendar_change ADD COLUMN hours    TEXT NOT NULL DEFAULT '';  -- JSON: the business hours that hold; empty: nobody has stated any
ALTER TABLE calendar_change ADD COLUMN hours_at BIGINT;                    -- when others came to hold; NULL: never
