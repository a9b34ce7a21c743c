package merchants

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// Types of a cohort; they cannot change (inferred from the documentation). The wire values are
// assumed.
const (
	CohortList    = "list"
	CohortSegment = "segment"
)

// Operators that join conditions or groups (assumed).
const (
	OperatorAnd = "and"
	OperatorOr  = "or"
)

// Cohort is an audience: a list, whose members are chosen, or a segment, whose members meet
// conditions. The service has one kind for both (inferred from its webhooks; documented as lists
// and segments: https://docs.getcohort.com/users/lists-and-segments).
type Cohort struct {
	ID ID `json:"id"`
	// Type is CohortList or CohortSegment.
	Type string `json:"type"`
	Name Name   `json:"name"`
	// ReferenceID is the merchant's own key, unique among lists and segments when set (uniqueness
	// assumed).
	ReferenceID *string `json:"referenceId"`
	// Conditions is nil for a list, and for a segment without conditions.
	Conditions *Conditions `json:"conditions"`
	Raw
}

// Conditions are groups of conditions (documented as groups; the shape is assumed).
type Conditions struct {
	// Operator joins the groups: OperatorAnd or OperatorOr.
	Operator string           `json:"operator"`
	Groups   []ConditionGroup `json:"groups"`
}

// ConditionGroup is a group of conditions.
type ConditionGroup struct {
	// Operator joins the conditions: OperatorAnd or OperatorOr.
	Operator   string      `json:"operator"`
	Conditions []Condition `json:"conditions"`
}

// Condition is one of three kinds, or unknown. Exactly one pointer is set, or Unknown is true.
type Condition struct {
	UserProperty *UserPropertyCondition
	Event        *EventCondition
	Cohort       *CohortCondition
	// Unknown means that the type, or the operator of a closed catalogue, is not known. An update
	// keeps such a condition as it is held; see [Collection.Update].
	Unknown bool
	// Partial means that it is unknown because a property that would show what it is is missing.
	Partial bool
}

// UserPropertyCondition compares a property of the user.
type UserPropertyCondition struct {
	// Property is email, firstName, lastName, lang or the reference id of a custom property.
	Property string `json:"property"`
	// Operator comes from an open catalogue.
	Operator string `json:"operator"`
	// Value is nil for operators without one.
	Value *Scalar `json:"value"`
}

// EventCondition asks whether the user did something.
type EventCondition struct {
	Event string `json:"event"`
	// Operator is has-done or has-not-done.
	Operator string `json:"operator"`
	// WithinDays limits how many days ago it was; nil means ever.
	WithinDays *int64 `json:"withinDays"`
}

// CohortCondition asks whether the user is in another list or segment.
type CohortCondition struct {
	CohortID ID `json:"cohortId"`
	// Operator is is-in or is-not-in.
	Operator string `json:"operator"`
}

// Operators of conditions with a closed catalogue (assumed).
const (
	EventHasDone     = "has-done"
	EventHasNotDone  = "has-not-done"
	CohortIsIn       = "is-in"
	CohortIsNotIn    = "is-not-in"
	conditionOfUser  = "user-property"
	conditionOfEvent = "event"
	conditionOfGroup = "cohort"
)

// ScalarText is text that a response may also carry as a number or a boolean.
type ScalarText string

// UnmarshalJSON accepts any scalar.
func (t *ScalarText) UnmarshalJSON(data []byte) error {
	text, err := scalar(data)
	if err != nil {
		return fmt.Errorf("value: %w", err)
	}
	*t = ScalarText(text)
	return nil
}

// Scalar is a value that is sent as text. The service may hold it as a number, a boolean or
// something else.
type Scalar struct {
	// Text is the value as text. A list or an object is its JSON, with sorted names.
	Text string
	// Number says that the service holds a number.
	Number bool
}

// Is reports whether a text says the same: it is the same text, or the same number.
func (s Scalar) Is(text string) bool {
	return s.Text == text || s.Number && SameJSON([]byte(s.Text), []byte(text))
}

// MarshalJSON encodes the text.
func (s Scalar) MarshalJSON() ([]byte, error) { return json.Marshal(s.Text) }

// UnmarshalJSON accepts any value.
func (s *Scalar) UnmarshalJSON(data []byte) error {
	value, err := decodeValue(data)
	if err != nil {
		return err
	}
	*s = Scalar{}
	switch value := value.(type) {
	case string:
		s.Text = value
	case json.Number:
		s.Text, s.Number = value.String(), true
	default:
		text, err := canonical(value)
		if err != nil {
			return err
		}
		s.Text = string(text)
	}
	return nil
}

// MarshalJSON encodes the condition as type and typeConfig, and an unknown one as an empty object.
// A partial one is never sent; its properties show that its row is not whole.
func (c Condition) MarshalJSON() ([]byte, error) {
	switch {
	case c.Partial:
		return newVariant("", map[string]string{"operator": ""})
	case c.UserProperty != nil:
		return newVariant(conditionOfUser, c.UserProperty)
	case c.Event != nil:
		return newVariant(conditionOfEvent, c.Event)
	case c.Cohort != nil:
		return newVariant(conditionOfGroup, c.Cohort)
	case c.Unknown:
		return []byte("{}"), nil
	default:
		return nil, fmt.Errorf("a condition without a kind")
	}
}

// UnmarshalJSON decodes type and typeConfig.
func (c *Condition) UnmarshalJSON(data []byte) error {
	var v variant
	if err := unmarshal(data, &v); err != nil {
		return err
	}
	*c = Condition{}
	partial := v.Type == "" || len(v.TypeConfig) == 0
	switch v.Type {
	case conditionOfUser:
		c.UserProperty = new(UserPropertyCondition)
		return v.settings(c.UserProperty)
	case conditionOfEvent:
		var event EventCondition
		if err := v.settings(&event); err != nil {
			return err
		}
		if event.Operator == EventHasDone || event.Operator == EventHasNotDone {
			c.Event = &event
		}
		partial = partial || event.Operator == ""
	case conditionOfGroup:
		var cohort CohortCondition
		if err := v.settings(&cohort); err != nil {
			return err
		}
		if cohort.Operator == CohortIsIn || cohort.Operator == CohortIsNotIn {
			c.Cohort = &cohort
		}
		partial = partial || cohort.Operator == ""
	}
	c.Unknown = *c == Condition{}
	c.Partial = c.Unknown && partial
	return nil
}

// Shapes of the conditions of a segment. Groups have no id. So a group continues the held group
// with the same conditions, else one that shares a condition, else the one at the same position.
var (
	conditionsShape = &shape{nested: map[string]*shape{"groups": groupShape}}
	groupShape      = &shape{
		nested: map[string]*shape{"conditions": conditionShape},
		matches: []match{
			sameContent(&shape{nested: map[string]*shape{"conditions": conditionShape}}), sharesCondition, samePosition,
		},
	}
	conditionSettings = &shape{nested: map[string]*shape{"typeConfig": {}}}
	conditionShape    = &shape{
		nested: conditionSettings.nested,
		matches: []match{
			notKnown,
			sameContent(conditionSettings),
			sameProperty("typeConfig", "property"), sameProperty("typeConfig", "event"), sameProperty("typeConfig", "cohortId"),
			both(samePosition, sameProperty("type")),
		},
	}
)

// notKnown pairs a condition sent as Unknown with a held one that is unknown.
func notKnown(sent, held element) bool {
	object, _ := sent.value.(map[string]any)
	if len(object) > 0 {
		return false
	}
	encoded, err := json.Marshal(held.value)
	var condition Condition
	return err == nil && unmarshal(encoded, &condition) == nil && condition.Unknown
}

// sharesCondition matches groups that have a condition in common.
func sharesCondition(sent, held element) bool {
	ours, _ := sent.property("conditions").([]any)
	theirs, _ := held.property("conditions").([]any)
	same := sameContent(conditionSettings)
	return slices.ContainsFunc(ours, func(a any) bool {
		return slices.ContainsFunc(theirs, func(b any) bool { return same(element{value: a}, element{value: b}) })
	})
}

// CohortInput is what a create or an update sends of a cohort. Only a segment may have Conditions.
type CohortInput struct {
	Name        Field[string]     `json:"name,omitzero"`
	ReferenceID Field[string]     `json:"referenceId,omitzero"`
	Conditions  Field[Conditions] `json:"conditions,omitzero"`
}

// Head returns what all kinds have.
func (c *Cohort) Head() Head {
	head := Head{ID: c.ID, Name: string(c.Name), Type: c.Type}
	if c.ReferenceID != nil {
		head.Key = *c.ReferenceID
	}
	return head
}

// lists and segments describe both kinds in the API (assumed): one collection holds both.
var (
	lists    = cohortsOfType(CohortList)
	segments = cohortsOfType(CohortSegment)
)

func cohortsOfType(only string) descriptor {
	return descriptor{
		path: "cohorts", noun: "cohort", only: only, reference: "referenceId", name: "name",
		pages: pagesByCursor, update: http.MethodPatch,
		attributes: map[string]string{"name": "name", "referenceId": "reference_id", "conditions": "groups"},
		words: map[string]words{
			"type":                       {CohortList: "list", CohortSegment: "segment"},
			"conditions.operator":        {OperatorAnd: "and", OperatorOr: "or"},
			"conditions.groups.operator": {OperatorAnd: "and", OperatorOr: "or"},
			"conditions.groups.conditions.type": {
				conditionOfUser: "user-property", conditionOfEvent: "event", conditionOfGroup: "cohort",
			},
			"conditions.groups.conditions.typeConfig:event.operator": {
				EventHasDone: "has-done", EventHasNotDone: "has-not-done",
			},
			"conditions.groups.conditions.typeConfig:cohort.operator": {CohortIsIn: "is-in", CohortIsNotIn: "is-not-in"},
		},
		shapes: map[string]*shape{"conditions": conditionsShape},
	}
}
