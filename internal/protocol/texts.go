package protocol

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// textLimit is the size in bytes above which the text of a diagnostic is cut.
const textLimit = 64 << 10

// What a pipeline obeys: GitHub Actions a line that begins with ::, and others, such as Azure Pipelines and TeamCity, ##name[ anywhere. Terraform
// breaks lines at blanks, so that any word may begin one.
var (
	commandLines = regexp.MustCompile(`(^|[\s\pZ])::`)
	commandParts = regexp.MustCompile(`##(\w*\[)`)
)

// safeText returns a text of one or more lines as it may be shown in a terminal and stand in the log of a pipeline, whatever the service, a key or
// a name has put into it.
func safeText(text string) string {
	if len(text) > textLimit {
		text = strings.ToValidUTF8(text[:textLimit], "") + "…"
	}
	text = strings.Map(func(r rune) rune {
		if r != '\n' && merchants.IsSteering(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return commandParts.ReplaceAllString(commandLines.ReplaceAllString(text, "$1: :"), "# #$1")
}

// makeSafe makes the diagnostics of an answer safe to show. All answers have a field of that name but the stream of a query, whose results do.
func makeSafe(response any) {
	field := reflect.ValueOf(response).Elem().FieldByName("Diagnostics")
	if !field.IsValid() {
		return
	}
	diagnostics, _ := reflect.TypeAssert[[]*tfprotov6.Diagnostic](field)
	for _, d := range diagnostics {
		d.Summary, d.Detail = safeText(d.Summary), safeText(d.Detail)
	}
}

// notWhole is what the framework says of a number that does not fit where a whole one belongs; it calls that an error of the provider.
var notWhole = regexp.MustCompile(`\*big\.Float=([^)]+)\) (?:is not an integer|cannot be represented as a 64-bit integer)`)

// missing is what the framework calls it when a required attribute is null.
const missing = "Missing Configuration for Required Attribute"

// inOurWords says in plain words, once, what the user wrote wrong and the framework takes for an error of the provider.
func inOurWords(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var plain []*tfprotov6.Diagnostic
	for _, d := range diagnostics {
		if number := notWhole.FindStringSubmatch(d.Detail); number != nil {
			d = &tfprotov6.Diagnostic{
				Severity: d.Severity, Attribute: d.Attribute, Summary: "Not a whole number",
				Detail: number[1] + " stands where only a whole number fits, of at most 9223372036854775807.",
			}
			if slices.ContainsFunc(plain, func(said *tfprotov6.Diagnostic) bool {
				return said.Detail == d.Detail && said.Attribute.Equal(d.Attribute)
			}) {
				continue
			}
		}
		if isMissing(d) {
			d = &tfprotov6.Diagnostic{Severity: d.Severity, Attribute: d.Attribute, Summary: d.Summary, Detail: "This attribute is required: it needs a value that is not null."}
		}
		plain = append(plain, located(d))
	}
	return plain
}

// located puts the path of a nested attribute into the text, because Terraform shows no more than the line of the resource.
func located(d *tfprotov6.Diagnostic) *tfprotov6.Diagnostic {
	at := AttributeText(d.Attribute)
	if !strings.ContainsAny(at, ".[") || strings.Contains(d.Summary, at) || strings.Contains(d.Detail, at) {
		return d
	}
	return &tfprotov6.Diagnostic{Severity: d.Severity, Attribute: d.Attribute, Summary: d.Summary, Detail: at + ": " + d.Detail}
}

// AttributeText writes a path as it stands in HCL, such as rewards[0].perk_id.
func AttributeText(at *tftypes.AttributePath) string {
	var text strings.Builder
	for _, step := range at.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&text, "[%d]", int64(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&text, "[%q]", string(step))
		}
	}
	return text.String()
}
