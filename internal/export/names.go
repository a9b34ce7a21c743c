package export

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// digest returns the first hexadecimal digits of the SHA-256 of a text.
func digest(text string, digits int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:digits]
}

// identifier returns the name of a block for a key. Names of HCL begin with a letter.
func identifier(noun, key string) string {
	name := portable.Slug(key, "_")
	switch {
	case name == "":
		return noun
	case name[0] >= '0' && name[0] <= '9':
		return noun + "_" + name
	default:
		return name
	}
}

// nameAll returns the names of blocks for keys of one kind. Keys that would get the same name all
// get a hash, so that each name depends on its key, and not on the order.
func nameAll(noun string, keys []string) map[string]string {
	wanted := map[string][]string{}
	for _, key := range keys {
		name := identifier(noun, key)
		wanted[name] = append(wanted[name], key)
	}
	names, taken := map[string]string{}, map[string]bool{}
	for name, same := range wanted {
		if len(same) == 1 && portable.Slug(same[0], "_") != "" {
			names[same[0]], taken[name] = name, true
		}
	}
	for _, key := range keys {
		stored := composed(strings.TrimSpace(key))
		for digits := 6; names[key] == ""; digits += 6 {
			name := fmt.Sprintf("%s_%s", identifier(noun, key), digest(stored, min(digits, 64)))
			if !taken[name] {
				names[key], taken[name] = name, true
			}
		}
	}
	return names
}
