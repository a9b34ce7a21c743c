package diff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// marked writes segments with brackets around what is marked.
func marked(segments []segment) string {
	var b strings.Builder
	for _, s := range segments {
		if s.Marked {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestCompareWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ from, to, before, after string }{
		{"10 % offerts", "10 % offert", "10 % [offerts]", "10 % [offert]"},
		{"one two three", "one three", "one[ two] three", "one three"},
		{"", "new", "", "new"},
		{"same", "same", "same", "same"},
		{"buy two pairs now", "buy three boots now", "buy [two pairs] now", "buy [three boots] now"},
		{"one two", "three four", "one two", "three four"},
		{"10\u00a0% off", "10 % off", "10[\u00a0]% off", "10[ ]% off"},
		{"à l’atelier", "a l’atelier", "[à] l’atelier", "[a] l’atelier"},
		{"go 👩‍🚀 up", "go 👩‍🔧 up", "go [👩‍🚀] up", "go [👩‍🔧] up"},
	} {
		before, after := compareWords(test.from, test.to)
		if diff := cmp.Diff([]string{test.before, test.after}, []string{marked(before), marked(after)}); diff != "" {
			t.Errorf("%q and %q (-want +got):\n%s", test.from, test.to, diff)
		}
	}
}

// What is not marked is the same on both sides, and all segments together are the text.
func TestCompareWords_whole(t *testing.T) {
	t.Parallel()
	from := strings.Repeat("Ready for the mountains? Three steps, one box to open. ", 40)
	to := strings.ReplaceAll(strings.Replace(from, "Three", "Four", 3), "open. Ready", "open! Ready")
	before, after := compareWords(from, to)
	text := func(segments []segment, alsoMarked bool) string {
		var b strings.Builder
		for _, s := range segments {
			if alsoMarked || !s.Marked {
				b.WriteString(s.Text)
			}
		}
		return b.String()
	}
	if text(before, true) != from || text(after, true) != to {
		t.Error("the segments are not the texts")
	}
	if text(before, false) != text(after, false) {
		t.Error("what is not marked differs")
	}
}

func BenchmarkCompareWords(b *testing.B) {
	from := strings.Repeat("Ready for the mountains? Three steps, one box to open. ", 2000)
	to := strings.ToUpper(from)
	for b.Loop() {
		compareWords(from, to)
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("before ", 20)
	short, cut := shorten([]segment{{long, false}, {"x", true}, {long, false}}, 20, 200)
	if want := "… before before [x]before before …"; marked(short) != want || !cut {
		t.Errorf("got %q, want %q", marked(short), want)
	}
	short, cut = shorten([]segment{{"éééé", false}}, 2, 3)
	if want := "ééé…"; marked(short) != want || !cut {
		t.Errorf("got %q, want %q", marked(short), want)
	}
	short, cut = shorten([]segment{{"a b", false}, {"c", true}}, 2, 4)
	if want := "a b[c]"; marked(short) != want || cut {
		t.Errorf("got %q, want %q", marked(short), want)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\u202eb":      "a⟨U+202E⟩b",
		"👩\u200d🚀":      "👩\u200d🚀",
		"a\u200db":      "a⟨U+200D⟩b",
		"a\nb\tc":       "a\nb\tc",
		"a\r\x00\x1bb":  "a⟨U+000D⟩⟨U+0000⟩⟨U+001B⟩b",
		"a\xffb":        "a\uFFFDb",
		"soft\u00adhyp": "soft⟨U+00AD⟩hyp",
	} {
		if got := visible(text); got != want {
			t.Errorf("visible(%q) is %q, want %q", text, got, want)
		}
	}
}
