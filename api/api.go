// Package api holds the document of the JSON interface.
package api

import _ "embed"

// Document is the OpenAPI description of version 1, as YAML.
//
//go:embed openapi.yaml
var Document []byte
