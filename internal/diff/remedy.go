package diff

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// A remedy is what to paste: a command, or HCL. It never holds an id or a secret.

// remedyAt is what to do about a difference at a place of an object.
func (s *side) remedyAt(class Class, o *portable.Object, change portable.Change) string {
	if class == Unclassed && s.root == nil {
		return line(change)
	}
	return s.remedyOfWhole(class, o, false)
}

// remedyOfWhole is what to do about an object, or about an object that is missing in this merchant.
func (s *side) remedyOfWhole(class Class, o *portable.Object, missing bool) string {
	switch {
	case class == Drift && !missing:
		return s.pull()
	case class == Drift || class == Waiting:
		return s.apply()
	case class == Unmanaged:
		return importBlock(o)
	default:
		return ""
	}
}

// apply applies the root.
func (s *side) apply() string {
	if directory := s.directory(); directory != "" {
		return s.keyed("terraform -chdir=" + directory + " apply")
	}
	return s.keyed("terraform apply")
}

// pull takes the edits of the merchant into the configuration.
func (s *side) pull() string {
	return s.keyed(strings.TrimSpace("terraform-provider-cohort pull --from " + string(s.merchant.Mode) + " " +
		s.directory()))
}

// directory is the root as a word of a command; "" if a file has its plan.
func (s *side) directory() string {
	if s.root == nil || s.root.Directory == "" {
		return ""
	}
	return shellWord(s.root.Directory)
}

// keyed adds the key of the merchant to a command, and where to run it if the command does not say.
func (s *side) keyed(command string) string {
	mode := string(s.merchant.Mode)
	if s.directory() == "" {
		command += "  # in the root of " + mode
	}
	return "COHORT_API_KEY=$COHORT_" + strings.ToUpper(mode) + "_API_KEY " + command
}

// shellWord quotes a path for a POSIX shell where that is needed.
func shellWord(text string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`).MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// importBlock adopts an object. One without a key can be named by its id only, which must not be
// written, so it needs a key first.
func importBlock(o *portable.Object) string {
	if !hasKey(o) {
		return "# Give it a " + o.Kind.Key + " in Cohort's admin first."
	}
	return fmt.Sprintf("import {\n  to = %s\n  id = %s\n}\n"+
		"# terraform plan -generate-config-out=FILE writes the resource.", address(o), literal(cty.StringVal(o.Key)))
}

// address is a resource address for an object.
func address(o *portable.Object) string {
	text := strings.ToLower(norm.NFKD.String(o.Key))
	label := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(text, "_"), "_")
	if label == "" || label[0] >= '0' && label[0] <= '9' {
		label = strings.TrimSuffix(o.Kind.Name+"_"+label, "_")
	}
	return "cohort_" + o.Kind.Name + "." + label
}

// literal is a value in HCL.
func literal(value cty.Value) string { return string(hclwrite.TokensForValue(value).Bytes()) }

// line is the line of HCL that gives the second merchant what the first one has.
func line(c portable.Change) string {
	last := c.Path[len(c.Path)-1].Name
	if last == statusName {
		last = "desired_status"
	}
	switch {
	case c.Moved || last == "" || !hclName.MatchString(last):
		return ""
	case c.From == nil:
		return "# Remove " + c.Path.String() + "."
	case c.From.Form == portable.Refers && c.From.Reference.Target != nil && hasKey(c.From.Reference.Target):
		return fmt.Sprintf("%s = %s.%s", last, address(c.From.Reference.Target), c.From.Reference.By)
	case c.From.Form == portable.Literal && !c.From.InJSON && !c.From.Has(portable.Unknown):
		return last + " = " + literal(c.From.Literal)
	default:
		return ""
	}
}

var hclName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
