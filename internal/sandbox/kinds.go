package sandbox

// A kind is one sort of object: its properties, its life cycle and its rules. Each kind has its own
// file.
type kind struct {
	path string // in the URL: "digital-assets"
	code string // in error codes: "digital-asset"
	noun string // in messages: "digital asset"

	fields []field // what a client may set
	label  string  // the property that names an object in messages
	unique string  // the property that no two objects of a merchant share, or ""

	// published is the status after publishing; "" means that the kind has no life cycle and no
	// status.
	published string
	actions   []string

	// shape sets values that depend on several properties: the settings of a variant, values that the
	// service chooses. It may change object, which is new or a copy; stored is nil for a create.
	shape func(k *kind, m *merchant, object, stored values) error
	// rules checks an object in any status.
	rules func(object values) error
	// complete reports what an object lacks for publishing. Every published object must pass it.
	complete func(object values) error
	// publishable is checked only at the moment of publishing.
	publishable func(m *merchant, object values) error
	// frozen names the properties that cannot change after publishing.
	frozen []string
	// references lists the references of an object.
	references func(object values) []reference
	// key returns the value of unique in an object.
	key func(object values) string
}

// A reference is one property that names another object.
type reference struct {
	field string // the top-level property
	path  string // the whole path
	to    string // the path of the kind
	id    string // for a user property its reference ID
}

// kinds lists all kinds, in an order in which objects can be created.
var kinds = []*kind{userProperties, cohorts, perks, digitalAssets, badges, campaigns}

func kindByPath(path string) *kind {
	for _, k := range kinds {
		if k.path == path {
			return k
		}
	}
	return nil
}

const (
	draft     = "draft"
	live      = "live"
	published = "published"
	ended     = "ended"
	archived  = "archived"
)

// statuses returns the statuses that an object of the kind can have.
func (k *kind) statuses() []string {
	out := []string{draft, k.published}
	for _, action := range k.actions {
		switch action {
		case "end":
			out = append(out, ended)
		case "archive":
			out = append(out, archived)
		}
	}
	return out
}

var noTexts = values{}

// oneVisual: assumed. observed: a video wins when both exist.
func oneVisual(path string, object values) error {
	if object["imageUrl"] != nil && object["videoUrl"] != nil {
		return invalid(join(path, "videoUrl"), "must be null when imageUrl is set")
	}
	return nil
}

func stringOf(v any) string {
	s, _ := v.(string)
	return s
}
