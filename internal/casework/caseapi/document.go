package caseapi

import (
	"net/http"
	"sync"

	"github.com/goccy/go-yaml"

	"huying/api"
	"huying/internal/web"
)

// documentAsJSON is the document for programs that read no YAML.
var documentAsJSON = sync.OnceValues(func() ([]byte, error) { return yaml.YAMLToJSON(api.Document) })

func documentYAML(r *web.Request) error { return document(r, "application/yaml", api.Document) }

func documentJSON(r *web.Request) error {
	data, err := documentAsJSON()
	if err != nil {
		return err
	}
	return document(r, "application/json", data)
}

// document sends the description of the interface. It is the same for everybody until the program is replaced.
func document(r *web.Request, kind string, data []byte) error {
	h := r.Writer().Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=300")
	r.Writer().WriteHeader(http.StatusOK)
	_, _ = r.Writer().Write(data) // whoever has gone need not be told
	return nil
}
