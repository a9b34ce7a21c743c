// Package portable shows a merchant independently of its ids: each object by its kind and key, with
// references to other objects in place of their ids. In this form, the test and the live merchant
// can be compared, and written down as one configuration. Of the packages behind the commands, it
// is the only one that imports the provider.
package portable

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Merchant is a merchant in portable form.
type Merchant struct {
	Mode merchants.Mode
	// TakenAt is the time of the snapshot that was read; zero if it was the merchant itself.
	TakenAt time.Time
	// Objects are sorted by kind, in the order of the catalog, then by key, by name and by content.
	Objects []*Object
}

// Object is an object of a merchant.
type Object struct {
	Kind provider.Kind
	// Key is "" for an object without one.
	Key string
	// Name is the name in Cohort's admin.
	Name string
	// Status is "" for a kind without a lifecycle.
	Status string
	// ID is the id in this merchant. It must not be written into a configuration.
	ID string
	// Fields are what a configuration has to say, in reading order; empty if Refusal is set.
	Fields []Field
	// Unmodeled are the properties with a value that the provider does not know, as paths.
	Unmodeled []string
	// Refusal is why the provider cannot manage the object; "" if it can.
	Refusal string
}

// Archived reports whether the object is hidden for good, so that its key may be used again.
func (o *Object) Archived() bool { return o.Status == merchants.StatusArchived }

// String names the object as allow_live_delete does: its kind, a colon, and its key, or its name if
// it has no key.
func (o *Object) String() string { return o.Kind.Name + ":" + cmp.Or(o.Key, o.Name) }

// Content returns what the object is apart from its key, in a form in which equal contents have the
// same text.
func (o *Object) Content() string {
	return describe(slices.DeleteFunc(slices.Clone(o.Fields), func(f Field) bool { return f.Name == o.Kind.Key }))
}

// Kind is a kind of objects.
type Kind = provider.Kind

// Source is a merchant to read.
type Source = provider.Source

// Reader reads the objects of a merchant.
type Reader = provider.Reader

// Kinds are all kinds, each after those that it refers to.
func Kinds() []Kind { return provider.Catalog() }

// Slug returns a text in lower-case letters and digits without accents, with a separator in place
// of everything else; "" if nothing is left.
func Slug(text, separator string) string { return provider.Slug(text, separator) }

// DeleteNames are the entries of allow_live_delete that may name an object, the one to show first.
func DeleteNames(k Kind, key, id string) []string { return provider.DeleteNames(k, key, id) }

// RefusedDelete returns the entry of allow_live_delete that a diagnostic of a plan asks for. It
// reports false for every other diagnostic.
func RefusedDelete(summary, detail string) (name string, refused bool) {
	return provider.RefusedDelete(summary, detail)
}

// Read reads a merchant. It calls progress, unless nil, for each object, with the number of objects
// of the kind so far. An error names what could not be read.
func Read(ctx context.Context, from *provider.Reader, progress func(k provider.Kind, objects int)) (*Merchant, error) {
	merchant, configs := &Merchant{Mode: from.Mode(), TakenAt: from.TakenAt()}, map[*Object]cty.Value{}
	for _, k := range provider.Catalog() {
		count := 0
		for object, err := range from.Objects(ctx, k) {
			if err != nil {
				return nil, err
			}
			if count++; progress != nil {
				progress(k, count)
			}
			read := &Object{
				Kind: k, Key: object.Key, Name: object.Name, Status: object.Status, ID: string(object.ID),
				Unmodeled: object.Unmodeled, Refusal: object.Refusal,
			}
			merchant.Objects, configs[read] = append(merchant.Objects, read), object.Config
		}
	}
	index := NewIndex(merchant.Objects...)
	for _, object := range merchant.Objects {
		if object.Refusal == "" {
			var err error
			if object.Fields, err = index.Fields(ctx, object.Kind, configs[object], nil); err != nil {
				return nil, err
			}
			delete(configs, object)
		}
	}
	sorted(merchant.Objects)
	return merchant, nil
}

// sorted sorts objects so that their order does not depend on the service, except for objects that
// have equal contents.
func sorted(objects []*Object) {
	place := map[string]int{}
	for i, k := range provider.Catalog() {
		place[k.Name] = i
	}
	slices.SortStableFunc(objects, func(a, b *Object) int {
		if order := cmp.Or(cmp.Compare(place[a.Kind.Name], place[b.Kind.Name]),
			compareTexts(a.Key, b.Key), compareTexts(a.Name, b.Name), cmp.Compare(a.Status, b.Status)); order != 0 {
			return order
		}
		return cmp.Or(strings.Compare(describe(a.Fields), describe(b.Fields)), cmp.Compare(a.ID, b.ID))
	})
}

// compareTexts compares texts as HCL stores them, with their characters composed.
func compareTexts(a, b string) int { return cmp.Compare(norm.NFC.String(a), norm.NFC.String(b)) }
