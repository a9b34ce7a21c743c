package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// makeAll makes objects, each a collection, a body, and after the word then its transitions, such
// as publish. {1} stands for the id of the first object, and so on.
func (s service) makeAll(mode merchants.Mode, calls []string) {
	s.t.Helper()
	var made []string
	for _, call := range calls {
		collection, body, _ := strings.Cut(call, " ")
		body, transitions, _ := strings.Cut(body, " then ")
		for i, id := range made {
			body = strings.ReplaceAll(body, fmt.Sprintf("{%d}", i+1), id)
		}
		id := s.post(mode, collection, body)
		made = append(made, id)
		for transition := range strings.FieldsSeq(transitions) {
			s.post(mode, collection+"/"+id+"/"+transition, "")
		}
	}
}

func (s service) post(mode merchants.Mode, path, body string) (id string) {
	s.t.Helper()
	url := s.URL() + "/v1/" + path
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.key(mode))
	request.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	var object struct{ ID string }
	if err != nil || answer.StatusCode/100 != 2 || json.Unmarshal(content, &object) != nil {
		s.t.Fatalf("%s %s: %d %s", path, body, answer.StatusCode, content)
	}
	return object.ID
}

// TestExport_compares checks what a comparison makes of small merchants, by the plans that follow.
func TestExport_compares(t *testing.T) {
	t.Parallel()
	const (
		vip     = `cohorts {"type":"list","name":"VIP 2025"}`
		keyed   = `cohorts {"type":"list","name":"VIP 2025","referenceId":"vip-2025"}`
		another = `cohorts {"type":"list","name":"VIP 2025","referenceId":"very-important"}`
		gift    = `perks {"internalName":"Gift","title":{"en":"A"}}`
		gift2   = `perks {"internalName":"Gift (2)","title":{"en":"B"}}`
		giftB   = `perks {"internalName":"Gift","title":{"en":"B"}}`
		code    = `perks {"internalName":"p","title":{"en":"A"},"type":"code","typeConfig":{"code":"S3CRET-1"}}`
		link    = `perks {"internalName":"p","title":{"en":"A"},"type":"link","typeConfig":{"url":"https://x.example"}}`
		odd     = `perks {"internalName":"p","type":"x","typeConfig":{"for":0,"l":["a\nb\n"],"z_b":0,"z":{"b":0},"null":0}}`
		old     = `perks {"internalName":"old","title":{"en":"A"}} then publish archive`
		uses    = `campaigns {"internalName":"c","type":"airdrop","rewards":[{"type":"perk","rewardId":"{1}"}]}`
	)
	// supplied are the secrets that a person supplies to each root.
	supplied := map[string][2]string{
		"a secret in live alone": {"", "S3CRET-1"}, "a secret in both": {"S3CRET-1", "S3CRET-2"},
	}
	segment := func(name, of string) string {
		conditions := "null"
		if of != "" {
			conditions = `{"operator":"and","groups":[{"operator":"and","conditions":[{"type":"cohort","typeConfig":` +
				`{"cohortId":"` + of + `","operator":"is-in"}}]}]}`
		}
		return fmt.Sprintf(`cohorts {"type":"segment","name":%q,"referenceId":%[1]q,"conditions":%s}`, name, conditions)
	}
	for name, c := range map[string]struct {
		test, live []string
		// want are the plans of test and of live, and notes what must be noted.
		want  [2]string
		notes string
	}{
		"keyless in both": {
			[]string{vip},
			[]string{vip},
			[2]string{"1 to import, 0 to add, 1 to change", "1 to import, 0 to add, 1 to change"},
			"keyless",
		},
		"keyless in test, with the same key in live": {
			[]string{vip},
			[]string{keyed},
			[2]string{"1 to import, 0 to add, 1 to change", "1 to import, 0 to add, 0 to change"},
			"keyless",
		},
		"keyless in test, with another key in live": {
			[]string{vip},
			[]string{another},
			[2]string{"1 to import, 0 to add, 1 to change", "1 to import, 0 to add, 0 to change"},
			"keyless",
		},
		"keyless in live": {
			[]string{keyed},
			[]string{vip},
			[2]string{"1 to import, 0 to add, 0 to change", "1 to import, 0 to add, 1 to change"},
			"",
		},
		"two of a name, in other order": {
			[]string{gift, giftB},
			[]string{giftB, gift},
			[2]string{"2 to import, 0 to add, 1 to change", "2 to import, 0 to add, 1 to change"},
			"duplicate",
		},
		"two of a name, renamed in live": {
			[]string{gift, giftB},
			[]string{gift, gift2},
			[2]string{"2 to import, 0 to add, 1 to change", "2 to import, 0 to add, 0 to change"},
			"duplicate",
		},
		"two of a name in live, one like that of test": {
			[]string{gift},
			[]string{gift, giftB},
			[2]string{"1 to import, 0 to add, 0 to change", "1 to import, 0 to add, 0 to change"},
			"",
		},
		"a blank behind the key": {
			[]string{gift},
			[]string{`perks {"internalName":"Gift ","title":{"en":"A"}}`},
			[2]string{"1 to import, 0 to add, 0 to change", "1 to import, 0 to add, 1 to change"},
			"",
		},
		"a proposed name that an archived one has": {
			[]string{
				`perks {"internalName":"Gift (2)","title":{"en":"C"}} then publish archive`, gift, giftB,
				`campaigns {"internalName":"c","type":"airdrop","rewards":[{"type":"perk","rewardId":"{1}"}]}`,
			},
			nil,
			[2]string{"4 to import, 0 to add, 1 to change", "0 to import, 4 to add, 0 to change"},
			"duplicate archived",
		},
		"a circle through both": {
			[]string{segment("a", ""), segment("b", "{1}")},
			[]string{segment("b", ""), segment("a", "{1}")},
			[2]string{"2 to import, 0 to add, 0 to change", "2 to import, 0 to add, 0 to change"},
			"circular",
		},
		"an archived object that others use": {
			[]string{old, uses},
			[]string{old, uses},
			[2]string{"2 to import, 0 to add, 0 to change", "2 to import, 0 to add, 0 to change"},
			"archived",
		},
		"an archived object whose key another one has": {
			[]string{old, `perks {"internalName":"old"}`, uses},
			[]string{old, `perks {"internalName":"old"}`, uses},
			[2]string{"2 to import, 0 to add, 0 to change", "2 to import, 0 to add, 0 to change"},
			"unresolved over",
		},
		"a secret in live alone": {
			[]string{link},
			[]string{code},
			[2]string{"1 to import, 0 to add, 0 to change", "1 to import, 0 to add, 0 to change"},
			"secret",
		},
		"a secret in both": {
			[]string{code},
			[]string{strings.ReplaceAll(code, "-1", "-2")},
			[2]string{"1 to import, 0 to add, 0 to change", "1 to import, 0 to add, 0 to change"},
			"secret",
		},
		"only in live": {
			[]string{gift},
			[]string{gift, link},
			[2]string{"1 to import, 0 to add, 0 to change", "1 to import, 0 to add, 0 to change"},
			"elsewhere",
		},
		"settings with awkward names": {
			[]string{strings.ReplaceAll(odd, "0", "1")},
			[]string{strings.ReplaceAll(odd, "0", "2")},
			[2]string{"1 to import, 0 to add, 0 to change", "1 to import, 0 to add, 0 to change"},
			"",
		},
		"a reference to what only live has": {
			[]string{gift, uses},
			[]string{gift2, gift, uses},
			[2]string{"2 to import, 0 to add, 0 to change", "2 to import, 0 to add, 1 to change"},
			"undecided elsewhere",
		},
		"nothing in test": {nil, []string{gift}, [2]string{"0 to import, 0 to add, 0 to change", ""}, "elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.makeAll(test, c.test)
			s.makeAll(live, c.live)
			e := s.export(test, true, export.Options{})
			for i, mode := range []merchants.Mode{test, live} {
				if c.want[i] == "" {
					continue
				}
				if plan, _ := s.run(e, mode, false); !strings.HasPrefix(plan.String(), c.want[i]) {
					t.Errorf("the plan of %s is %s, want %s", mode, plan, c.want[i])
				}
				if got := e.Report.Plans[i].String(); !strings.HasPrefix(got, c.want[i]) {
					t.Errorf("the report says of %s: %s, want %s", mode, got, c.want[i])
				}
			}
			var notes []string
			for _, note := range e.Report.Todo {
				notes = append(notes, note.ID)
			}
			if got := strings.Join(notes, " "); got != c.notes {
				t.Errorf("the notes are %q, want %q", got, c.notes)
			}
			if want, secret := supplied[name]; secret {
				for i, mode := range []merchants.Mode{test, live} {
					got, asked := e.Variables(mode)["perk_p_code_value"]
					if got != want[i] || asked != (want[i] != "") {
						t.Errorf("a person supplies %q to %s (%t), want %q", got, mode, asked, want[i])
					}
				}
			}
			for name, content := range e.Files {
				if bytes.Contains(content, []byte("S3CRET")) {
					t.Errorf("%s has a secret in it", name)
				}
			}
		})
	}
}

// TestExport_ambiguous checks that a counterpart which cannot be told is noted, and not guessed.
func TestExport_ambiguous(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ test, live []string }{
		"two of the name in live, both other": {
			[]string{`perks {"internalName":"Cup","title":{"en":"A"}}`},
			[]string{`perks {"internalName":"Cup","title":{"en":"B"}}`, `perks {"internalName":"Cup","title":{"en":"C"}}`},
		},
		"a list and a segment of one key": {
			[]string{`cohorts {"type":"list","name":"L","referenceId":"both"}`},
			[]string{`cohorts {"type":"segment","name":"S","referenceId":"both"}`},
		},
		"two keyless lists, one in live": {
			[]string{`cohorts {"type":"list","name":"K"}`, `cohorts {"type":"list","name":"K"}`},
			[]string{`cohorts {"type":"list","name":"K"}`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.makeAll(test, c.test)
			s.makeAll(live, c.live)
			e := s.export(test, true, export.Options{})
			if got := noted(e, "ambiguous"); got != len(c.test) {
				t.Errorf("%d of %d are noted", got, len(c.test))
			}
		})
	}
}

// TestExport_comparesSelection checks that what is only looked up is the same in both merchants if
// it has the same key, and that one of the two which lacks it is named.
func TestExport_comparesSelection(t *testing.T) {
	t.Parallel()
	const gift = `perks {"internalName":"Gift","title":{"en":"A"}}`
	const uses = `campaigns {"internalName":"c","type":"airdrop","rewards":[{"type":"perk","rewardId":"{1}"}]}`
	for name, c := range map[string]struct {
		live []string
		want string
	}{
		"in both": {[]string{gift, uses}, `[{looked-up perk:Gift }]`},
		"in test": {nil, `[{looked-up perk:Gift not in live}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.makeAll(test, []string{gift, uses})
			s.makeAll(live, c.live)
			e := s.export(test, true, export.Options{Only: []string{"campaign"}})
			type line struct{ id, object, text string }
			var notes []line
			for _, note := range e.Report.Todo {
				for _, item := range note.Items {
					notes = append(notes, line{note.ID, item.Object, item.Text})
				}
			}
			if got := fmt.Sprint(notes); got != c.want {
				t.Errorf("the notes are %s, want %s", got, c.want)
			}
		})
	}
}

// TestExport_variableNames checks that the name of a variable depends on its own place alone:
// adding a place that would have the same name changes both.
func TestExport_variableNames(t *testing.T) {
	t.Parallel()
	names := func(settings string) []string {
		s := newService(t)
		for mode, value := range map[merchants.Mode]string{test: "1", live: "2"} {
			s.post(mode, "perks", `{"internalName":"p","title":{"en":"A"},"type":"x","typeConfig":`+
				strings.ReplaceAll(settings, "N", value)+`}`)
		}
		return s.export(test, true, export.Options{}).Report.Variables
	}
	if got, want := names(`{"a_b":N}`), []string{"perk_p_custom_settings_a_b"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if all := names(`{"a_b":N,"a":{"b":N},"A":{"b":N}}`); len(slices.Compact(all)) != 3 {
		t.Errorf("two places share a variable: %v", all)
	}
	two, three := names(`{"a_b":N,"a":{"b":N}}`), names(`{"a_b":N,"a":{"b":N},"A":{"b":N}}`)
	isNew := func(name string) bool { return !slices.Contains(three, name) }
	if len(two) != 2 || len(three) != 3 || slices.ContainsFunc(two, isNew) {
		t.Errorf("%v and %v", two, three)
	}
}

// TestExport_empty checks that an empty merchant gives a configuration without anything unused.
func TestExport_empty(t *testing.T) {
	t.Parallel()
	s := newService(t)
	e := s.export(test, false, export.Options{})
	for name, content := range e.Files {
		if bytes.Contains(content, []byte(`data "cohort_inventory"`)) {
			t.Errorf("%s looks into a merchant for nothing", name)
		}
	}
}
