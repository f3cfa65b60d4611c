package store

// Waiting is how many wait for their turn to write to SQLite.
func (db *DB) Waiting() int {
	db.lite.writer.mu.Lock()
	defer db.lite.writer.mu.Unlock()
	return len(db.lite.writer.queue)
}

// Prepared is how many statements the transaction's connection to SQLite keeps.
func (tx *Tx) Prepared() int { return len(tx.lite.stmts) }

const (
	MaxGroup    = maxGroup
	MaxPrepared = maxPrepared
)

// ErrRolledBack is what a transaction hears that SQLite has rolled back.
var ErrRolledBack = errRolledBack
