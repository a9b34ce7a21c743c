package likeness

import "testing"

// TestLikeness tries names of the same and of different things.
func TestLikeness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		like bool
	}{
		{"internalName", "name", true},
		{"cohortId", "audienceId", true},
		{"nextCursor", "next", true},
		{"status", "STATE", true},
		{"instant-draw", "INSTANT_DRAW", true},
		{"imageUrl", "image", true},
		{"total", "totalCount", true},
		{"publish", "activate", true},
		{"title", "certificate", false},
		{"description", "discount", false},
		{"draft", "live", false},
		{"name", "key", false},
		{"publish", "duplicate", false},
	} {
		if is := Of(c.a, c.b); (is >= Likely) != c.like {
			t.Errorf("%s and %s: %.2f", c.a, c.b, is)
		}
	}
}
