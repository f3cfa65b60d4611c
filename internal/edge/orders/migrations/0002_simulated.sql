-- +goose Up

-- Orders of a demonstration are exchanged with a stand-in within the program, and with no other system. Messages to it have demo:PEER for their
-- peer.
ALTER TABLE orders_order ADD COLUMN simulated BOOL NOT NULL DEFAULT FALSE;
