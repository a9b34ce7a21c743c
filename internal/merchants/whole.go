package merchants

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Whole walks the objects of a recent listing, with all their properties: it reads an object by its
// id if its row leaves out a property.
func (c Collection[T, Input]) Whole(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for object, err := range c.objects(c.client.listed(ctx, c.descriptor)) {
			if err == nil {
				object, err = c.Complete(ctx, object)
			}
			if IsNotFound(err) { // It was deleted meanwhile.
				continue
			}
			if !yield(object, err) || err != nil {
				return
			}
		}
	}
}

// Complete returns an object of a listing if its row has every property of the kind, and else reads
// it by its id; see [Config.ReadByID].
func (c Collection[T, Input]) Complete(ctx context.Context, object T) (T, error) {
	if !c.client.config.ReadByID && c.isWhole(object) {
		return object, nil
	}
	return c.Get(ctx, object.Head().ID)
}

// isWhole reports whether an object of a listing has every property of its kind, nested ones too. A
// property that its row omits would look as if it had no value. What the settings of an open
// catalog have to contain is not known.
func (c Collection[T, Input]) isWhole(object T) bool {
	held := c.descriptor.read(object.raw().JSON)
	encoded, err := json.Marshal(object)
	if held == nil || err != nil {
		return false
	}
	model, err := decodeValue(encoded)
	return err == nil && hasNames(held, model) && c.descriptor.hasSettings(held)
}

// hasSettings reports whether an object has every setting of its type.
func (d *descriptor) hasSettings(object map[string]any) bool {
	settings, _ := object["typeConfig"].(map[string]any)
	for name := range d.variants[typeOf(object)].properties {
		if !has(settings, name) {
			return false
		}
	}
	return true
}

// setByService are the properties that every object has and nobody configures.
var setByService = []string{"createdAt", "updatedAt"}

// Unmodeled returns the properties of an object that this package does not model and that have a
// value, as sorted paths without indices, such as rewards.color.
func (c Collection[T, Input]) Unmodeled(object T) []string {
	held := c.descriptor.read(object.raw().JSON)
	encoded, err := json.Marshal(object)
	if held == nil || err != nil {
		return nil
	}
	value, err := decodeValue(encoded)
	if err != nil {
		return nil
	}
	found := map[string]bool{}
	addNames(found, "", held, value)
	c.descriptor.addSettings(found, held)
	for _, name := range setByService {
		delete(found, name)
	}
	return slices.Sorted(maps.Keys(found))
}

// addNames adds the paths of the names that a value has beyond its model.
func addNames(found map[string]bool, path string, held, model any) {
	switch held := held.(type) {
	case map[string]any:
		names, _ := model.(map[string]any)
		for name, value := range held {
			at := strings.TrimPrefix(path+"."+name, ".")
			if modeled, known := names[name]; known {
				addNames(found, at, value, modeled)
			} else if value != nil {
				found[at] = true
			}
		}
	case []any:
		models, _ := model.([]any)
		for i, value := range held {
			if i < len(models) {
				addNames(found, path, value, models[i])
			}
		}
	}
}

// addSettings adds the settings of a type that have no attribute.
func (d *descriptor) addSettings(found map[string]bool, held map[string]any) {
	form, known := d.variants[typeOf(held)]
	settings, _ := held["typeConfig"].(map[string]any)
	if !known {
		return
	}
	for name, value := range settings {
		if form.properties[name] == "" && value != nil {
			found["typeConfig."+name] = true
		}
	}
}
