package store

// Engine is the engine on which the transaction runs, for the few things that have no common text.
func (tx *Tx) Engine() Engine { return tx.engine }

// ForUpdate is what a query adds to hold the rows that it reads until the transaction ends, waiting for who holds them now. SQLite
// has one writer and needs nothing.
func (tx *Tx) ForUpdate() string {
	if tx.engine == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked is what a query adds to take rows that no other transaction holds. SQLite has one writer and needs nothing.
func (tx *Tx) SkipLocked() string {
	if tx.engine == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}
