-- +goose Up

-- How many cases were opened today from a network by people who are not signed in. The network stands as its hash with the day.
CREATE TABLE casework_unsigned (
  network TEXT   NOT NULL,
  day     TEXT   NOT NULL,
  opened  BIGINT NOT NULL,
  PRIMARY KEY (network, day)
);
