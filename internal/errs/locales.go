package errs

import "embed"

// Locales are the messages that any package may fall back on.
//
//go:embed locales/*.json
var Locales embed.FS
