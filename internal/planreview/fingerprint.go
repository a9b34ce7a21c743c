package planreview

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

const (
	// fingerprintPrefix begins a fingerprint, and names the way in which it is made.
	fingerprintPrefix = "cohort1:"
	// fingerprintSize is its length in bytes. Whoever edits the configuration can try many pairs of
	// plans, one to have approved and one to apply. With 20 bytes a pair takes 2^80 tries.
	fingerprintSize = 20
	// fingerprintRounds make a try cost milliseconds. A fingerprint is shown to everyone who may see
	// the plan, and there are values in it that the plan does not show.
	fingerprintRounds = 20_000
)

// ErrErrored says that a plan is not whole.
var ErrErrored = errors.New("planning failed, so the plan is incomplete and cannot be approved: look at what " +
	"terraform plan says")

// ErrUndetermined says that the JSON of a plan does not tell all its effects.
var ErrUndetermined = errors.New("the plan does not show everything that it does, so it has no fingerprint of its " +
	"own: name the directory of its configuration with --root, which the fingerprint then covers")

// Fingerprint is a digest of what a plan does. Plans with the same effects have the same
// fingerprint, and any others have another one: whatever the addresses of the objects, their order,
// their ids and the version of Terraform are, whether the plan was made with a key or from a
// snapshot, and with a refresh or without. The secrets of a merchant count in the form in which a
// snapshot holds them.
//
// The JSON of a plan does not show the expressions of values that are not known yet. If they decide
// on an effect, the configuration itself and its variables count; see [Plan.Cover].
func Fingerprint(plan *Plan) (string, error) {
	effects, err := effectsOf(plan)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(effects))
	digest, err := pbkdf2.Key(sha256.New, string(sum[:]), []byte(fingerprintPrefix), fingerprintRounds, fingerprintSize)
	if err != nil {
		return "", fmt.Errorf("the fingerprint cannot be computed: %w", err)
	}
	return fingerprintPrefix + hex.EncodeToString(digest), nil
}

// effectsOf is what a plan does, in the form in which only equal effects are equal.
func effectsOf(plan *Plan) (string, error) {
	switch {
	case plan.Errored:
		return "", ErrErrored
	case len(plan.Undetermined) > 0 && plan.configuration == "":
		return "", ErrUndetermined
	}
	effects := []any{string(plan.Mode)}
	var lines []string
	for _, resource := range plan.Resources {
		effect, err := effectOf(resource)
		if err != nil {
			return "", err
		}
		if effect != "" {
			lines = append(lines, effect)
		}
	}
	slices.Sort(lines)
	for _, line := range lines {
		effects = append(effects, line)
	}
	for _, call := range plan.Actions {
		effects = append(effects, []string{"action", call.text})
	}
	for _, changed := range plan.others {
		effects = append(effects, []string{"other", changed.text})
	}
	if len(plan.Undetermined) > 0 {
		effects = append(effects, []string{"configuration", plan.configuration, plan.variables})
	}
	return canonicalJSON(effects), nil
}

// effectOf is what the plan does to an object, or "" if that is nothing.
func effectOf(r *Resource) (string, error) {
	if r.Action == Keep && !r.Adopts {
		return "", nil
	}
	before, err := argumentsOf(r, r.Before)
	if err != nil {
		return "", err
	}
	after, err := argumentsOf(r, r.After)
	if err != nil {
		return "", err
	}
	changed := map[string][2]string{}
	for name, text := range before {
		if after[name] != text {
			changed[name] = [2]string{text, after[name]}
		}
	}
	for name, text := range after {
		if before[name] != text {
			changed[name] = [2]string{before[name], text}
		}
	}
	if r.Action == Update && !r.Adopts && len(changed) == 0 {
		return "", nil // Another order, which has no meaning, or what only the service decides.
	}
	which := "" // An object without a key is told by nothing else.
	if r.Key == "" {
		which = r.ID
	}
	return canonicalJSON([]any{r.Mode, r.Kind.Name, r.Key, which, r.Action, r.Adopts, changed}), nil
}

// argumentsOf are the texts of the arguments of an object, and its status.
func argumentsOf(r *Resource, object *portable.Object) (map[string]string, error) {
	texts := map[string]string{}
	if object == nil {
		return texts, nil
	}
	if object.Status != "" {
		texts["status"] = object.Status
	}
	for _, field := range object.Fields {
		w := writer{kind: r.Kind, key: keyOfSecrets(r)}
		value := w.value(field.Name, field.Value)
		if w.err != nil {
			return nil, fmt.Errorf("%s: %w", object, w.err)
		}
		if object == r.After && field.Value.Has(portable.Unknown) {
			value = []any{value, r.given[field.Name]}
		}
		texts[field.Name] = canonicalJSON(value)
	}
	return texts, nil
}

// writer writes the values of an object so that equal values have the same JSON.
type writer struct {
	kind portable.Kind
	// key is that of the digests of secrets.
	key string
	err error
}

// keyOfSecrets is the key with which a snapshot makes the digests of an object's secrets.
func keyOfSecrets(r *Resource) string {
	if r.Before != nil {
		return r.Before.Key
	}
	return r.Key
}

// value is a value with its form. at is the path of the attribute, without indices.
func (w *writer) value(at string, v portable.Value) any {
	switch v.Form {
	case portable.Nested:
		fields := map[string]any{}
		for _, field := range v.Fields {
			fields[field.Name] = w.value(at+"."+field.Name, field.Value)
		}
		return []any{"object", v.JSON, fields}
	case portable.List:
		var elements []string
		for _, element := range v.Elements {
			elements = append(elements, canonicalJSON(w.value(at, element)))
		}
		if v.Unordered {
			slices.Sort(elements)
		}
		return []any{"list", v.JSON, elements}
	case portable.Refers:
		return []any{"to", targetOf(v.Reference)}
	case portable.Unknown:
		return []any{"unknown"}
	case portable.Literal, portable.Secret:
		return w.literal(at, v)
	default:
		return nil
	}
}

func (w *writer) literal(at string, v portable.Value) any {
	if !v.Literal.IsWhollyKnown() {
		return []any{"unknown", v.JSON}
	}
	encoded, err := ctyjson.Marshal(v.Literal, v.Literal.Type())
	var text string
	if v.Form == portable.Secret && err == nil && json.Unmarshal(encoded, &text) == nil {
		text, err = w.kind.Digest(at, w.key, text)
		encoded = []byte(quoted(text))
	}
	if err != nil {
		w.err = err
		return nil
	}
	return []any{"value", v.JSON, json.RawMessage(encoded)}
}

// targetOf names the target of a reference. An id is used only where nothing else tells the target.
func targetOf(r portable.Reference) []string {
	target := r.Target
	switch {
	case r.By != "id" && target != nil:
		return []string{"key", strings.Join(r.Kinds, " "), target.Key}
	case r.By != "id":
		return []string{"key", strings.Join(r.Kinds, " "), strings.TrimSpace(r.Held)}
	case target == nil:
		return []string{"id", strings.Join(r.Kinds, " "), r.Held}
	case target.Key != "" && target.Archived():
		return []string{"archived", target.Kind.Name, target.Key}
	case target.Key != "":
		return []string{"object", target.Kind.Name, target.Key}
	case target.ID != "":
		return []string{"id", target.Kind.Name, target.ID}
	default:
		return []string{"new", target.Kind.Name, target.Content()}
	}
}
