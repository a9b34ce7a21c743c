// Package oracle decides whether a run left everything as it should be. It looks only at what the
// run left behind: the state file, the objects and the history of the sandbox, and the output. It
// must not know how the provider works, so it may not import package provider. It serves tests and
// runs by hand.
package oracle

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// Evidence is what a finished run left behind.
type Evidence struct {
	// Mode is the merchant of the run, or "" if the run was for both.
	Mode string
	// States are the state files that the commands left, in order; the last one is final.
	States [][]byte
	// Objects are the objects of the merchant, by kind.
	Objects map[string][]map[string]any
	// Foreign are the ids of objects that the run did not make and does not manage.
	Foreign []string
	// History are the exchanges with the sandbox.
	History []sandbox.Exchange
	// Plan is the exit code of the last plan -detailed-exitcode: 0 means empty.
	Plan int
	// Output is everything that the run printed or logged.
	Output string
	// Files are other files that the run left, by name: logs and saved plans. A plan is a zip archive,
	// and the oracle searches each entry.
	Files map[string][]byte
	// Secrets must not appear anywhere. StateSecrets may appear in the state and in plans, but nowhere
	// else.
	Secrets, StateSecrets []string
	// MaxRequests bounds the history; 0 means no bound.
	MaxRequests int
	// Planned reports whether the run asked for a commit; nil means that it asked for every commit in
	// its merchant.
	Planned func(sandbox.Exchange) bool
}

// Violation is a broken invariant, with the details.
type Violation struct{ Invariant, Text string }

// String writes the violation on one line.
func (v Violation) String() string { return v.Invariant + ": " + v.Text }

// Check returns all violations.
func Check(ctx context.Context, e Evidence) []Violation {
	c := checker{Evidence: e}
	c.checkState()
	c.checkObjects()
	c.checkCommits()
	c.checkOutput()
	c.checkSecrets()
	c.checkContract(ctx)
	if e.Plan != 0 {
		c.found("I4", "the last plan is not empty (exit code %d)", e.Plan)
	}
	if e.MaxRequests > 0 && len(e.History) > e.MaxRequests {
		c.found("I6", "%d requests, of at most %d", len(e.History), e.MaxRequests)
	}
	return c.violations
}

type checker struct {
	Evidence
	violations []Violation
	managed    map[string]string // address by id, from the final state
}

func (c *checker) found(invariant, format string, values ...any) {
	c.violations = append(c.violations, Violation{invariant, fmt.Sprintf(format, values...)})
}

// Managed returns the addresses of a state file by object id.
func Managed(state []byte) (map[string]string, error) {
	if len(state) == 0 {
		return map[string]string{}, nil
	}
	var file struct {
		Serial    int `json:"serial"`
		Resources []struct {
			Module    string `json:"module"`
			Mode      string `json:"mode"`
			Type      string `json:"type"`
			Name      string `json:"name"`
			Instances []struct {
				IndexKey   any    `json:"index_key"`
				Deposed    string `json:"deposed"`
				Attributes struct {
					ID string `json:"id"`
				} `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(state, &file); err != nil {
		return nil, fmt.Errorf("the state is not valid: %w", err)
	}
	managed := map[string]string{}
	for _, r := range file.Resources {
		if r.Mode != "managed" || !strings.HasPrefix(r.Type, "cohort_") {
			continue
		}
		for _, i := range r.Instances {
			address := fmt.Sprintf("%s%s.%s[%v]%s", r.Module, r.Type, r.Name, i.IndexKey, i.Deposed)
			if i.Attributes.ID == "" {
				return nil, fmt.Errorf("%s has no id", address)
			}
			if other, twice := managed[i.Attributes.ID]; twice {
				return nil, fmt.Errorf("%s and %s have the same id %s", address, other, i.Attributes.ID)
			}
			managed[i.Attributes.ID] = address
		}
	}
	return managed, nil
}

// checkState requires that every state is valid, that no two addresses share an object (I2, I9),
// and that nothing left a state without a reason (I9).
func (c *checker) checkState() {
	before := map[string]string{}
	for _, state := range c.States {
		managed, err := Managed(state)
		if err != nil {
			c.found("I9", "%s", err)
			return
		}
		for id, address := range before {
			if _, still := managed[id]; !still && !c.leftForAReason(id) {
				c.found("I9", "%s left the state, but its object %s was never deleted, archived or found missing", address, id)
			}
		}
		before = managed
	}
	c.managed = before
}

// leftForAReason searches the history for a deletion, an archiving or a proven absence of an
// object.
func (c *checker) leftForAReason(id string) bool {
	return slices.ContainsFunc(c.History, func(e sandbox.Exchange) bool {
		kind, of, _ := target(e)
		return of == id && (saysGone(kind, e) || e.Committed && e.Method == "DELETE") || archives(e, id)
	})
}

// target parses the path of a request: the kind, the id, and what follows the id.
func target(e sandbox.Exchange) (kind, id, verb string) {
	path, _, _ := strings.Cut(e.Path, "?")
	parts := append(strings.Split(strings.TrimPrefix(path, "/v1/"), "/"), "", "")
	return parts[0], parts[1], parts[2]
}

// saysGone reports whether the API itself answered that an object does not exist. A page of a proxy
// does not count, whatever its status.
func saysGone(kind string, e sandbox.Exchange) bool {
	var said struct {
		Code string `json:"code"`
	}
	if e.Status != 404 && e.Status != 417 || json.Unmarshal([]byte(e.Response), &said) != nil {
		return false
	}
	singular := map[string]string{"user-properties": "user-property"}[kind]
	if singular == "" {
		singular = strings.TrimSuffix(kind, "s")
	}
	return said.Code == singular+".not-found"
}

// archives reports whether an exchange archived an object.
func archives(e sandbox.Exchange, id string) bool {
	_, of, verb := target(e)
	return of == id && e.Committed && e.Method == "POST" && verb == "archive"
}

// wasArchived reports whether the run archived an object. An object that was archived before does
// not count.
func (c *checker) wasArchived(id string) bool {
	return slices.ContainsFunc(c.History, func(e sandbox.Exchange) bool { return archives(e, id) })
}

// checkObjects requires that every object the run made is managed or archived by the run (I1), and
// that every managed object exists once (I2).
func (c *checker) checkObjects() {
	exists := map[string]bool{}
	for kind, objects := range c.Objects {
		for _, object := range objects {
			id, _ := object["id"].(string)
			exists[id] = true
			if c.managed[id] == "" && !slices.Contains(c.Foreign, id) && (object["status"] != "archived" || !c.wasArchived(id)) {
				c.found("I1", "orphan: %s %s %v", kind, id, nameOf(object))
			}
		}
	}
	for id, address := range c.managed {
		if !exists[id] {
			c.found("I2", "%s has the id %s, which does not exist", address, id)
		}
	}
}

func nameOf(object map[string]any) any {
	for _, name := range []string{"internalName", "referenceId", "name"} {
		if object[name] != nil {
			return object[name]
		}
	}
	return nil
}

// checkCommits requires that nothing changed in the other merchant, and nothing unplanned in this
// one (I3).
func (c *checker) checkCommits() {
	for _, e := range c.History {
		switch {
		case !e.Committed:
		case c.Mode != "" && e.Mode != c.Mode:
			c.found("I3", "%s %s changed the %s merchant", e.Method, e.Path, e.Mode)
		case c.Planned != nil && !c.Planned(e):
			c.found("I3", "%s %s %s was not planned", e.Method, e.Path, e.Request)
		}
	}
}

// blame is what Terraform prints when it blames the provider, and what Go prints when it crashes.
var blame = []string{
	"Provider produced inconsistent", "Provider produced invalid", "Provider returned invalid",
	"This is a bug in the provider",
	"Plugin did not respond", "Plugin error", "plugin crashed", "panic:", "goroutine ", "Value Conversion Error",
	"Missing Resource",
	"report this issue to the provider", "report this to the provider",
}

func (c *checker) checkOutput() {
	for _, text := range blame {
		if at := strings.Index(c.Output, text); at >= 0 {
			c.found("I7", "the output says %q: %s", text, c.Output[at:min(len(c.Output), at+400)])
		}
	}
}

// checkSecrets requires that no secret, in any encoding, appears where it must not (I5).
func (c *checker) checkSecrets() {
	places := map[string][]byte{"the output": []byte(c.Output)}
	maps.Copy(places, c.Files)
	for name, content := range places {
		secrets := slices.Concat(c.Secrets, c.StateSecrets)
		if entries, ok := unzipped(content); ok {
			content, secrets = entries, c.Secrets
		}
		for _, secret := range secrets {
			if form := leaked(content, secret); form != "" {
				c.found("I5", "a secret is in %s, %s", name, form)
			}
		}
	}
	for i, state := range c.States {
		for _, secret := range c.Secrets {
			if form := leaked(state, secret); form != "" {
				c.found("I5", "a secret is in state %d, %s", i, form)
			}
		}
	}
}

// unzipped returns the concatenated entries of a zip archive.
func unzipped(content []byte) ([]byte, bool) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, false
	}
	var all []byte
	for _, entry := range archive.File {
		reader, err := entry.Open()
		if err != nil {
			return nil, false
		}
		plain, err := io.ReadAll(reader)
		if err = errors.Join(err, reader.Close()); err != nil {
			return nil, false
		}
		all = append(all, plain...)
	}
	return all, true
}

// leaked returns the form in which content contains a secret, or "". A long enough part counts as
// the whole secret.
func leaked(content []byte, secret string) string {
	const part = 12
	if secret == "" {
		return ""
	}
	text := string(content)
	forms := map[string]string{"URL-encoded": url.QueryEscape(secret), "hexadecimal": hex.EncodeToString([]byte(secret))}
	for shift := range 3 {
		// The first and last characters of a base64 text depend on the neighboring bytes.
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		if len(encoded) > 8 {
			forms[fmt.Sprintf("base64 at %d", shift)] = encoded[4 : len(encoded)-4]
		}
	}
	for name, form := range forms {
		if strings.Contains(text, form) {
			return name
		}
	}
	for at := 0; at+part <= len(secret); at++ {
		if strings.Contains(text, secret[at:at+part]) {
			return "as it is"
		}
	}
	return ""
}

// checkContract requires that the contract allows every request (I8).
func (c *checker) checkContract(ctx context.Context) {
	for _, e := range c.History {
		if err := ContractAllows(ctx, e); err != nil {
			c.found("I8", "%s %s %s: %s", e.Method, e.Path, e.Request, err)
		}
	}
}
