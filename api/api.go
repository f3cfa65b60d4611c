// Package api holds the document of the JSON interface.
package api

import _ "embed"

// Document is the OpenAPI description of version 1, as YAML.
//
//go:embed openapi.yaml
var Document []byte

// Orders is the OpenAPI description of the exchange of orders with other systems, version 1, as YAML.
//
//go:embed orders.yaml
var Orders []byte
