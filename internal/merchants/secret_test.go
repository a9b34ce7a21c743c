package merchants_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// redacted is the redacted form of secret: c9db are the first four hexadecimal digits of its
// SHA-256.
const redacted = "test_***c9db"

// checkSilent fails if text contains the key, or any eight consecutive characters of it after its
// prefix.
func checkSilent(t *testing.T, what, text string) {
	t.Helper()
	body := strings.TrimPrefix(secret, "test_")
	for i := 0; i+8 <= len(body); i++ {
		if strings.Contains(text, body[i:i+8]) {
			t.Errorf("%s holds the key or a part of it: %s", what, text)
			return
		}
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	const (
		empty     = "the API key is empty"
		inside    = "the API key has a blank or a line break inside; paste it again as one word"
		printable = "the API key has a character that is not printable ASCII; paste it again"
		prefix    = `the API key begins with neither "test_" nor "live_"`
	)
	for text, want := range map[string]struct {
		mode merchants.Mode
		err  string
	}{
		"test_a":                   {mode: merchants.ModeTest},
		"live_a":                   {mode: merchants.ModeLive},
		"test_live_a":              {mode: merchants.ModeTest},
		"live__":                   {mode: merchants.ModeLive},
		"test_!~{}\"\\<>&%/+=":     {mode: merchants.ModeTest},
		" \t\r\n test_a \n":        {mode: merchants.ModeTest},
		"\u00a0test_a\u2003":       {mode: merchants.ModeTest},
		"":                         {err: empty},
		" \n\t":                    {err: empty},
		"test_a b":                 {err: inside},
		"test_a\nlive_b":           {err: inside},
		"test_a\rb":                {err: inside},
		"test_a\tb":                {err: inside},
		"Bearer test_a":            {err: inside},
		"test_a\x00b":              {err: printable},
		"test_a\x7f":               {err: printable},
		"test_\u00e9":              {err: printable},
		"test_a\u200bb":            {err: printable},
		"\ufefftest_a":             {err: printable},
		"test_\xff":                {err: printable},
		"“test_a”":                 {err: printable},
		"test_":                    {err: prefix},
		"live_":                    {err: prefix},
		"test":                     {err: prefix},
		"TEST_a":                   {err: prefix},
		"Live_a":                   {err: prefix},
		"prod_a":                   {err: prefix},
		"testa":                    {err: prefix},
		"xtest_a":                  {err: prefix},
		"'test_a'":                 {err: prefix},
		"0123456789abcdef01234567": {err: prefix},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			key, err := merchants.ParseKey(text)
			if want.err != "" {
				if err == nil || err.Error() != want.err {
					t.Errorf("got %v, want %s", err, want.err)
				}
				if !key.IsZero() || key.Mode() != "" {
					t.Error("a refused key must be the zero Key")
				}
				return
			}
			if err != nil || key.IsZero() || key.Mode() != want.mode {
				t.Errorf("got %v of mode %q, %v", key, key.Mode(), err)
			}
		})
	}
}

func TestKey_zero(t *testing.T) {
	t.Parallel()
	var key merchants.Key
	if !key.IsZero() || key.Mode() != "" || key.String() != "" || key.Redact("any text") != "any text" ||
		fmt.Sprintf("%v%+v%#v%q", key, key, key, key) != "" {
		t.Errorf("got %q", key.String())
	}
}

func TestKey_fingerprintTellsKeysApart(t *testing.T) {
	t.Parallel()
	if got := parseKey(t, secret).String(); got != redacted {
		t.Errorf("got %s, want %s", got, redacted)
	}
	if got := parseKey(t, " "+secret+"\n").String(); got != redacted {
		t.Errorf("with surrounding blanks: got %s", got)
	}
	if got := parseKey(t, secret+"8").String(); got == redacted {
		t.Error("another key has the same redacted form")
	}
	if got := parseKey(t, "live_a").String(); !strings.HasPrefix(got, "live_***") || len(got) != len("live_***a1b2") {
		t.Errorf("got %s", got)
	}
}

// TestKey_isRedactedInEveryForm prints the key in every way that fmt, json, xml, slog and errors
// know.
func TestKey_isRedactedInEveryForm(t *testing.T) {
	t.Parallel()
	key := parseKey(t, secret)
	type holder struct {
		Key     merchants.Key
		Pointer *merchants.Key
		hidden  merchants.Key
		Keys    []merchants.Key
		ByKey   map[string]merchants.Key
		Any     any
	}
	hold := holder{
		Key: key, Pointer: &key, hidden: key, Keys: []merchants.Key{key}, ByKey: map[string]merchants.Key{"a": key}, Any: key,
	}
	client := newClient(t, merchants.Config{Key: key})
	texts := map[string]string{"Sprint": fmt.Sprint(key), "Sprintln": fmt.Sprintln("a", key, "b")}
	for name, value := range map[string]any{
		"key": key, "pointer": &key, "struct": hold, "pointer to struct": &hold, "slice": []any{key},
		"map key": map[any]int{hold.hidden.String(): 1},
		"config":  merchants.Config{Key: key}, "client": client, "client's value": fmt.Sprintf("%+v", client),
	} {
		for _, verb := range "vTtbcdoOqxXUeEfFgGspw!z" {
			for _, flag := range []string{"", "+", "#", "-20", "020", ".3", "[1]", "*"} {
				format := "%" + flag + string(verb)
				texts[name+" "+format] = fmt.Sprintf(format, value)
				texts[name+" error "+format] = fmt.Sprint(fmt.Errorf(format, value))
			}
		}
		if data, err := json.Marshal(value); err == nil {
			texts[name+" as JSON"] = string(data)
		}
		if data, err := xml.Marshal(value); err == nil {
			texts[name+" as XML"] = string(data)
		}
		for kind, handler := range map[string]func(io.Writer) slog.Handler{
			"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
			"JSON": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		} {
			var log bytes.Buffer
			logger := slog.New(handler(&log)).With("with", value).WithGroup("group")
			logger.InfoContext(t.Context(), "m", "key", value, slog.Group("inner", "key", value))
			texts[name+" in slog's "+kind] = log.String()
		}
	}
	for what, text := range texts {
		checkSilent(t, what, text)
	}
	for what, want := range map[string]string{
		"key %v": redacted, "key %+v": redacted, "key %#v": redacted, "key %s": redacted, "key %q": redacted,
		"key %x": redacted, "key %d": redacted,
		"pointer %v": redacted, "key as JSON": `"` + redacted + `"`, "slice %v": "[" + redacted + "]",
	} {
		if texts[what] != want {
			t.Errorf("%s: got %s, want %s", what, texts[what], want)
		}
	}
	for _, kind := range []string{"text", "JSON"} {
		if what := "key in slog's " + kind; strings.Count(texts[what], redacted) != 3 {
			t.Errorf("%s: got %s", what, texts[what])
		}
	}
}

func TestKey_redact(t *testing.T) {
	t.Parallel()
	key := parseKey(t, secret)
	for text, want := range map[string]string{
		"":                             "",
		"nothing to hide":              "nothing to hide",
		secret:                         redacted,
		"a" + secret + "b":             "a" + redacted + "b",
		secret + secret:                redacted + redacted,
		"Bearer " + secret + "\n":      "Bearer " + redacted + "\n",
		strings.ToUpper(secret):        strings.ToUpper(secret),
		secret[:len(secret)-1] + "---": secret[:len(secret)-1] + "---",
	} {
		if got := key.Redact(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestKey_echoedByTheServiceIsRedacted: whatever a server does with the key, no error and no log
// repeats it.
func TestKey_echoedByTheServiceIsRedacted(t *testing.T) {
	t.Parallel()
	handlers := map[string]http.HandlerFunc{
		"in the message":       reply(417, `{"code":"a.b","message":"the key `+secret+` is bad"}`),
		"in a list":            reply(417, `{"code":"a.b","message":["one","`+secret+`"]}`),
		"in an object":         reply(417, `{"code":"a.b","message":{"key":"`+secret+`"}}`),
		"escaped":              reply(417, `{"code":"a.b","message":"\u0074est_c4n4ry0123456789abcdef01234567"}`),
		"in the code":          reply(401, `{"code":"`+secret+`","message":"no"}`),
		"in the code, escaped": reply(401, `{"code":"\u0074est_c4n4ry0123456789abcdef01234567","message":"no"}`),
		"in another's JSON":    reply(500, `{"error":"`+secret+`"}`),
		"in the status line":   reply(599, ``),
		"in the content type": func(w http.ResponseWriter, r *http.Request) {
			answerOf(403, "text/"+secret, "<html>")(w, r)
		},
		"in the request id": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", secret)
			reply(417, `{"code":"a.b","message":"c"}`)(w, r)
		},
		"in a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example.com/?key="+secret, http.StatusFound)
		},
		"as the object":  reply(200, secret),
		"as the id":      reply(200, `{"id":{"key":"`+secret+`"}}`),
		"as the name":    reply(200, `{"id":"x1","name":["`+secret+`"]}`),
		"as a web page":  reply(200, `<html>`+secret),
		"as half a body": reply(200, `{"id":"`+secret),
	}
	// The description of a response that is not the API's is truncated after 120 bytes, wherever the
	// key is.
	for offset := range 121 {
		handlers[fmt.Sprint("in a page at ", offset)] = answerOf(502, "text/html", strings.Repeat(".", offset)+secret)
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			c := newClient(t, merchants.Config{
				Key: parseKey(t, secret), BaseURL: serve(t, handler).URL,
				Log: func(_ context.Context, e merchants.Exchange) { fmt.Fprintf(&log, "%+v %v\n", e, e.Err) },
			})
			_, getErr := c.UserProperties.Get(t.Context(), "x1")
			_, tokenErr := c.CreateUserAuthToken(t.Context(), "a@b.example")
			for _, err := range []error{getErr, tokenErr, last(c.Perks.List(t.Context())), c.Perks.Delete(t.Context(), "x1")} {
				if err == nil {
					continue
				}
				checkSilent(t, "the error", err.Error())
				apiError, ok := errors.AsType[*merchants.Error](err)
				if !ok {
					t.Fatalf("got %T", err)
				}
				checkSilent(t, "the error's value", fmt.Sprintf("%+v %#v %v", *apiError, *apiError, apiError.Err))
			}
			if getErr == nil {
				t.Error("no error")
			}
			checkSilent(t, "the log", log.String())
		})
	}
}
