package doctor

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

// judgment is what a difference breaks, and what to change.
type judgment struct {
	harm        Harm
	effect, fix string
}

// contractFile is where every fix has to be written down too.
const contractFile = "internal/merchants/openapi.yaml"

// judge says what a difference breaks. Rules are judged where they are tried.
func (c *contract) judge(s Subject, change Change) judgment {
	var j judgment
	switch {
	case change == Accepted:
		j = judgment{harm: Harmless, effect: "None: the provider accepts both."}
	case s.Kind == ofErrors:
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
		j = judgment{Limits, "Another word shows as it is, cannot be configured, and stops what depends on it.", ""}
	case s.Part == Words:
		j = judgment{effect: "What is sent is refused, and what is answered is not understood."}
	}
	if j.harm == "" {
		j.harm = Breaks
	}
	j.fix = fixOf(s)
	return j
}

func judgeError(s Subject, change Change) judgment {
	switch {
	case s.Property == "code" && change != MayLack:
		return judgment{effect: "An object that is gone is not told from a failure, nor a conflict from a mistake."}
	case s.Property == "code":
		return judgment{Limits, "An error without a code is not understood: an object may be gone and not be missed.", ""}
	case s.Property == "message":
		return judgment{Limits, "Errors do not tell users what is wrong.", ""}
	case s.Word == "404":
		return judgment{effect: "An object that is gone is not noticed, and every plan fails."}
	default:
		return judgment{Harmless, "None: the provider reads the code and not the status.", ""}
	}
}

func judgeRoute(s Subject) judgment {
	switch {
	case s.Kind == "":
		return judgment{effect: "No request reaches the API."}
	case s.Operation == "":
		return judgment{effect: fmt.Sprintf("No %s can be read or written.", thing(s.Kind))}
	case description(s.Kind).File == "":
		return judgment{effect: fmt.Sprintf("What needs %s does not work.", s.Operation)}
	default:
		return judgment{effect: fmt.Sprintf("The provider cannot %s a %s.", s.Operation, thing(s.Kind))}
	}
}

// judgeList judges parameters and pages.
func (c *contract) judgeList(s Subject, change Change) judgment {
	var limit, filter, next, total string
	if k := c.kind(s.Kind); k != nil {
		limit, _, filter = k.parameters()
		next, total = k.pageNames()
	}
	switch {
	case s.Kind == "":
		return judgment{effect: "The service refuses every request."}
	case change == Demanded:
		return judgment{effect: fmt.Sprintf("The service refuses every request to %s a %s.", s.Operation, thing(s.Kind))}
	case s.Part == Page && s.Property == total:
		return judgment{Limits, "A list that ends too early is not noticed.", ""}
	case s.Part == Parameter && s.Property == limit && change == Narrower:
		return judgment{effect: "The service refuses every list: its pages are smaller than the provider asks for."}
	case s.Part == Parameter && s.Property == limit:
		return judgment{Limits, "Pages have the size that the service chooses, which may cost requests.", ""}
	case s.Part == Parameter && filter != "" && s.Property == filter:
		return judgment{Limits, "Lists and segments are read together, which may cost requests.", ""}
	case s.Part == Page && s.Property == next && change == MayLack:
		return judgment{effect: "A list whose last page is full cannot be read."}
	default:
		return judgment{effect: "Lists cannot be read, or not beyond their first page."}
	}
}

func (c *contract) judgeRequest(s Subject, change Change) judgment {
	switch {
	case change == MayLack:
		return judgment{Harmless, "None: the provider sends it anyway.", ""}
	case change == Demanded:
		return judgment{effect: fmt.Sprintf("The service refuses every %s that has no such property.", s.Operation)}
	case change == Mandatory && s.Operation == "update":
		return judgment{effect: "The service refuses an update that does not change it: the provider sends only changes."}
	case change == Mandatory:
		return judgment{Limits, "The service refuses what leaves it out, which a plan does not tell.", ""}
	case change == Bounded:
		return judgment{Limits, "The service refuses values that a plan accepts.", ""}
	case (change == Missing || change == Renamed) && c.isFixed(s):
		return judgment{Harmless, "None: it never changes, so no update sends it.", ""}
	case change == Narrower:
		return judgment{effect: "The service refuses values that the provider sends."}
	default:
		return judgment{effect: fmt.Sprintf("The service refuses or ignores what the provider sends of a %s.", thing(s.Kind))}
	}
}

// isFixed reports whether an update cannot change a property.
func (c *contract) isFixed(s Subject) bool {
	k := c.kind(s.Kind)
	return k != nil && s.Operation == "update" && k.update[s.Property].immutable
}

// judgeOutline judges the status of an answer, and its body as a whole.
func judgeOutline(s Subject, change Change) judgment {
	switch {
	case s.Operation == "":
		return judgment{effect: "No object can be read."}
	case s.Operation == "delete":
		return judgment{Harmless, "None: the provider does not read the answer.", ""}
	case change == Missing && s.Operation == "create":
		return judgment{Limits, "A created object is looked up by its key, which costs requests.", ""}
	case change == Missing:
		return judgment{Limits, "The object is read again, which costs a request.", ""}
	case change == MayLack:
		return judgment{effect: fmt.Sprintf("After %s, attributes read as empty.", s.Operation)}
	case s.Operation == "read":
		return judgment{effect: fmt.Sprintf("No %s can be read.", thing(s.Kind))}
	case s.Operation == "create":
		return judgment{effect: "A created object is not recognized, and is not in the state."}
	default:
		return judgment{effect: fmt.Sprintf("A %s cannot be read after %s.", thing(s.Kind), s.Operation)}
	}
}

// judgeAnswer judges a property of an object.
func (c *contract) judgeAnswer(s Subject, change Change) judgment {
	noun := thing(s.Kind)
	switch {
	case s.Property == "updatedAt":
		return judgment{Harmless, "None: the provider does not use it.", ""}
	case s.Property == "createdAt":
		return judgment{Limits, "If the answer to a create is lost, its object may not be found again.", ""}
	case change == Retyped && c.reads(s, s.Property, 1):
		return judgment{Harmless, "None: the client reads a number too.", ""}
	case change == Reformatted:
		return judgment{Limits, "A plan may want to set it again, because it has another form.", ""}
	case change == Retyped || change == Unreadable || s.Property == "id":
		return judgment{effect: fmt.Sprintf("A %s cannot be read.", noun)}
	case s.Operation == "list":
		return judgment{Limits, fmt.Sprintf("Every %s is read by its id, which costs a request each.", noun), ""}
	case change == MayLack && c.isNullable(s):
		return judgment{Harmless, "None: to the provider it is the same as null.", ""}
	case change == MayLack:
		return judgment{Limits, "The attribute reads as empty where the service leaves the property out.", ""}
	default:
		return judgment{effect: "The attribute reads as empty, and every plan wants to set it again."}
	}
}

// isNullable reports whether a property of an object may be null by the contract.
func (c *contract) isNullable(s Subject) bool {
	k := c.kind(s.Kind)
	return k != nil && k.object[s.Property].nullable
}

// kind returns a kind by its noun, or nil.
func (c *contract) kind(noun string) *kind {
	for _, k := range c.kinds {
		if k.noun == noun {
			return k
		}
	}
	return nil
}

// reads reports whether the client reads an object that has a value at a path.
func (c *contract) reads(s Subject, path string, value any) bool {
	if s.Kind == ofErrors {
		return s.Property == "message" || path == "message" // The client shows a message of any form.
	}
	if s.Part == Page {
		_, scalar := value.(int)
		return scalar && path != c.kinds[0].rows
	}
	k := c.kind(s.Kind)
	if k == nil || path == "createdAt" { // Only a look-up reads it, as a time.
		return false
	}
	holder := k.object.holding("", strings.Split(path, "."), value)
	if object, isObject := holder.(map[string]any); isObject && object["id"] == nil {
		object["id"] = "1"
	}
	encoded, err := json.Marshal(holder)
	return err == nil && description(s.Kind).Read(encoded) == nil
}

// holding returns an object that holds nothing but a value at a path.
func (p properties) holding(around string, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	at := strings.TrimPrefix(around+"."+path[0], ".")
	nested := p.holding(at, path[1:], value)
	if p[at].list && len(path) > 1 {
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
	case s.Kind == ofErrors:
		return fmt.Sprintf("readError and IsNotFound in internal/merchants/errors.go; the responses in %s", contractFile)
	case s.Kind == "" && s.Part == Answer:
		return fmt.Sprintf("decodeObject in internal/merchants/objects.go; the responses in %s", contractFile)
	case s.Kind == "":
		return fmt.Sprintf("exchange in internal/merchants/client.go; paths and securitySchemes in %s", contractFile)
	}
	d := description(s.Kind)
	if d.File == "" {
		return fmt.Sprintf("internal/merchants/users.go; paths and schemas in %s", contractFile)
	}
	file := "internal/merchants/" + d.File
	switch {
	case s.Part == Parameter && s.Property == "":
		return fmt.Sprintf("exchange in internal/merchants/client.go, for %s in %s; paths in %s", d.Variable, file,
			contractFile)
	case s.Part == Answer && s.Property == "":
		return fmt.Sprintf("decodeObject in internal/merchants/objects.go, for %s in %s; the responses in %s", d.Variable,
			file, contractFile)
	}
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
		return fmt.Sprintf("pages of %s in %s, or pagesByCursor in pages.go for all kinds; parameters and pages in %s",
			d.Variable, file, contractFile)
	case Words:
		return fmt.Sprintf("words of %s in %s; the schemas in %s", d.Variable, file, contractFile)
	default:
		key := ""
		if s.Property != "" && slices.Contains(d.Keys, s.Property) {
			key = "reference or name and "
		}
		return fmt.Sprintf("the json tags of %s and its input, and %sattributes of %s, in %s; the schemas in %s", d.Type, key,
			d.Variable, file, contractFile)
	}
}
