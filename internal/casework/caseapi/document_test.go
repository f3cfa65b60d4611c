package caseapi_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"huying/api"
	"huying/internal/casework"
	"huying/internal/identity"
)

func document(t *testing.T, data []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err == nil {
		err = doc.Validate(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheDocumentKnowsEveryEventAndOutcome(t *testing.T) {
	doc := document(t, api.Document)
	var events []string
	for i := range reflect.TypeFor[casework.Event]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[casework.Event]().Field(i).Tag.Get("json"), ",")
		events = append(events, name)
	}
	var named []string
	for name := range doc.Components.Schemas["Event"].Value.Properties {
		named = append(named, name)
	}
	slices.Sort(events)
	slices.Sort(named)
	if !slices.Equal(events, named) {
		t.Errorf("events are %v, the document has %v", events, named)
	}
	var outcomes []any
	for _, o := range casework.Outcomes {
		outcomes = append(outcomes, string(o))
	}
	if got := doc.Components.Schemas["Outcome"].Value.Enum; !reflect.DeepEqual(got, outcomes) {
		t.Errorf("outcomes are %v, the document has %v", outcomes, got)
	}
	for _, s := range identity.Scopes {
		if !strings.Contains(doc.Components.SecuritySchemes["token"].Value.Description, string(s)) {
			t.Errorf("the document does not name the scope %s", s)
		}
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		asYAML, asJSON := s.nobody().get("/openapi.yaml").is(200), s.nobody().get("/openapi.json").is(200)
		if string(asYAML.raw) != string(api.Document) || asYAML.header.Get("Content-Type") != "application/yaml" {
			t.Error("the YAML is another")
		}
		if n, m := document(t, asJSON.raw).Paths.Len(), document(t, asYAML.raw).Paths.Len(); n != m || n == 0 {
			t.Errorf("%d paths in JSON, %d in YAML", n, m)
		}
		s.as("officer", identity.Exchange).get("/openapi.json").is(200)
	})
}
