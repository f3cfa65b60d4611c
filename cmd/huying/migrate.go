package main

import (
	"context"
	"errors"

	"huying/internal/app"
	"huying/internal/clock"
	"huying/internal/store"
)

// migrateCmd brings the database up to date without serving, for who wants to see that apart.
type migrateCmd struct{ databaseFlag }

// Run migrates every part of the database. Done twice, it does nothing the second time.
func (c *migrateCmd) Run(e *env) (err error) {
	url, err := c.url()
	if err != nil {
		return err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, url, clock.Business{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Migrate(ctx, app.Schemas...)
}
