// Package casework runs procedures: a case is one run of a procedure by several parties on a lawful clock. What may happen is decided
// by Decide, a pure function; what happened is a list of events, only appended; what a case is now is the fold of its events.
package casework

import (
	"embed"

	"huying/internal/places"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Text is a name in both languages.
type Text = places.Text
