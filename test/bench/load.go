package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// clients is how many send requests at once, each the next as soon as it has its answer.
const clients = 32

// asker sends requests to the JSON interface as somebody with a token, or to pages as somebody who signed in.
type asker struct {
	http  *http.Client
	base  string
	token string
}

func newAsker(base, token string) *asker {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // without options it never fails
	}
	return &asker{http: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: time.Minute}, base: base, token: token}
}

// send sends a request and returns the answer, which must be of the status.
func (a *asker) send(method, path string, status int, body []byte, kind string) ([]byte, error) {
	req, err := http.NewRequest(method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := a.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != status {
		err = fmt.Errorf("%s %s: %s\n%s", method, path, res.Status, data)
	}
	return data, err
}

// post sends JSON and returns the number of the case with which it is answered.
func (a *asker) post(path string, status int, body any) (number string, err error) {
	data, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	if data, err = a.send(http.MethodPost, "/api/v1"+path, status, data, "application/json"); err != nil {
		return "", err
	}
	found := numberOf.FindSubmatch(data) // the client must not compute for long: it shares the cores of what is measured
	if found == nil {
		return "", fmt.Errorf("%s: no number in %s", path, data)
	}
	return string(found[1]), nil
}

var numberOf = regexp.MustCompile(`"number": ?"([^"]+)"`)

func (a *asker) signIn(login, password string) error {
	form := url.Values{"login": {login}, "password": {password}}
	_, err := a.send(http.MethodPost, "/sign-in", http.StatusOK, []byte(form.Encode()), "application/x-www-form-urlencoded")
	return err
}

type object map[string]any

// crew are those who act in the cases of the bench.
type crew struct {
	officer, builder *asker
	photo            string
}

// open blows a whistle.
func (c *crew) open(n int64) (string, error) {
	form := object{"title": fmt.Sprintf("路面塌陷 %d", n), "category": "road", "place": "jinfeng", "description": "金峰路路口塌陷一平方米，车辆绕行。"}
	return c.officer.post("/cases", http.StatusCreated, object{"procedure": "whistle", "form": form})
}

// cycle is what happens in a case: it is created, taken on, resolved with proof, and looked for. It returns how long each took.
func (c *crew) cycle(n int64) (took [4]time.Duration, err error) {
	number := ""
	for i, step := range []func() error{
		func() (err error) { number, err = c.open(n); return err },
		func() error { return c.do(number, "report-in", object{"note": "半小时内到场"}) },
		func() error {
			return c.do(number, "resolve", object{"note": "已修复", "evidence": []string{c.photo}})
		},
		func() error {
			_, err := c.builder.send(http.MethodGet, "/api/v1/cases?size=20&q="+url.QueryEscape(number), http.StatusOK, nil, "")
			return err
		},
	} {
		begun := time.Now()
		if err := step(); err != nil {
			return took, err
		}
		took[i] = time.Since(begun)
	}
	return took, nil
}

func (c *crew) do(number, action string, input object) error {
	_, err := c.builder.post("/cases/"+number+"/do/"+action, http.StatusOK, object{"input": input})
	return err
}

// load lets the clients work for a while, and returns how often one did it a second, with how long each request took.
func load(during time.Duration, work func(n int64) ([]time.Duration, error)) (perSecond float64, took []time.Duration, err error) {
	var n, done atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	begun := time.Now()
	for range clients {
		wg.Go(func() {
			var mine []time.Duration
			var failed error
			for time.Since(begun) < during && failed == nil {
				var t []time.Duration
				if t, failed = work(n.Add(1)); failed == nil {
					done.Add(1)
					mine = append(mine, t...)
				}
			}
			mu.Lock()
			took, err = append(took, mine...), errors.Join(err, failed)
			mu.Unlock()
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(begun).Seconds(), took, err
}

// p99 is what 99 of a hundred do not exceed, in milliseconds.
func p99(took []time.Duration) float64 {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return float64(took[(len(took)-1)*99/100].Microseconds()) / 1000
}
