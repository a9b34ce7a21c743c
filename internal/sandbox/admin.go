package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
)

// Stats counts the API requests since the start or the last Reset.
func (s *Sandbox) Stats() Stats { return s.history.snapshot() }

// History returns the API requests since the start or the last Reset, in the order of their
// answers. It holds the newest 100,000, and fewer when their bodies pass 256 MiB.
func (s *Sandbox) History() []Exchange { return s.history.exchanges() }

// Reset clears the counters and the history. Objects and faults stay.
func (s *Sandbox) Reset() { s.history.reset() }

// Objects returns the objects of a merchant ("test" or "live"), as the API would answer them, in
// the order of creation: those of one kind ("perks"), or of all kinds when kind is "". An unknown
// mode or kind has no objects.
func (s *Sandbox) Objects(mode, kind string) []map[string]any {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	var out []map[string]any
	m := s.store.merchants[mode]
	for _, k := range kinds {
		if m == nil || kind != "" && k.path != kind {
			continue
		}
		for _, o := range m.order[k] {
			out = append(out, o.copied())
		}
	}
	return out
}

func (o *object) copied() map[string]any {
	var out map[string]any
	if err := json.Unmarshal(o.body, &out); err != nil {
		return map[string]any{} // Impossible: body was encoded by us or checked when it was loaded.
	}
	return out
}

// AddFault arms a fault. Faults strike in the order in which they were added.
func (s *Sandbox) AddFault(f Fault) error { return s.faults.add(f) }

// ClearFaults disarms all faults, restores revoked keys and makes reads current again.
func (s *Sandbox) ClearFaults() {
	s.faults.clear()
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for _, m := range s.store.merchants {
		m.revoked = false
		m.views = map[string]*view{}
	}
}

// Wipe deletes everything of one merchant, "test" or "live". An unknown mode does nothing.
func (s *Sandbox) Wipe(mode string) {
	// If the data file cannot be written, the next change reports the error again.
	_ = s.wipe(mode)
}

func (s *Sandbox) wipe(mode string) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	m := s.store.merchants[mode]
	if m == nil {
		return errUnknownMode(mode)
	}
	m.empty()
	return s.store.save()
}

func errUnknownMode(mode string) error {
	return fmt.Errorf("sandbox: mode %q is neither test nor live", mode)
}

// ErrNoObject is returned for an id that neither merchant has.
var ErrNoObject = errors.New("sandbox: there is no such object")

// PatchObject changes top-level properties of an object in either merchant, unseen by its clients.
// Each value must have the form that the API requires, but no rule applies: it can set the status,
// change frozen or archived objects, and point references at nothing.
func (s *Sandbox) PatchObject(id string, fields map[string]any) error {
	raw, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	given, err := decode(raw)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	m, o := s.store.find(id)
	if o == nil {
		return fmt.Errorf("%w: %s", ErrNoObject, id)
	}
	next, err := m.overwritten(o, given)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	next.fields["updatedAt"] = s.now().UTC().Format(timeForm)
	delete(m.views, id)
	return m.put(next, encode)
}

// overwritten returns an object with new values and applies no rule.
func (m *merchant) overwritten(o *object, given values) (*object, error) {
	out := maps.Clone(o.fields)
	for _, name := range sortedKeys(given) {
		if _, ok := o.fields[name]; !ok || name == "id" {
			return nil, fmt.Errorf("%q is not a property of a %s that can be set", name, o.kind.noun)
		}
		out[name] = given[name]
		if at := slices.IndexFunc(o.kind.fields, func(f field) bool { return f.name == name }); at >= 0 &&
			given[name] == nil {
			out[name] = o.kind.fields[at].absent
		}
	}
	out, err := m.formed(o.kind, out)
	if err != nil {
		return nil, err
	}
	next := &object{kind: o.kind, number: o.number, fields: out, before: o.before}
	if next.status() == archived && o.status() != archived {
		next.before = o.status()
	}
	return next, nil
}

// DeleteObject deletes an object of either merchant, unseen by its clients, even when it is in use.
func (s *Sandbox) DeleteObject(id string) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	m, o := s.store.find(id)
	if o == nil {
		return fmt.Errorf("%w: %s", ErrNoObject, id)
	}
	delete(m.views, id)
	return m.remove(o)
}

func (s *store) find(id string) (*merchant, *object) {
	for _, mode := range modes {
		if o := s.merchants[mode].objects[id]; o != nil {
			return s.merchants[mode], o
		}
	}
	return nil, nil
}

// SetDiffusion turns on the campaign diffusion of a merchant. The API then answers with the given
// configuration; nil turns diffusion off.
func (s *Sandbox) SetDiffusion(mode string, configuration map[string]any) error {
	var checked values
	if configuration != nil {
		raw, err := json.Marshal(configuration)
		if err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		given, err := decode(raw)
		if err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		if checked, err = checkDiffusion(given); err != nil {
			return fmt.Errorf("sandbox: campaign diffusion: %w", err)
		}
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	m := s.store.merchants[mode]
	if m == nil {
		return errUnknownMode(mode)
	}
	m.diffusion = checked
	return s.store.save()
}

// checkDiffusion checks a configuration as Cohort's own reader does. observed.
func checkDiffusion(given values) (values, error) {
	anyString := func(path string, v any) (any, error) {
		if _, ok := v.(string); !ok {
			return nil, invalid(path, "must be a string")
		}
		return v, nil
	}
	out, err := whole("", given, []field{
		required("type", oneOf("modal", "banner", "toast")),
		nullable("typeConfig", anyObject),
		nullable("whitelistedUrls", listOf(anyString)),
		required("supportedLanguages", listOf(anyString)),
		required("campaign", nested(
			required("id", text), required("name", localized), required("description", localized),
			nullable("imageUrl", webURL), nullable("videoUrl", webURL), required("link", anyString),
			required("accentColor", anyString),
		)),
	})
	if err != nil {
		return nil, err
	}
	switch out["type"] {
	case "modal":
		if out["typeConfig"] != nil {
			return nil, invalid("typeConfig", "must be null for a modal")
		}
	case "banner":
		out["typeConfig"], err = nested(required("selector", anyString))("typeConfig", out["typeConfig"])
	case "toast":
		out["typeConfig"], err = nested(required("position", oneOf("bottom-left", "bottom-right")))("typeConfig",
			out["typeConfig"])
	}
	return out, err
}

// errElsewhere refuses a request that did not come from a program on this machine.
var errElsewhere = errors.New("sandbox: the admin API serves programs on this machine, not web pages")

// fromHere refuses any request that a web page may have sent: one with an Origin, or one that used
// a foreign host name for this machine (DNS rebinding). A page cannot send JSON without a CORS
// preflight, so a body must be JSON.
func (s *Sandbox) fromHere(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" ||
		!s.options.AllowRemote && !isLoopback(host) {
		return errElsewhere
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 &&
		(err != nil || kind != "application/json") {
		return errors.New("sandbox: the Content-Type of a body must be application/json")
	}
	return nil
}

// isLoopback reports whether a host can only be this machine.
func isLoopback(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback()
}

// adminHandler serves the methods above as a JSON API.
func (s *Sandbox) adminHandler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			var out any
			err := s.fromHere(r)
			if err == nil {
				out, err = f(r)
			}
			switch {
			case errors.Is(err, errElsewhere):
				reply(w, http.StatusForbidden, map[string]any{"error": err.Error()})
			case errors.Is(err, ErrNoObject):
				reply(w, http.StatusNotFound, map[string]any{"error": err.Error()})
			case err != nil:
				reply(w, http.StatusBadRequest, map[string]any{"error": err.Error()})
			default:
				reply(w, http.StatusOK, out)
			}
		})
	}
	done := map[string]any{"ok": true}

	handle("GET /stats", func(*http.Request) (any, error) { return s.Stats(), nil })
	handle("POST /reset", func(*http.Request) (any, error) { s.Reset(); return done, nil })
	handle("GET /history", func(*http.Request) (any, error) { return s.History(), nil })
	handle("GET /objects", s.adminObjects)
	handle("PATCH /objects/{id}", func(r *http.Request) (any, error) {
		var fields map[string]any
		if err := readJSON(r, &fields); err != nil {
			return nil, err
		}
		return done, s.PatchObject(r.PathValue("id"), fields)
	})
	handle("DELETE /objects/{id}", func(r *http.Request) (any, error) { return done, s.DeleteObject(r.PathValue("id")) })
	handle("POST /wipe", func(r *http.Request) (any, error) { return done, s.wipe(r.URL.Query().Get("mode")) })
	handle("GET /faults", func(*http.Request) (any, error) { return s.faults.snapshot(), nil })
	handle("POST /faults", func(r *http.Request) (any, error) {
		var f Fault
		if err := readJSON(r, &f); err != nil {
			return nil, err
		}
		return done, s.AddFault(f)
	})
	handle("DELETE /faults", func(*http.Request) (any, error) { s.ClearFaults(); return done, nil })
	handle("PUT /diffusion", func(r *http.Request) (any, error) {
		configuration := map[string]any{}
		if err := readJSON(r, &configuration); err != nil {
			return nil, err
		}
		return done, s.SetDiffusion(r.URL.Query().Get("mode"), configuration)
	})
	handle("DELETE /diffusion", func(r *http.Request) (any, error) {
		return done, s.SetDiffusion(r.URL.Query().Get("mode"), nil)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusNotFound, map[string]any{
			"error": "sandbox: there is no " + r.Method + " " + r.URL.Path,
			"operations": []string{
				"GET /stats", "POST /reset", "GET /history", "GET /objects?mode=test", "PATCH /objects/{id}",
				"DELETE /objects/{id}",
				"POST /wipe?mode=test", "GET /faults", "POST /faults", "DELETE /faults", "PUT /diffusion?mode=test",
				"DELETE /diffusion?mode=test",
			},
		})
	})
	return mux
}

// adminObjects answers {"perks": [...], ...} with every kind of one merchant.
func (s *Sandbox) adminObjects(r *http.Request) (any, error) {
	mode := r.URL.Query().Get("mode")
	if !slices.Contains(modes, mode) {
		return nil, errUnknownMode(mode)
	}
	out := map[string][]map[string]any{}
	for _, k := range kinds {
		out[k.path] = s.Objects(mode, k.path)
		if out[k.path] == nil {
			out[k.path] = []map[string]any{}
		}
	}
	return out, nil
}

func readJSON(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("sandbox: the body is not the expected JSON: %w", err)
	}
	return nil
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}
