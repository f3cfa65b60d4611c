package drill

import "slices"

// forms weakens what is asked for: in the procedure's own file, or in the files that it names.
func (m *mutator) forms() error {
	own := *m
	for _, key := range []string{"form", "callers", "fields"} {
		m.path, m.file, m.root = own.path, own.file, own.root
		s := spot{key}
		if file, elsewhere := at(m.root, s).(string); elsewhere {
			if err := m.open(file); err != nil {
				return err
			}
			s = spot{}
		}
		if key == "fields" {
			m.properties(s)
		} else {
			m.schema(s)
		}
	}
	return nil
}

// schema makes what is required optional and what is optional required.
func (m *mutator) schema(s spot) {
	body, _ := at(m.root, s).(Values)
	if body == nil {
		return
	}
	required := texts(under(body, "required"))
	for i := range required {
		m.change(OfForm, s.with("required"), list(slices.Delete(slices.Clone(required), i, i+1)))
	}
	for _, name := range m.names(s.with("properties")) {
		if !slices.Contains(required, name) {
			m.change(OfForm, s.with("required"), list(append(slices.Clone(required), name)))
			m.out[len(m.out)-1].Line = m.file.Line(s.with("properties", name).path())
		}
	}
	m.properties(s.with("properties"))
}

// properties are the fields: what is personal is no longer so, and the columns of a table.
func (m *mutator) properties(s spot) {
	for _, name := range m.names(s) {
		m.remove(OfVisibility, s.with(name, "x-personal"))
		m.schema(s.with(name, "items"))
	}
}
