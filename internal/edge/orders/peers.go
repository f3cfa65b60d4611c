package orders

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/places"
	"huying/internal/strictyaml"
	"huying/internal/webhook"
)

// Peers are the other systems with which a district exchanges orders, as its pack describes them. Their addresses and secrets are the
// installation's.
type Peers struct {
	All []Peer `yaml:"peers"`

	file *strictyaml.File
}

// Peer is another system.
type Peer struct {
	Key   string        `yaml:"key"`
	Name  casework.Text `yaml:"name"`
	Sends []Sends       `yaml:"sends"` // what it may send us
	Takes *Takes        `yaml:"takes"` // what becomes of what we send it; nil: we send it nothing
}

// Sends is a kind of order that a peer may send, and what it becomes here. Of several the first holds that has the order's category.
type Sends struct {
	Procedure  string            `yaml:"procedure"`
	Categories map[string]string `yaml:"categories"` // theirs: ours; none: any
	Places     map[string]string `yaml:"places"`     // theirs: ours; keys and codes of our places are known without
	Form       Fields            `yaml:"form"`
	Tells      map[string]Status `yaml:"tells"`    // state: what the peer is told when the case enters it; other states are not told, ends always
	Withdraw   string            `yaml:"withdraw"` // the action by which the caller takes the order back
	Refuse     string            `yaml:"refuse"`   // the action by which the peer takes back no hand-back
	Ratings    []Rating          `yaml:"ratings"`  // what the caller's mark does; the first that reaches down to it
}

// Fields are the fields of the procedure's form that take what an order says.
type Fields struct {
	Title    string `yaml:"title"`
	Text     string `yaml:"text"`
	Category string `yaml:"category"`
	Place    string `yaml:"place"`
	Files    string `yaml:"files"`
}

// theirs names the members of an order with the fields that take them.
func (f Fields) theirs() map[string]string {
	m := map[string]string{}
	for name, field := range map[string]string{"title": f.Title, "text": f.Text, "category": f.Category, "place": f.Place, "files": f.Files} {
		if field != "" {
			m[name] = field
		}
	}
	return m
}

// Rating says which action marks from a least one on bring about.
type Rating struct {
	From int    `yaml:"from"`
	Do   string `yaml:"do"`
}

// Takes says what the answers of a peer do to the cases that sent it an order.
type Takes struct {
	Unit string            `yaml:"unit"` // that stands for the peer in procedures
	On   map[Status]string `yaml:"on"`   // the action that its status brings about; other statuses are noted
}

// Read reads peers from the file called name and checks them by themselves. The error is an errs.List, each with file and line.
func Read(name string, data []byte) (*Peers, error) {
	p := &Peers{}
	file, err := strictyaml.Decode(name, data, p)
	if err != nil {
		return nil, err
	}
	p.file = file
	var found errs.List
	wrong := func(at, key string, kv ...any) { found = append(found, file.Wrong(at, "orders.check."+key, kv...)) }
	seen := map[string]bool{}
	for i := range p.All {
		peer, at := &p.All[i], fmt.Sprintf("$.peers[%d]", i)
		switch {
		case !keyText.MatchString(peer.Key):
			wrong(at+".key", "bad_key", "key", peer.Key)
		case seen[peer.Key]:
			wrong(at+".key", "twice", "key", peer.Key)
		}
		seen[peer.Key] = true
		if peer.Name.ZH == "" {
			wrong(at, "no_name")
		}
		if len(peer.Sends) == 0 && peer.Takes == nil {
			wrong(at, "nothing")
		}
		for j := range peer.Sends {
			peer.Sends[j].check(fmt.Sprintf("%s.sends[%d]", at, j), wrong)
		}
		if peer.Takes != nil {
			peer.Takes.check(at+".takes", wrong)
		}
	}
	return p, found.Err()
}

var keyText = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

type finder func(at, key string, kv ...any)

func (k *Sends) check(at string, wrong finder) {
	if k.Form.Title == "" || k.Form.Text == "" {
		wrong(at+".form", "title_text")
	}
	if len(k.Categories) > 0 && k.Form.Category == "" {
		wrong(at+".form", "category_field")
	}
	for _, state := range slices.Sorted(maps.Keys(k.Tells)) {
		if !slices.Contains(Statuses, k.Tells[state]) {
			wrong(at+".tells."+state, "no_status", "status", string(k.Tells[state]), "known", known())
		}
	}
	below := best + 1
	for i, r := range k.Ratings {
		if r.From < 1 || r.From >= below {
			wrong(fmt.Sprintf("%s.ratings[%d]", at, i), "rating_order", "best", best)
		}
		below = r.From
	}
}

func (t *Takes) check(at string, wrong finder) {
	for _, status := range slices.Sorted(maps.Keys(t.On)) {
		if !slices.Contains(Statuses, status) {
			wrong(at+".on", "no_status", "status", string(status), "known", known())
		}
	}
}

func known() string {
	words := make([]string, len(Statuses))
	for i, s := range Statuses {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// Takers are the keys of the peers to which orders may be sent.
func (p *Peers) Takers() []string {
	var out []string
	if p == nil {
		return nil
	}
	for _, x := range p.All {
		if x.Takes != nil {
			out = append(out, x.Key)
		}
	}
	return out
}

// Keys are the keys of all peers. No peers at all are nil.
func (p *Peers) Keys() (keys []string) {
	if p == nil {
		return nil
	}
	for _, x := range p.All {
		keys = append(keys, x.Key)
	}
	return keys
}

// byKey is the peer of a key, or nil.
func (p *Peers) byKey(key string) *Peer {
	if p == nil {
		return nil
	}
	i := slices.IndexFunc(p.All, func(x Peer) bool { return x.Key == key })
	if i < 0 {
		return nil
	}
	return &p.All[i]
}

// CheckLinks checks how an installation reaches its peers. It returns errs.Invalid for a link with a wrong address or secret.
func CheckLinks(links map[string]Link) error {
	for _, key := range slices.Sorted(maps.Keys(links)) {
		if !webhook.GoodURL(links[key].URL) {
			return errs.New(errs.Invalid, "orders.bad_url", "peer", key)
		}
		if _, err := webhook.ParseKey(links[key].Secret); err != nil {
			return errs.Wrap(err, errs.Invalid, "orders.bad_secret", "peer", key)
		}
	}
	return nil
}

// District is what peers may name.
type District struct {
	Procedures map[string]*casework.Procedure
	Trees      *places.Trees
}

// CheckIn returns what the peers name that the district has not, as an errs.List with file and line.
func (p *Peers) CheckIn(d District) error {
	c := &checker{d: d}
	c.wrong = func(at, key string, kv ...any) {
		c.found = append(c.found, p.file.Wrong(at, "orders.check."+key, kv...))
	}
	for i := range p.All {
		at := fmt.Sprintf("$.peers[%d]", i)
		for j := range p.All[i].Sends {
			c.sends(fmt.Sprintf("%s.sends[%d]", at, j), &p.All[i].Sends[j])
		}
		if t := p.All[i].Takes; t != nil {
			c.takes(at+".takes", p.All[i].Key, t)
		}
	}
	return c.found.Err()
}

type checker struct {
	d     District
	wrong finder
	found errs.List
}

func (c *checker) sends(at string, k *Sends) {
	p := c.d.Procedures[k.Procedure]
	if p == nil {
		c.wrong(at+".procedure", "no_procedure", "name", k.Procedure)
		return
	}
	if len(p.Visible.Circle) > 0 {
		c.wrong(at+".procedure", "circle", "name", k.Procedure)
	}
	c.fields(at+".form", k, p)
	category, _ := p.Form().Field(k.Form.Category)
	for _, theirs := range slices.Sorted(maps.Keys(k.Categories)) {
		ours := k.Categories[theirs]
		if !slices.ContainsFunc(category.Choices, func(ch casework.Choice) bool { return ch.Value == ours }) {
			c.wrong(at+".categories", "no_choice", "name", ours)
		}
	}
	for _, theirs := range slices.Sorted(maps.Keys(k.Places)) {
		if _, ok := c.d.Trees.Places.ByKey(k.Places[theirs]); !ok {
			c.wrong(at+".places", "no_place", "name", k.Places[theirs])
		}
	}
	for _, state := range slices.Sorted(maps.Keys(k.Tells)) {
		if !p.States.Has(state) {
			c.wrong(at+".tells."+state, "no_state", "name", state)
		} else if k.Tells[state] == Returned && (p.Ends(state) != casework.Redirected || k.Refuse == "") {
			c.wrong(at+".tells."+state, "returned_ends", "name", state)
		}
	}
	if k.Withdraw != "" && !c.does(p, k.Withdraw, casework.Caller) {
		c.wrong(at+".withdraw", "no_action", "name", k.Withdraw, "by", casework.Caller)
	}
	if k.Refuse != "" && !c.does(p, k.Refuse, casework.ByProgram) {
		c.wrong(at+".refuse", "no_action", "name", k.Refuse, "by", casework.ByProgram)
	}
	for i, r := range k.Ratings {
		if !c.does(p, r.Do, casework.Caller) {
			c.wrong(fmt.Sprintf("%s.ratings[%d]", at, i), "no_action", "name", r.Do, "by", casework.Caller)
		}
	}
}

// fields holds that what an order says goes into fields of its kind, and that it fills all that the form asks for.
func (c *checker) fields(at string, k *Sends, p *casework.Procedure) {
	kinds := map[string][]casework.Kind{
		"title": {casework.TextField, casework.LongText}, "text": {casework.TextField, casework.LongText},
		"category": {casework.ChoiceField}, "place": {casework.PlaceField}, "files": {casework.Photos, casework.Files},
	}
	filled := map[string]bool{}
	theirs := k.Form.theirs()
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		f, ok := p.Form().Field(theirs[name])
		if !ok || !slices.Contains(kinds[name], f.Kind) {
			c.wrong(at+"."+name, "bad_field", "field", theirs[name], "for", name)
		}
		filled[theirs[name]] = name != "files" // an order may come without
	}
	for _, form := range []*casework.Form{p.Form(), p.CallerForm()} {
		if form == nil {
			continue
		}
		for _, f := range form.Fields {
			if f.Required && !filled[f.Name] {
				c.wrong(at, "field_needed", "field", f.Name, "name", p.Name)
			}
		}
	}
}

func (c *checker) takes(at, peer string, t *Takes) {
	if u, ok := c.d.Trees.Units.ByKey(t.Unit); !ok || !u.External {
		c.wrong(at+".unit", "no_unit", "name", t.Unit)
	}
	for _, status := range slices.Sorted(maps.Keys(t.On)) {
		for _, name := range slices.Sorted(maps.Keys(c.d.Procedures)) {
			p := c.d.Procedures[name]
			if slices.Contains(p.OrdersTo(), peer) && !c.does(p, t.On[status], casework.ByProgram) {
				c.wrong(at+".on", "no_action", "name", t.On[status], "by", casework.ByProgram)
			}
		}
	}
}

// does reports whether a procedure has an action of a name that somebody may do.
func (c *checker) does(p *casework.Procedure, action, by string) bool {
	return slices.ContainsFunc(p.States, func(s casework.Entry[casework.State]) bool {
		a, ok := s.Value.Do.Get(action)
		return ok && slices.Contains(a.By, by)
	})
}

// kindOf is what an order of a category is; nil: the peer may send none such.
func (p *Peer) kindOf(category string) *Sends {
	for i := range p.Sends {
		if k := &p.Sends[i]; len(k.Categories) == 0 || k.Categories[category] != "" {
			return k
		}
	}
	return nil
}

// Becomes is the procedure of which an order of a category of a peer becomes a case; empty when there is no such peer, or it may send none such.
func (p *Peers) Becomes(peer, category string) string {
	if x := p.byKey(peer); x != nil {
		if k := x.kindOf(category); k != nil {
			return k.Procedure
		}
	}
	return ""
}

// kindFor is the kind of order that became a case of a procedure; nil: the pack knows it no more.
func (p *Peer) kindFor(procedure string) *Sends {
	for i := range p.Sends {
		if p.Sends[i].Procedure == procedure {
			return &p.Sends[i]
		}
	}
	return nil
}

// place is ours of theirs; empty when there is none.
func (k *Sends) place(trees *places.Trees, theirs string) string {
	if ours := k.Places[theirs]; ours != "" {
		return ours
	}
	for _, p := range trees.Places.All() {
		if p.Key == theirs || p.Code != "" && p.Code == theirs {
			return p.Key
		}
	}
	return ""
}
