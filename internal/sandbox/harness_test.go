package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/routers"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// A bed is a running sandbox that checks each exchange against the contract.
type bed struct {
	*sandbox.Sandbox
	t      *testing.T
	client *http.Client
	saved  map[string]string // names given by "as NAME" → ids
	lax    bool              // a fault may make answers break the contract
}

func newBed(t *testing.T, options sandbox.Options) *bed {
	t.Helper()
	s, err := sandbox.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	// net/http retries a request by itself only on a kept-alive connection.
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return &bed{Sandbox: s, t: t, client: &http.Client{Transport: transport}, saved: map[string]string{}}
}

// A reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	raw    string
}

func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(r.raw), &out); err != nil {
		t.Fatalf("the answer is not an object: %v: %s", err, r.raw)
	}
	return out
}

func (b *bed) request(ctx context.Context, key, method, path, body string) *http.Request {
	b.t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, b.URL()+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

// send returns the answer, or the error of the connection.
func (b *bed) send(request *http.Request) (reply, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(raw)}, err
}

// call sends a request with a key and checks request and answer against the contract.
func (b *bed) call(key, method, path, body string) reply {
	b.t.Helper()
	r, err := b.send(b.request(b.t.Context(), key, method, path, body))
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	if !b.lax {
		if err := againstContract(b.t.Context(), method, path, body, r); err != nil {
			b.t.Errorf("%s %s %s → %d %s\nbreaks the contract: %v", method, path, body, r.status, r.raw, err)
		}
	}
	return r
}

// play runs steps of the form
//
//	[live|none|wrong] METHOD path [body] => status [code message…] [subset of the answer] [as NAME]
//
// $NAME stands for the id that a step has saved. The message may be a prefix of the real one. A
// step continues on the lines below it that do not begin with a method.
func (b *bed) play(script string) {
	b.t.Helper()
	var steps []string
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case firstLine.MatchString(line):
			steps = append(steps, line)
		default:
			steps[len(steps)-1] += " " + line
		}
	}
	for _, step := range steps {
		b.playStep(step)
	}
}

var (
	firstLine = regexp.MustCompile(`^((live|none|wrong) +)?[A-Z]+ +/`)
	reference = regexp.MustCompile(`\$[a-z0-9]+`)
)

func (b *bed) playStep(line string) {
	b.t.Helper()
	resolved := reference.ReplaceAllStringFunc(line, func(name string) string {
		id, ok := b.saved[name[1:]]
		if !ok {
			b.t.Fatalf("%s: %s was never saved", line, name)
		}
		return id
	})
	left, right, ok := strings.Cut(resolved, " => ")
	if !ok {
		b.t.Fatalf("%s: there is no =>", line)
	}
	key := b.TestKey()
	for word, other := range map[string]string{"live ": b.LiveKey(), "none ": "", "wrong ": "test_wrong"} {
		if rest, ok := strings.CutPrefix(left, word); ok {
			left, key = strings.TrimSpace(rest), other
		}
	}
	method, rest, _ := strings.Cut(left, " ")
	path, body, _ := strings.Cut(strings.TrimSpace(rest), " ")
	got := b.call(key, method, path, strings.TrimSpace(body))

	right, name, save := strings.Cut(right, " as ")
	status, wanted, _ := strings.Cut(strings.TrimSpace(right), " ")
	if strconv.Itoa(got.status) != status {
		b.t.Fatalf("%s\ngot %d %s", line, got.status, got.raw)
	}
	switch {
	case strings.HasPrefix(wanted, "{"), strings.HasPrefix(wanted, "["):
		var want, have any
		if err := json.Unmarshal([]byte(wanted), &want); err != nil {
			b.t.Fatalf("%s: %v", line, err)
		}
		if err := json.Unmarshal([]byte(got.raw), &have); err != nil {
			b.t.Fatalf("%s: the answer is not JSON: %v: %s", line, err, got.raw)
		}
		if difference := subset("", want, have); difference != "" {
			b.t.Errorf("%s\n%s in %s", line, difference, got.raw)
		}
	case wanted == "empty":
		if got.raw != "" {
			b.t.Errorf("%s\ngot the body %s", line, got.raw)
		}
	case wanted != "":
		object := got.object(b.t)
		if have := fmt.Sprintf("%v %v", object["code"], object["message"]); !strings.HasPrefix(have, wanted) {
			b.t.Errorf("%s\n got %s\nwant %s", line, have, wanted)
		}
	}
	if save {
		b.saved[strings.TrimSpace(name)] = idIn(got.object(b.t))
	}
}

// idIn returns the id of an object, as a dialect may write it.
func idIn(object map[string]any) string {
	for _, name := range []string{"id", "Id"} {
		if id, there := object[name]; there {
			return fmt.Sprint(id)
		}
	}
	inner, _ := object["data"].(map[string]any)
	return idIn(inner)
}

// subset describes the first part of want that got lacks. Lists must have the same length.
func subset(path string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %v, want an object", path, got)
		}
		for name, w := range want {
			g, there := object[name]
			if !there {
				return fmt.Sprintf("%s.%s is not there", path, name)
			}
			if difference := subset(path+"."+name, w, g); difference != "" {
				return difference
			}
		}
		if len(want) == 0 && len(object) > 0 {
			return fmt.Sprintf("%s is %v, want {}", path, got)
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
		for i := range want {
			if difference := subset(fmt.Sprintf("%s[%d]", path, i), want[i], list[i]); difference != "" {
				return difference
			}
		}
		return ""
	}
	if want != got {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}

// scenarios runs each script on its own sandbox.
func scenarios(t *testing.T, scripts map[string]string) {
	t.Helper()
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newBed(t, sandbox.Options{}).play(script)
		})
	}
}

// againstContract requires that every accepted request was valid, and that the contract describes
// every answer.
func againstContract(ctx context.Context, method, path, body string, r reply) error {
	if kind := r.header.Get("Content-Type"); r.raw != "" && kind != "application/json; charset=utf-8" {
		return fmt.Errorf("the answer is of type %q", kind)
	}
	e := sandbox.Exchange{Method: method, Path: path, Request: body, Status: r.status, Response: r.raw}
	if r.status < 300 {
		return oracle.ContractAllows(ctx, e)
	}
	err := oracle.ContractAllowsAnswer(ctx, e)
	unknown := errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed)
	if unknown && r.status == http.StatusNotFound && !strings.Contains(r.raw, `"code"`) {
		return nil // An unknown route, answered with 404.
	}
	return err
}
