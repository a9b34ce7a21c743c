package contract

import (
	"encoding/json"
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
	// Demanded says that a request must have something that we do not know.
	Demanded Change = "demanded"
	// Mandatory says that a request must have a property that we may leave out.
	Mandatory Change = "mandatory"
	// Retyped says that a value has another type or another form.
	Retyped Change = "retyped"
	// Unreadable says that it has one that the client does not read.
	Unreadable Change = "unreadable"
	// Accepted says that something has another form, which the client accepts as well.
	Accepted Change = "accepted"
	// Reformatted says that a text has another format.
	Reformatted Change = "reformatted"
	// MayLack says that an answer may leave out a property, or have null, where we expect a value.
	MayLack Change = "may lack"
	// Narrower says that values are refused that we send, such as null.
	Narrower Change = "narrower"
	// Bounded says that values are refused that a user may set, such as long texts.
	Bounded Change = "bounded"
	// Wider says that there are more words than ours.
	Wider Change = "wider"
)

// Judgment is what a difference breaks, and what to change.
type Judgment struct {
	Harm        Harm
	Effect, Fix string
}

// File is the contract. Every fix has to be written down there too.
const File = "internal/merchants/openapi.yaml"

// Judge says what a difference breaks. It judges no [Rule]: the probe does, which knows them.
func (c *Contract) Judge(s Subject, change Change) Judgment {
	var j Judgment
	switch {
	case change == Accepted:
		j = Judgment{Harm: Harmless, Effect: "None: the provider accepts both."}
	case s.Kind == Errors:
		j = judgeError(s, change)
	case s.Part == Route:
		j = judgeRoute(s)
	case s.Part == Parameter || s.Part == Page:
		j = c.judgeList(s, change)
	case s.Part == Request:
		j = c.judgeRequest(s, change)
	case s.Part == Answer && s.Property == "":
		j = judgeOutline(s, change)
	case s.Part == Answer:
		j = c.judgeAnswer(s, change)
	case s.Part == Words && change == Wider:
		j = Judgment{Limits, "Another word shows as it is, cannot be configured, and stops what depends on it.", ""}
	case s.Part == Words:
		j = Judgment{Effect: "What is sent is refused, and what is answered is not understood."}
	}
	if j.Harm == "" {
		j.Harm = Breaks
	}
	j.Fix = fixOf(s)
	return j
}

func judgeError(s Subject, change Change) Judgment {
	switch {
	case s.Property == "code" && change != MayLack:
		return Judgment{Effect: "An object that is gone is not told from a failure, nor a conflict from a mistake."}
	case s.Property == "code":
		return Judgment{Limits, "An error without a code is not understood: an object may be gone and not be missed.", ""}
	case s.Property == "message":
		return Judgment{Limits, "Errors do not tell users what is wrong.", ""}
	case s.Word == "404":
		return Judgment{Effect: "An object that is gone is not noticed, and every plan fails."}
	default:
		return Judgment{Harmless, "None: the provider reads the code and not the status.", ""}
	}
}

func judgeRoute(s Subject) Judgment {
	switch {
	case s.Kind == "":
		return Judgment{Effect: "No request reaches the API."}
	case s.Operation == "":
		return Judgment{Effect: fmt.Sprintf("No %s can be read or written.", Thing(s.Kind))}
	case description(s.Kind).File == "":
		return Judgment{Effect: fmt.Sprintf("What needs %s does not work.", s.Operation)}
	default:
		return Judgment{Effect: fmt.Sprintf("The provider cannot %s a %s.", s.Operation, Thing(s.Kind))}
	}
}

// judgeList judges parameters and pages.
func (c *Contract) judgeList(s Subject, change Change) Judgment {
	var limit, filter, next, total string
	if k := c.Kind(s.Kind); k != nil {
		limit, _, filter = k.Parameters()
		next, total = k.PageNames()
	}
	switch {
	case s.Kind == "":
		return Judgment{Effect: "The service refuses every request."}
	case change == Demanded:
		return Judgment{Effect: fmt.Sprintf("The service refuses every request to %s a %s.", s.Operation, Thing(s.Kind))}
	case s.Part == Page && s.Property == total:
		return Judgment{Limits, "A list that ends too early is not noticed.", ""}
	case s.Part == Parameter && s.Property == limit && change == Narrower:
		return Judgment{Effect: "The service refuses every list: its pages are smaller than the provider asks for."}
	case s.Part == Parameter && s.Property == limit:
		return Judgment{Limits, "Pages have the size that the service chooses, which may cost requests.", ""}
	case s.Part == Parameter && filter != "" && s.Property == filter:
		return Judgment{Limits, "Lists and segments are read together, which may cost requests.", ""}
	case s.Part == Page && s.Property == next && change == MayLack:
		return Judgment{Effect: "A list whose last page is full cannot be read."}
	default:
		return Judgment{Effect: "Lists cannot be read, or not beyond their first page."}
	}
}

func (c *Contract) judgeRequest(s Subject, change Change) Judgment {
	switch {
	case change == MayLack:
		return Judgment{Harmless, "None: the provider sends it anyway.", ""}
	case change == Demanded:
		return Judgment{Effect: fmt.Sprintf("The service refuses every %s that has no such property.", s.Operation)}
	case change == Mandatory && s.Operation == "update":
		return Judgment{Effect: "The service refuses an update that does not change it: the provider sends only changes."}
	case change == Mandatory:
		return Judgment{Limits, "The service refuses what leaves it out, which a plan does not tell.", ""}
	case change == Bounded:
		return Judgment{Limits, "The service refuses values that a plan accepts.", ""}
	case (change == Missing || change == Renamed) && c.isFixed(s):
		return Judgment{Harmless, "None: it never changes, so no update sends it.", ""}
	case change == Narrower:
		return Judgment{Effect: "The service refuses values that the provider sends."}
	default:
		return Judgment{Effect: fmt.Sprintf("The service refuses or ignores what the provider sends of a %s.", Thing(s.Kind))}
	}
}

// isFixed reports whether an update cannot change a property.
func (c *Contract) isFixed(s Subject) bool {
	k := c.Kind(s.Kind)
	return k != nil && s.Operation == "update" && k.Update[s.Property].Immutable
}

// judgeOutline judges the status of an answer, and its body as a whole.
func judgeOutline(s Subject, change Change) Judgment {
	switch {
	case s.Operation == "":
		return Judgment{Effect: "No object can be read."}
	case s.Operation == "delete":
		return Judgment{Harmless, "None: the provider does not read the answer.", ""}
	case change == Missing && s.Operation == "create":
		return Judgment{Limits, "A created object is looked up by its key, which costs requests.", ""}
	case change == Missing:
		return Judgment{Limits, "The object is read again, which costs a request.", ""}
	case change == MayLack:
		return Judgment{Effect: fmt.Sprintf("After %s, attributes read as empty.", s.Operation)}
	case s.Operation == "read":
		return Judgment{Effect: fmt.Sprintf("No %s can be read.", Thing(s.Kind))}
	case s.Operation == "create":
		return Judgment{Effect: "A created object is not recognized, and is not in the state."}
	default:
		return Judgment{Effect: fmt.Sprintf("A %s cannot be read after %s.", Thing(s.Kind), s.Operation)}
	}
}

// judgeAnswer judges a property of an object.
func (c *Contract) judgeAnswer(s Subject, change Change) Judgment {
	noun := Thing(s.Kind)
	switch {
	case s.Property == "updatedAt":
		return Judgment{Harmless, "None: the provider does not use it.", ""}
	case s.Property == "createdAt":
		return Judgment{Limits, "If the answer to a create is lost, its object may not be found again.", ""}
	case change == Retyped && c.Reads(s, s.Property, 1):
		return Judgment{Harmless, "None: the client reads a number too.", ""}
	case change == Reformatted:
		return Judgment{Limits, "A plan may want to set it again, because it has another form.", ""}
	case change == Retyped || change == Unreadable || s.Property == "id":
		return Judgment{Effect: fmt.Sprintf("A %s cannot be read.", noun)}
	case s.Operation == "list":
		return Judgment{Limits, fmt.Sprintf("Every %s is read by its id, which costs a request each.", noun), ""}
	case change == MayLack && c.isNullable(s):
		return Judgment{Harmless, "None: to the provider it is the same as null.", ""}
	case change == MayLack:
		return Judgment{Limits, "The attribute reads as empty where the service leaves the property out.", ""}
	default:
		return Judgment{Effect: "The attribute reads as empty, and every plan wants to set it again."}
	}
}

// isNullable reports whether a property of an object may be null by the contract.
func (c *Contract) isNullable(s Subject) bool {
	k := c.Kind(s.Kind)
	return k != nil && k.Object[s.Property].Nullable
}

// Kind returns a kind by its noun, or nil.
func (c *Contract) Kind(noun string) *Kind {
	for _, k := range c.Kinds {
		if k.Noun == noun {
			return k
		}
	}
	return nil
}

// Reads reports whether the client reads an object that has a value at a path.
func (c *Contract) Reads(s Subject, path string, value any) bool {
	if s.Kind == Errors {
		return s.Property == "message" || path == "message" // The client shows a message of any form.
	}
	if s.Part == Page {
		_, scalar := value.(int)
		return scalar && path != c.Kinds[0].Rows
	}
	k := c.Kind(s.Kind)
	if k == nil || path == "createdAt" { // Only a look-up reads it, as a time.
		return false
	}
	holder := k.Object.holding("", strings.Split(path, "."), value)
	if object, isObject := holder.(map[string]any); isObject && object["id"] == nil {
		object["id"] = "1"
	}
	encoded, err := json.Marshal(holder)
	return err == nil && description(s.Kind).Read(encoded) == nil
}

// holding returns an object that holds nothing but a value at a path.
func (p Properties) holding(around string, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	at := strings.TrimPrefix(around+"."+path[0], ".")
	nested := p.holding(at, path[1:], value)
	if p[at].List && len(path) > 1 {
		nested = []any{nested}
	}
	name, word, _ := strings.Cut(path[0], ":")
	object := map[string]any{name: nested}
	if word != "" {
		object["type"] = word
	}
	return object
}

// description returns where the client models a kind.
func description(noun string) merchants.Description {
	for _, one := range merchants.Descriptions() {
		if one.Noun == noun {
			return one
		}
	}
	return merchants.Description{}
}

// fixOf says what to change in this repository.
func fixOf(s Subject) string {
	switch {
	case s.Kind == Errors:
		return fmt.Sprintf("readError and IsNotFound in internal/merchants/errors.go; the responses in %s", File)
	case s.Kind == "" && s.Part == Answer:
		return fmt.Sprintf("decodeObject in internal/merchants/objects.go; the responses in %s", File)
	case s.Kind == "":
		return fmt.Sprintf("exchange in internal/merchants/client.go; paths and securitySchemes in %s", File)
	}
	d := description(s.Kind)
	if d.File == "" {
		return fmt.Sprintf("internal/merchants/users.go; paths and schemas in %s", File)
	}
	file := "internal/merchants/" + d.File
	switch {
	case s.Part == Parameter && s.Property == "":
		return fmt.Sprintf("exchange in internal/merchants/client.go, for %s in %s; paths in %s", d.Variable, file,
			File)
	case s.Part == Answer && s.Property == "":
		return fmt.Sprintf("decodeObject in internal/merchants/objects.go, for %s in %s; the responses in %s", d.Variable,
			file, File)
	}
	switch s.Part {
	case Route:
		switch s.Operation {
		case "":
			return fmt.Sprintf("path of %s in %s; paths in %s", d.Variable, file, File)
		case "update":
			return fmt.Sprintf("update of %s in %s; paths in %s", d.Variable, file, File)
		case "list", "create", "read", "delete":
			return fmt.Sprintf("internal/merchants/collection.go; paths in %s", File)
		default:
			return fmt.Sprintf("Transition in internal/merchants/status.go; paths in %s", File)
		}
	case Parameter, Page:
		return fmt.Sprintf("pages of %s in %s, or pagesByCursor in pages.go for all kinds; parameters and pages in %s",
			d.Variable, file, File)
	case Words:
		return fmt.Sprintf("words of %s in %s; the schemas in %s", d.Variable, file, File)
	default:
		key := ""
		if s.Property != "" && slices.Contains(d.Keys, s.Property) {
			key = "reference or name and "
		}
		return fmt.Sprintf("the json tags of %s and its input, and %sattributes of %s, in %s; the schemas in %s", d.Type, key,
			d.Variable, file, File)
	}
}
