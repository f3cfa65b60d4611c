package store

// Engine is the engine on which the transaction runs.
func (tx *Tx) Engine() Engine { return tx.engine }

// ForUpdate is what a query adds to hold the rows that it reads until the transaction ends. SQLite has one writer and needs nothing.
func (tx *Tx) ForUpdate() string {
	if tx.engine == Postgres {
		return " FOR UPDATE"
	}
	return ""
}
