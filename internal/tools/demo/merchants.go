package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// object is an object of the sandbox, as the API shows it.
type object = map[string]any

// kinds are the kinds of objects, in the words of the story and by the collection that holds them.
var kinds = func() (all []struct{ words, word, path string }) {
	for _, k := range provider.Catalog() {
		switch k.Name {
		case "list":
			all = append(all, struct{ words, word, path string }{"lists and segments", "list or segment", "cohorts"})
		case "segment":
		default:
			path := strings.ReplaceAll(k.Plural, " ", "-")
			all = append(all, struct{ words, word, path string }{k.Plural, k.Noun, path})
		}
	}
	return all
}()

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

// compare prints the objects of both merchants, and fails if they differ in any way that is not
// expected. An expectation is an object, a colon, and the reason.
func (d *demo) compare(objects int, expected ...string) {
	test, live := d.merchant("test"), d.merchant("live")
	if d.err != nil {
		return
	}
	d.gap()
	d.line("    " + d.bold(fmt.Sprintf("%-20s %6s %6s %12s %10s", "", "test", "live", "same keys", "same ids")))
	total := 0
	for _, kind := range kinds {
		keys, ids := 0, 0
		for key, o := range test[kind.path] {
			if other, found := live[kind.path][key]; found {
				keys++
				if o["id"] == other["id"] {
					ids++
				}
			}
		}
		total += keys
		d.line(fmt.Sprintf("    %-20s %6d %6d %12d %10d", kind.words, len(test[kind.path]), len(live[kind.path]), keys, ids))
		if keys != len(test[kind.path]) || keys != len(live[kind.path]) || ids != 0 {
			d.fail("the merchants do not hold the same %s under different ids", kind.words)
		}
	}
	d.gap()
	if total != objects {
		d.fail("the merchants hold %d objects, not %d", total, objects)
	}

	different := differences(test, live)
	for _, text := range expected {
		name, why, _ := strings.Cut(text, ": ")
		at := slices.Index(different, name)
		if at < 0 {
			d.fail("%s should differ between the merchants", name)
			return
		}
		different = slices.Delete(different, at, at+1)
		d.detail(fmt.Sprintf("%s differs, as declared: %s", name, why))
	}
	if len(different) > 0 {
		d.fail("these differ between the merchants: %s", strings.Join(different, ", "))
	}
	if d.err == nil {
		d.held("Everything else is equal, to the last text.")
	}
}

// differences names the objects that are in both merchants with different contents. Ids of other
// objects are compared by the names of these objects.
func differences(test, live map[string]map[string]object) []string {
	var different []string
	inTest, inLive := names(test), names(live)
	for _, kind := range kinds {
		for key, o := range test[kind.path] {
			other, found := live[kind.path][key]
			if found && !reflect.DeepEqual(portable(o, inTest), portable(other, inLive)) {
				different = append(different, kind.word+" "+key)
			}
		}
	}
	slices.Sort(different)
	return different
}

// names maps the ids of a merchant's objects to their keys.
func names(merchant map[string]map[string]object) map[string]string {
	names := map[string]string{}
	for kind, list := range merchant {
		for key, o := range list {
			if id, ok := o["id"].(string); ok {
				names[id] = kind + " " + key
			}
		}
	}
	return names
}

// portable returns a value without what belongs to one merchant: it drops the object's own ids and
// times, and replaces ids of other objects by names.
func portable(value any, names map[string]string) any {
	switch value := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, part := range value {
			if name != "id" && name != "createdAt" && name != "updatedAt" {
				out[name] = portable(part, names)
			}
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, part := range value {
			out[i] = portable(part, names)
		}
		return out
	case string:
		if name, found := names[value]; found {
			return name
		}
	}
	return value
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
