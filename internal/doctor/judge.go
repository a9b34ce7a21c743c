package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Change is how the service differs from an assumption.
type Change string

// The changes.
const (
	// Missing says that something does not exist: a route, a parameter, a property, a word.
	Missing Change = "missing"
	// Renamed says that it exists under another path, method, name or word.
	Renamed Change = "renamed"
	// Demanded says that a request must have a property that we do not send.
	Demanded Change = "demanded"
	// Retyped says that a value has another type or another form.
	Retyped Change = "retyped"
	// MayLack says that an answer may leave out a property, or have null, where we expect a value.
	MayLack Change = "may lack"
	// Narrower says that values are refused that we may send.
	Narrower Change = "narrower"
)

// judgment is what a difference breaks, and what to change.
type judgment struct {
	harm        Harm
	effect, fix string
}

// contractFile is where every fix has to be written down too.
const contractFile = "internal/merchants/openapi.yaml"

// judge says what a difference breaks. Rules are judged where they are tried.
func (c *contract) judge(s Subject, change Change) judgment {
	j := c.judgePart(s, change)
	if j.harm == "" {
		j.harm = Breaks
	}
	j.fix = fixOf(s)
	return j
}

func (c *contract) judgePart(s Subject, change Change) judgment {
	thing := strings.ReplaceAll(s.Kind, "-", " ")
	switch s.Part {
	case Route:
		if s.Operation == "" {
			return judgment{effect: fmt.Sprintf("No %s can be read or written.", thing)}
		}
		return judgment{effect: fmt.Sprintf("The provider cannot %s a %s.", s.Operation, thing)}
	case Parameter, Page:
		if s.Property == "total" {
			return judgment{harm: Limits, effect: "A list that ends too early is not noticed."}
		}
		return judgment{effect: "Lists cannot be read, or not beyond their first page."}
	case Request:
		switch change {
		case Demanded:
			return judgment{effect: fmt.Sprintf("The service refuses every %s.", s.Operation)}
		case MayLack:
			return judgment{harm: Harmless, effect: "None: the provider sends it anyway."}
		default:
			return judgment{effect: fmt.Sprintf("The service refuses or ignores what the provider sends of a %s.", thing)}
		}
	case Answer:
		return c.judgeAnswer(s, change, thing)
	case Words:
		return judgment{effect: "The word is not understood: it shows as it is, and what depends on it stops."}
	default:
		return judgment{effect: ""}
	}
}

// judgeAnswer judges what an answer has. The client accepts ids and names in more than one form.
func (c *contract) judgeAnswer(s Subject, change Change, thing string) judgment {
	switch {
	case s.Property == "" && s.Operation == "create":
		return judgment{harm: Limits, effect: "A created object is looked up by its key, which costs requests."}
	case s.Property == "" || slices.Contains([]string{"createdAt", "updatedAt"}, s.Property):
		return judgment{harm: Harmless, effect: "None: the provider does not use it."}
	case s.Property == "id" && change == Retyped:
		return judgment{harm: Harmless, effect: "None: an id may be a number."}
	case s.Operation == "list" && (change == Missing || change == MayLack):
		return judgment{harm: Limits, effect: fmt.Sprintf("Every %s is read by its id, which costs a request each.", thing)}
	case change == Missing || change == Renamed:
		return judgment{effect: "The attribute reads as empty, and every plan wants to set it again."}
	case change == MayLack:
		return judgment{harm: Limits, effect: "The attribute reads as empty where the service leaves the property out."}
	default:
		return judgment{effect: fmt.Sprintf("A %s cannot be read.", thing)}
	}
}

// fixOf says what to change in this repository.
func fixOf(s Subject) string {
	var d merchants.Description
	for _, one := range merchants.Descriptions() {
		if one.Noun == s.Kind {
			d = one
		}
	}
	if d.File == "" {
		return contractFile + ", and where internal/merchants uses it"
	}
	file := "internal/merchants/" + d.File
	switch s.Part {
	case Route:
		switch s.Operation {
		case "":
			return fmt.Sprintf("path of %s in %s; paths in %s", d.Variable, file, contractFile)
		case "update":
			return fmt.Sprintf("update of %s in %s; paths in %s", d.Variable, file, contractFile)
		case "list", "create", "read", "delete":
			return fmt.Sprintf("internal/merchants/collection.go; paths in %s", contractFile)
		default:
			return fmt.Sprintf("Transition in internal/merchants/status.go; paths in %s", contractFile)
		}
	case Parameter, Page:
		return fmt.Sprintf("pages of %s in %s (see pageForm in internal/merchants/pages.go); the schema of the page in %s",
			d.Variable, file, contractFile)
	case Words:
		return fmt.Sprintf("words of %s in %s; the schemas in %s", d.Variable, file, contractFile)
	default:
		return fmt.Sprintf("the json tags of %s and its input, and attributes of %s, in %s; the schemas in %s", d.Type,
			d.Variable, file, contractFile)
	}
}
