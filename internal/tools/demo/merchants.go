package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// object is an object of the sandbox, as the API shows it.
type object = map[string]any

// ask calls the sandbox's admin address, which is not part of the API and not counted.
func (d *demo) ask(method, path string, into any) {
	if d.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(d.ctx, grace)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, d.admin+path, nil)
	if err != nil {
		d.err = err
		return
	}
	client := http.Client{Timeout: time.Minute}
	answer, err := client.Do(request)
	if err != nil {
		d.fail("the sandbox's admin address: %w", err)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		d.fail("%s %s at the sandbox's admin address: %w", method, path, err)
	case answer.StatusCode/100 != 2:
		d.fail("%s %s at the sandbox's admin address: %s %s", method, path, answer.Status, body)
	case into != nil:
		if err := json.Unmarshal(body, into); err != nil {
			d.fail("%s %s at the sandbox's admin address: %w", method, path, err)
		}
	}
}

func (d *demo) resetCounters() { d.ask(http.MethodPost, "/reset", nil) }

// requests returns how many requests the API got since resetCounters.
func (d *demo) requests() int {
	var stats struct{ Requests *int }
	d.ask(http.MethodGet, "/stats", &stats)
	if d.err == nil && stats.Requests == nil {
		d.fail("the sandbox's statistics do not say how many requests it got")
	}
	if d.err != nil {
		return 0
	}
	return *stats.Requests
}

func (d *demo) noRequests() {
	if count := d.requests(); count != 0 {
		d.fail("%d requests reached the sandbox; there should have been none", count)
	}
	if d.err == nil {
		d.held("The sandbox counted 0 requests.")
	}
}

// merchant reads the objects of a merchant, by kind and key.
func (d *demo) merchant(mode string) map[string]map[string]object {
	var all map[string][]object
	d.ask(http.MethodGet, "/objects?mode="+mode, &all)
	merchant := map[string]map[string]object{}
	for kind, list := range all {
		merchant[kind] = map[string]object{}
		for _, o := range list {
			merchant[kind][key(o)] = o
		}
		if len(merchant[kind]) != len(list) {
			d.fail("two %s of the %s merchant have the same key", kind, mode)
		}
	}
	return merchant
}

// key returns the name that an object has in both merchants.
func key(o object) string {
	for _, name := range []string{"referenceId", "internalName"} {
		if text, ok := o[name].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

func (d *demo) remember(mode string) {
	d.snapshot = d.merchant(mode)
}

// showsNothing expects that all objects of a merchant that are left are archived.
func (d *demo) showsNothing(mode string) {
	left := 0
	for kind, list := range d.merchant(mode) {
		for key, o := range list {
			if left++; o["status"] != "archived" {
				d.fail("%s of the %s merchant is not archived: %s", kind, mode, key)
			}
		}
	}
	if d.err == nil {
		d.held(fmt.Sprintf("Users of the %s merchant see nothing now: %d objects are archived, the others deleted.", mode,
			left))
	}
}

func (d *demo) holdsTheSame(mode string) {
	now, err := json.Marshal(d.merchant(mode))
	before, err2 := json.Marshal(d.snapshot)
	if err != nil || err2 != nil || !bytes.Equal(now, before) {
		d.fail("the %s merchant has changed", mode)
	}
	if d.err == nil {
		d.held(fmt.Sprintf("The %s merchant has not changed by a byte.", mode))
	}
}
