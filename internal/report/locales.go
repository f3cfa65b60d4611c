package report

import "embed"

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS
