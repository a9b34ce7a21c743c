package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestSlug calls the function as Terraform does.
func TestSlug(t *testing.T) {
	t.Parallel()
	server, ok := newPlugin(t).server.(tfprotov6.FunctionServer)
	if !ok {
		t.Fatal("the server has no functions")
	}
	for text, want := range map[string]string{
		"Summer hunt 2037":   "summer-hunt-2037",
		"Chasse d'été":       "chasse-d-ete",
		"ÉTÉ":                "ete",
		"  -- a  &  b --  ":  "a-b",
		"ﬁn ①":               "fin-1",
		"already-a-slug":     "already-a-slug",
		"snake_case.and/dot": "snake-case-and-dot",
		"夏":                  "",
		"":                   "",
	} {
		argument, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, text))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{
			Name: "slug", Arguments: []*tfprotov6.DynamicValue{&argument},
		})
		if err != nil || answer.Error != nil {
			t.Fatalf("%q: %v %v", text, err, answer.Error)
		}
		result, err := answer.Result.Unmarshal(tftypes.String)
		if err != nil {
			t.Fatal(err)
		}
		if !result.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("the slug of %q is %s, want %q", text, result, want)
		}
	}
}
