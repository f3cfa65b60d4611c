// Command ordertest is the other side of the exchange of orders, for tests: a small hotline and city-management system in a process of its own,
// written from docs/orders.md alone: nothing of ours is in it but the clock. Under /control it is told how to misbehave and what to send.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"huying/internal/clock"
)

type object = map[string]any

// order is an order as this system knows it.
type order struct {
	Owner    string   `json:"owner"`
	Number   string   `json:"number"`
	Handled  string   `json:"handled,omitempty"`
	Status   string   `json:"status,omitempty"`
	Outcome  string   `json:"outcome,omitempty"`
	Seq      int      `json:"seq,omitempty"`
	Statuses []string `json:"statuses,omitempty"` // that were applied, in their order
	Texts    []string `json:"texts,omitempty"`
	Heard    []string `json:"heard,omitempty"` // other messages about it
	Files    int      `json:"files,omitempty"`
	Order    object   `json:"order,omitempty"`
}

// peer is the system: its keys, what it knows, and how it misbehaves.
type peer struct {
	mu       sync.Mutex
	name     string
	us       string // the other side
	target   string
	secret   []byte
	offset   time.Duration // of its clock
	orders   map[string]*order
	sequence []string          // keys of orders, as they came
	answers  map[string]object // by the id of the message
	digests  map[string]string
	received int // messages with a right signature
	again    int // that had been seen
	bad      int // with a wrong one
	mode     string
	left     int // requests that misbehave
	extra    []object
}

func main() {
	name := flag.String("name", "hotline", "by which name the other side knows this system")
	us := flag.String("to", "", "name of the other side")
	target := flag.String("target", "", "address of the other side")
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	flag.Parse()
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("ORDERTEST_SECRET"), "whsec_"))
	if err != nil {
		log.Fatal(err)
	}
	p := &peer{name: *name, us: *us, target: *target, secret: secret, orders: map[string]*order{}, answers: map[string]object{}, digests: map[string]string{}}
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /messages", p.take)
	mux.HandleFunc("POST /control/misbehave", p.misbehave)
	mux.HandleFunc("POST /control/clock", p.clock)
	mux.HandleFunc("POST /control/send", p.send)
	mux.HandleFunc("POST /control/change", p.change)
	mux.HandleFunc("GET /control/state", p.state)
	fmt.Println("http://" + ln.Addr().String())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { // whoever started it holds the other end: when they go, it goes
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(server.Serve(ln))
}

func (p *peer) now() time.Time { return clock.Security{}.Now().Add(p.offset) }

// sign is the signature of a message: HMAC-SHA256 over id, time and body, parted by full stops.
func (p *peer) sign(id string, at int64, body []byte) string {
	mac := hmac.New(sha256.New, p.secret)
	fmt.Fprintf(mac, "%s.%d.", id, at)
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// take takes in a message of the other side.
func (p *peer) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	mode := p.turn()
	switch mode {
	case "500", "503", "422", "409", "302":
		code, _ := strconv.Atoi(mode)
		if code == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		http.Error(w, "out of order on purpose", code)
		return
	case "reset": // before anything was done
		cut(w)
		return
	case "slow":
		time.Sleep(700 * time.Millisecond)
	}
	status, answer := p.handle(r.Header, body)
	if mode == "drop" { // it was done, and nobody hears of it
		cut(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// turn is how the next request is treated.
func (p *peer) turn() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 {
		return ""
	}
	p.left--
	return p.mode
}

func problem(status int, code string) (int, object) {
	return status, object{"status": status, "code": code, "detail": code}
}

// handle checks the signature, knows again what came before, and does what is said.
func (p *peer) handle(h http.Header, body []byte) (int, object) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := h.Get("webhook-id")
	at, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	age := p.now().Sub(time.Unix(at, 0)).Abs()
	if err != nil || age > 5*time.Minute || !hmac.Equal([]byte(p.sign(id, at, body)), []byte(h.Get("webhook-signature"))) {
		p.bad++
		return problem(http.StatusUnauthorized, "bad_signature")
	}
	p.received++
	sum := fmt.Sprintf("%x", sha256.Sum256(body))
	if had, seen := p.digests[id]; seen {
		p.again++
		if had != sum {
			return problem(http.StatusConflict, "id_used")
		}
		return http.StatusOK, p.answers[id]
	}
	var m object
	if err := json.Unmarshal(body, &m); err != nil {
		return problem(http.StatusBadRequest, "not_json")
	}
	if text(m, "from") != p.us || text(m, "to") != p.name {
		return problem(http.StatusBadRequest, "not_for_us")
	}
	status, answer := p.do(m)
	if status == http.StatusOK {
		p.digests[id], p.answers[id] = sum, answer
	}
	return status, answer
}

func text(m object, name string) string { s, _ := m[name].(string); return s }

// do does what a message says.
func (p *peer) do(m object) (int, object) {
	switch text(m, "type") {
	case "list":
		return http.StatusOK, p.list(m)
	case "order":
		o := p.known(p.us, text(m, "number"))
		if o.Handled == "" {
			o.Handled, o.Status = "CG-"+o.Number, "accepted"
			o.Order, _ = m["order"].(object)
			files, _ := m["files"].([]any)
			o.Files = len(files)
		}
		return http.StatusOK, receipt(o)
	case "status":
		o := p.orders[p.name+"/"+text(m, "number")]
		if o == nil {
			return problem(http.StatusNotFound, "no_order")
		}
		p.apply(o, m)
		return http.StatusOK, receipt(o)
	}
	owner := p.us
	if text(m, "type") == "again" {
		owner = text(m, "owner")
	}
	o := p.orders[owner+"/"+text(m, "number")]
	if o == nil {
		return problem(http.StatusNotFound, "no_order")
	}
	o.Heard = append(o.Heard, text(m, "type"))
	if text(m, "type") == "withdraw" { // it is needed no more
		o.Status, o.Outcome = "ended", "withdrawn"
	}
	return http.StatusOK, receipt(o)
}

// apply takes over a status, unless a later one is known.
func (p *peer) apply(o *order, m object) {
	s, _ := m["status"].(object)
	seq, _ := s["seq"].(float64)
	if int(seq) <= o.Seq {
		return
	}
	o.Seq, o.Status, o.Outcome, o.Handled = int(seq), text(s, "is"), text(s, "outcome"), text(s, "handled")
	files, _ := m["files"].([]any)
	o.Files += len(files)
	o.Statuses = append(o.Statuses, strings.TrimSpace(o.Status+" "+o.Outcome))
	o.Texts = append(o.Texts, text(m, "text"))
}

func receipt(o *order) object {
	out := object{"number": o.Number, "handled": o.Handled}
	if o.Status != "" {
		out["status"] = o.Status
	}
	return out
}

func (p *peer) known(owner, number string) *order {
	key := owner + "/" + number
	if p.orders[key] == nil {
		p.orders[key] = &order{Owner: owner, Number: number}
		p.sequence = append(p.sequence, key)
	}
	return p.orders[key]
}

// list is two orders to a page, so that paging is met.
func (p *peer) list(m object) object {
	const page = 2
	after, _ := m["after"].(float64)
	items := []object{}
	var all []object
	for _, key := range p.sequence {
		if o := p.orders[key]; o != nil {
			item := object{"owner": o.Owner, "number": o.Number, "handled": o.Handled, "status": o.Status}
			if o.Outcome != "" {
				item["outcome"] = o.Outcome
			}
			all = append(all, item)
		}
	}
	all = append(all, p.extra...)
	for i := int(after); i < len(all) && len(items) < page; i++ {
		items = append(items, all[i])
	}
	answer := object{"items": items}
	if next := int(after) + len(items); next < len(all) {
		answer["next"] = next
	}
	return answer
}

// misbehave makes the next n requests fail: {"mode": "500", "n": 3}.
func (p *peer) misbehave(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Mode string `json:"mode"`
		N    int    `json:"n"`
	}
	if json.NewDecoder(r.Body).Decode(&in) == nil {
		p.mu.Lock()
		p.mode, p.left = in.Mode, in.N
		p.mu.Unlock()
	}
	w.WriteHeader(http.StatusNoContent)
}

// clock sets the clock: {"now": seconds}.
func (p *peer) clock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Now int64 `json:"now"`
	}
	if json.NewDecoder(r.Body).Decode(&in) == nil {
		p.mu.Lock()
		p.offset = time.Unix(in.Now, 0).Sub(clock.Security{}.Now())
		p.mu.Unlock()
	}
	w.WriteHeader(http.StatusNoContent)
}

// change changes what it knows: {"forget": "owner/number"}, {"set": {"key": …, "status": …}}, {"invent": item}.
func (p *peer) change(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Forget string `json:"forget"`
		Set    *struct {
			Key, Status, Outcome string
		} `json:"set"`
		Invent object `json:"invent"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.orders, in.Forget)
	if in.Set != nil && p.orders[in.Set.Key] != nil {
		p.orders[in.Set.Key].Status, p.orders[in.Set.Key].Outcome = in.Set.Status, in.Set.Outcome
	}
	if in.Invent != nil {
		p.extra = append(p.extra, in.Invent)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *peer) state(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = json.NewEncoder(w).Encode(object{"orders": p.orders, "received": p.received, "again": p.again, "bad": p.bad})
}

// sending is what the test wants to be sent.
type sending struct {
	Message   json.RawMessage `json:"message"`
	ID        string          `json:"id"`        // none: a new one
	Times     int             `json:"times"`     // at once; 0 is 1
	Late      int             `json:"late"`      // seconds by which the time of sending is wrong
	Signature string          `json:"signature"` // instead of the right one
	Key       string          `json:"key"`       // another secret
}

// send signs a message and sends it, as often as it is told, and answers with what came back.
func (p *peer) send(w http.ResponseWriter, r *http.Request) {
	var in sending
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var m object
	if json.Unmarshal(in.Message, &m) == nil && text(m, "type") == "order" {
		p.mu.Lock()
		o := p.known(p.name, text(m, "number"))
		o.Order, _ = m["order"].(object)
		p.mu.Unlock()
	}
	if in.ID == "" {
		in.ID = rand.Text()
	}
	out := make([]object, max(1, in.Times))
	var all sync.WaitGroup
	for i := range out {
		all.Go(func() { out[i] = p.post(in) })
	}
	all.Wait()
	_ = json.NewEncoder(w).Encode(out)
}

func (p *peer) post(in sending) object {
	p.mu.Lock()
	at := p.now().Unix() - int64(in.Late)
	signature := p.sign(in.ID, at, in.Message)
	p.mu.Unlock()
	if in.Key != "" {
		other := &peer{secret: []byte(in.Key)}
		signature = other.sign(in.ID, at, in.Message)
	}
	if in.Signature != "" {
		signature = in.Signature
	}
	req, err := http.NewRequest(http.MethodPost, p.target, bytes.NewReader(in.Message))
	if err != nil {
		return object{"error": err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	req.Header.Set("webhook-id", in.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at, 10))
	req.Header.Set("webhook-signature", signature)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return object{"error": err.Error()}
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return object{"error": err.Error()}
	}
	var body any
	if json.Unmarshal(data, &body) != nil {
		body = string(data)
	}
	return object{"status": resp.StatusCode, "body": body}
}
