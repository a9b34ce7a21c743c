package portable

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Count writes a number and a noun whose plural ends in s.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Quote writes a text as JSON that people read: < and & stay as they are.
func Quote(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // A text can always be encoded.
	return strings.TrimSuffix(b.String(), "\n")
}
