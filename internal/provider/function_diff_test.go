package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// compared is a merchant without objects, as the data source cohort_snapshot has it.
func compared(mode string) string {
	return fmt.Sprintf(`{"cohortSnapshot":1,"mode":%q,"objects":{"badges":[],"campaigns":[],"cohorts":[],`+
		`"digital-assets":[],"perks":[],"user-properties":[]}}`, mode)
}

// TestDiff_arguments calls the function without a configuration, with good and with bad texts. An
// error stands at the argument.
func TestDiff_arguments(t *testing.T) {
	t.Parallel()
	compare := func(_ context.Context, from, to *provider.Reader) ([]string, error) {
		if from.Mode() == to.Mode() {
			return nil, nil
		}
		return []string{string(from.Mode()), string(to.Mode())}, nil
	}
	server := provider.NewServer("test", provider.WithComparison(compare))()
	timed := func(at string) string { return strings.TrimSuffix(compared("test"), "}") + `,"takenAt":"` + at + `"}` }
	old := strings.Replace(compared("test"), `"badges":[],`, "", 1)
	for name, c := range map[string]struct {
		from, to string
		argument int64
		want     string
	}{
		"test and live":     {compared("test"), compared("live"), -1, "test live"},
		"with a time":       {compared("test"), timed("2030-01-01T00:00:00Z"), -1, ""},
		"nothing":           {"", compared("live"), 0, "This text is empty or cut off: make it again. Give the attribute"},
		"no JSON":           {compared("test"), "live.json", 1, "This text is not a snapshot: make one with the command"},
		"another JSON":      {compared("test"), `{"serial": 3}`, 1, "This text is not a snapshot"},
		"a merchant of old": {old, compared("live"), 0, "This text has no badges"},
		"no merchant":       {compared("prod"), compared("live"), 0, `This text is damaged: its mode is "prod"`},
		"no time":           {timed("today"), compared("live"), 0, "takenAt is not a time"},
	} {
		arguments := make([]*tfprotov6.DynamicValue, 2)
		for i, text := range []string{c.from, c.to} {
			value, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, text))
			if err != nil {
				t.Fatal(err)
			}
			arguments[i] = &value
		}
		answer, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: "diff", Arguments: arguments})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.argument < 0 && answer.Error != nil:
			t.Errorf("%s: %s", name, answer.Error.Text)
		case c.argument < 0:
			if got := strings.Join(lines(t, answer.Result), " "); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		case answer.Error == nil || answer.Error.FunctionArgument == nil ||
			*answer.Error.FunctionArgument != c.argument || !strings.Contains(answer.Error.Text, c.want):
			t.Errorf("%s: the error is %+v, want %q at argument %d", name, answer.Error, c.want, c.argument)
		}
	}
}

// lines are the texts of a list.
func lines(t *testing.T, list *tfprotov6.DynamicValue) []string {
	t.Helper()
	value, err := list.Unmarshal(tftypes.List{ElementType: tftypes.String})
	if err != nil {
		t.Fatal(err)
	}
	var elements []tftypes.Value
	if err := value.As(&elements); err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(elements))
	for i, element := range elements {
		if err := element.As(&texts[i]); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

// TestDiff_terraform runs the example with Terraform: its check warns as long as the merchants
// differ, with no id and no secret, and sends nothing but GET.
func TestDiff_terraform(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	const perk = `{"internalName":"welcome","title":{"en":"Ten %s"},"type":"code","typeConfig":{"code":"%s"}}`
	ids := []string{
		w.postWith(t, w.TestKey(), "/v1/perks", fmt.Sprintf(perk, "off", "SUMMIT")),
		w.postWith(t, w.LiveKey(), "/v1/perks", fmt.Sprintf(perk, "percent off", "SECRET2")),
	}
	example, err := os.ReadFile(filepath.Join(examples, "functions", "diff", "function.tf"))
	if err != nil {
		t.Fatal(err)
	}
	c := terraformRoot(t, string(example), "COHORT_API_URL="+w.URL(), "TF_VAR_test_key="+w.TestKey(),
		"TF_VAR_live_key="+w.LiveKey())
	output := strings.Join(strings.Fields(strings.NewReplacer("│", "", "╷", "", "╵", "").Replace(c.must("plan"))), " ")
	for _, want := range []string{
		"Warning: Check block assertion failed",
		`perk:welcome: title.en: "Ten off" → "Ten percent off" perk:welcome: code.value: (secret) → (another secret)`,
	} {
		if !strings.Contains(output, want) {
			t.Errorf("the plan does not say %q:\n%s", want, output)
		}
	}
	for _, hidden := range append(ids, "SUMMIT", "SECRET2", w.TestKey(), w.LiveKey()) {
		if strings.Contains(output, hidden) {
			t.Errorf("the plan shows %s", hidden)
		}
	}
	if err := w.PatchObject(ids[1], map[string]any{
		"title": map[string]any{"en": "Ten off"}, "typeConfig": map[string]any{"code": "SUMMIT"},
	}); err != nil {
		t.Fatal(err)
	}
	if output := c.must("plan"); strings.Contains(output, "Warning") {
		t.Errorf("the merchants are equal, and the plan says\n%s", output)
	}
	if stats := w.Stats(); stats.ByMethod["GET"]+stats.ByMethod["POST"] != stats.Requests || stats.ByMethod["POST"] != 2 {
		t.Errorf("sent %v", stats.ByMethod)
	}
}
