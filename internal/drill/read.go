package drill

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"huying/internal/errs"
	"huying/internal/strictyaml"
)

// Read reads the drill in the file called name and checks it by itself. The error is an errs.List of all that was found, each with file,
// line and excerpt; there is a drill only when nothing was.
func Read(name string, data []byte) (*Drill, error) {
	d, found, err := decode(name, data)
	if err == nil {
		err = found.Err()
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// decode reads a drill and returns it with what is wrong with it.
func decode(name string, data []byte) (*Drill, errs.List, error) {
	d := &Drill{}
	file, err := strictyaml.Decode(name, data, d)
	if err != nil {
		return nil, nil, err
	}
	d.file = file
	c := &checker{d: d}
	c.check()
	return d, c.found, nil
}

// checker collects what is wrong with a drill.
type checker struct {
	d     *Drill
	cases []string // that the play knows by the step under way
	found errs.List
}

const maxFindings = 100

func (c *checker) wrong(at, key string, kv ...any) {
	if len(c.found) < maxFindings {
		c.found = append(c.found, c.d.file.Wrong(at, "drill.check."+key, kv...))
	}
}

var nameText = regexp.MustCompile(`^[a-z][a-z0-9-]{0,40}$`)

func stepAt(i int) string { return "$.steps[" + strconv.Itoa(i) + "]" }

func (c *checker) check() {
	d := c.d
	if !nameText.MatchString(d.Name) {
		c.wrong("$.drill", "bad_name", "name", d.Name)
	}
	if d.At.IsZero() {
		c.wrong("$", "no_beginning")
	} else if c.moment("$.at", d.At); !d.At.ofYear && !d.At.wrong {
		c.wrong("$.at", "no_year", "text", d.At.written)
	}
	for _, p := range d.People {
		at := "$.people." + p.Key
		if !nameText.MatchString(p.Key) || p.Key == wordNone || p.Key == "caller" {
			c.wrong(at, "bad_name", "name", p.Key)
		}
		if p.Value.word != "" {
			c.wrong(at, "bad_person", "text", p.Value.word)
		}
		for _, post := range p.Value.Posts {
			if post.Role == "" {
				c.wrong(at, "no_role_said", "name", p.Key)
			}
		}
	}
	if len(d.Steps) == 0 {
		c.wrong("$", "no_steps")
	}
	for i := range d.Steps {
		c.step(stepAt(i), &d.Steps[i])
	}
}

func (c *checker) moment(at string, m Moment) {
	if m.wrong {
		c.wrong(at, "bad_moment", "text", m.written)
	}
}

// step checks that what a step says goes together, and that whom and what it names is there.
func (c *checker) step(at string, s *Step) {
	c.moment(at+".at", s.AtTime)
	if !s.Wait.IsZero() && s.Wait.n == 0 {
		c.wrong(at+".wait", "bad_wait", "text", s.Wait.written)
	}
	if !s.AtTime.IsZero() && !s.Wait.IsZero() {
		c.wrong(at, "at_or_wait")
	}
	if deeds := s.deeds(); len(deeds) > 1 {
		c.wrong(at+"."+deeds[1], "one_deed", "one", deeds[0], "other", deeds[1])
	} else if len(deeds) == 0 {
		c.idle(at, s)
	} else {
		c.deed(at, deeds[0], s)
	}
	if s.Expected != nil {
		c.expect(at+".expect", s.Expected)
	}
}

// deeds are what the step says that somebody does.
func (s *Step) deeds() []string {
	var out []string
	for _, k := range []struct {
		key   string
		given bool
	}{
		{"opens", s.Opens != ""}, {"does", s.Does != ""}, {"approves", s.Approves != ""}, {"returns", s.Returns != ""}, {"notes", s.Notes != ""},
		{"claims", s.Claims != ""}, {"gives-back", s.GivesBack != ""}, {"links", s.Links != ""}, {"reveals", s.Reveals != nil},
		{"finds", s.Finds != ""}, {"asks", s.Asks != ""}, {"says", s.Says != ""}, {"visits", s.Visits != ""}, {"posts", s.Posts != ""},
	} {
		if k.given {
			out = append(out, k.key)
		}
	}
	return out
}

// Which deeds each further key of a step goes with.
var goesWith = map[string][]string{
	"as":      {"opens", "finds", "posts"},
	"form":    {"opens", "does", "says", "posts"},
	"with":    {"opens", "does", "returns", "says", "posts"},
	"without": {"opens", "does", "says", "posts"},
	"said":    {"opens", "does"},
	"for":     {"opens", "does", "claims", "posts"},
	"number":  {"posts"},
	"rates":   {"does"},
	"turn":    {"does", "claims", "gives-back"},
	"owner":   {"claims", "gives-back", "approves", "returns"},
	"how":     {"links"},
	"files":   {"notes", "posts"},
	"channel": {"opens"},
	"foreign": {"opens"},
	"parent":  {"opens"},
	"leads":   {"opens"},
	"sends":   {"asks"},
	"answers": {"asks", "visits"},
	"promise": {"says"},
	"shows":   {"visits"},
	"lacks":   {"visits"},
	"follows": {"visits"},
	"holds":   {"asks", "posts"},
	"needs":   {"opens", "does", "returns", "says"},
	"not":     {"opens", "does", "approves", "returns", "notes", "claims", "gives-back", "links", "reveals", "says"},
	"refused": {"opens", "does", "approves", "returns", "notes", "claims", "gives-back", "links", "reveals", "finds", "says", "posts"},
	"field":   {"opens", "does", "returns", "claims", "says", "posts"},
}

// further are the keys that a step has beside its deed.
func (s *Step) further() []string {
	var out []string
	for _, k := range []struct {
		key   string
		given bool
	}{
		{"as", s.As != ""}, {"form", s.Form != ""}, {"with", s.With != nil}, {"without", s.Without != nil}, {"said", s.Said != nil}, {"for", s.For != ""},
		{"rates", s.Rates != nil}, {"turn", s.Turn != 0}, {"owner", s.Owner != ""}, {"how", s.How != ""}, {"files", s.Files != nil},
		{"channel", s.Channel != ""}, {"foreign", s.Foreign != nil}, {"parent", s.Parent != ""}, {"leads", s.Leads != nil}, {"sends", s.Sends != nil},
		{"number", s.Number != ""}, {"answers", s.Answers != 0}, {"promise", s.Promise != ""}, {"shows", s.Shows != nil}, {"lacks", s.Lacks != nil}, {"follows", s.Follows != nil}, {"holds", s.Holds != nil}, {"needs", s.Needs != nil}, {"not", s.Not != nil}, {"refused", s.Refused != ""},
		{"field", s.AtField != ""},
	} {
		if k.given {
			out = append(out, k.key)
		}
	}
	return out
}

// idle checks a step in which nobody does anything.
func (c *checker) idle(at string, s *Step) {
	for _, key := range s.further() {
		c.wrong(at+"."+key, "no_deed", "key", key)
	}
	if len(s.Who) > 0 {
		c.wrong(at+".who", "no_deed", "key", "who")
	}
	if s.AtTime.IsZero() && s.Wait.IsZero() && s.Expected == nil {
		c.wrong(at, "empty_step")
	}
	c.knowsCase(at+".case", s.Case)
}

func (c *checker) deed(at, deed string, s *Step) {
	if len(s.Who) == 0 && deed != "visits" {
		c.wrong(at, "nobody_acts", "deed", deed)
	}
	if !s.AtTime.IsZero() || !s.Wait.IsZero() {
		c.wrong(at, "time_alone")
	}
	for _, key := range s.further() {
		if !slices.Contains(goesWith[key], deed) {
			c.wrong(at+"."+key, "key_of_other", "key", key, "deed", deed)
		}
	}
	for _, name := range s.Who {
		c.person(at+".who", name)
		if x, _ := c.d.People.Get(name); (x.Peer != "") != (deed == "posts") {
			c.wrong(at+".who", "peer_posts", "name", name, "deed", deed)
		}
	}
	for _, name := range s.Not {
		c.person(at+".not", name)
	}
	if s.For != "" {
		c.person(at+".for", s.For)
	}
	if _, ok := c.d.Forms.Get(s.Form); s.Form != "" && !ok {
		c.wrong(at+".form", "no_form", "name", s.Form)
	}
	if s.Foreign != nil {
		c.moment(at+".foreign.due", s.Foreign.Due)
	}
	c.refusal(at, s)
	switch deed {
	case "opens", "finds":
		if s.As != "" && (!nameText.MatchString(s.As) || s.As == wordNone) {
			c.wrong(at+".as", "bad_name", "name", s.As)
		}
		c.knowsCase(at+".parent", s.Parent)
		if s.Refused == "" {
			c.cases = append(c.cases, s.As)
		}
	case "asks":
		c.asks(at, s)
	case "posts":
		c.posts(at, s)
	case "says":
	case "visits":
		if !strings.HasPrefix(s.Visits, "/") {
			c.wrong(at+".visits", "bad_page", "text", s.Visits)
		}
	case "links":
		c.knowsCase(at+".links", s.Links)
		fallthrough
	default:
		if c.knowsCase(at+".case", s.Case); len(c.cases) == 0 {
			c.wrong(at, "no_case_yet", "deed", deed)
		}
	}
}

// Refusals are the ways in which the interface says no, with the statuses that mean it.
var refusals = map[string][]int{
	"unauthenticated": {401},
	"forbidden":       {403, 401}, // who is nobody is asked to sign in
	"not-found":       {404},
	"conflict":        {409, 412},
	"invalid":         {400, 422},
	"too-large":       {413},
	"too-many":        {429},
}

func (c *checker) refusal(at string, s *Step) {
	if _, ok := refusals[s.Refused]; s.Refused != "" && !ok {
		c.wrong(at+".refused", "bad_refusal", "text", s.Refused)
	}
	if s.AtField != "" && s.Refused != "invalid" {
		c.wrong(at+".field", "field_of_invalid")
	}
	if s.Refused == "" {
		return
	}
	for _, key := range []string{"needs", "not", "leads", "as"} {
		if slices.Contains(s.further(), key) {
			c.wrong(at+"."+key, "key_of_refusal", "key", key)
		}
	}
}

// posts checks a message of another system. Only an order becomes a case; anything else is about one that was sent before, by them or to them.
func (c *checker) posts(at string, s *Step) {
	if !slices.Contains(Messages, s.Posts) {
		c.wrong(at+".posts", "no_message", "text", s.Posts, "known", strings.Join(Messages, ", "))
	}
	if s.As != "" && (s.Posts != msgOrder || !nameText.MatchString(s.As) || s.As == wordNone) {
		c.wrong(at+".as", "bad_name", "name", s.As)
	}
	if s.Posts == msgOrder {
		if s.Number == "" {
			c.wrong(at, "no_number")
		}
		if s.Refused == "" {
			c.cases = append(c.cases, s.As)
		}
	}
}

func (c *checker) asks(at string, s *Step) {
	method, path, ok := strings.Cut(s.Asks, " ")
	if !ok || method != "GET" && method != "POST" || !strings.HasPrefix(path, "/") {
		c.wrong(at+".asks", "bad_request", "text", s.Asks)
	}
	if s.Sends != nil && method != "POST" {
		c.wrong(at+".sends", "get_sends")
	}
}

func (c *checker) person(at, name string) {
	if _, ok := c.d.People.Get(name); !ok {
		c.wrong(at, "no_person", "name", name)
	}
}

func (c *checker) knowsCase(at, name string) {
	if name != "" && !slices.Contains(c.cases, name) {
		c.wrong(at, "no_case", "name", name)
	}
}
