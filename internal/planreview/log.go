package planreview

import (
	"bytes"
	"encoding/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Log is what terraform plan -json prints. The provider refuses a deletion in live that is not
// named, so a plan with several of them ends with an error for each.
type Log struct {
	// Refused are the entries that allow_live_delete lacks, sorted.
	Refused []string
	// Errors are the summaries of all other errors.
	Errors []string
}

// IsLog reports whether content is what terraform plan -json prints.
func IsLog(content []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimSpace(content), []byte("\n"))
	var line struct {
		Level *string `json:"@level"`
	}
	return json.Unmarshal(first, &line) == nil && line.Level != nil
}

// ReadLog reads what terraform plan -json printed. It ignores lines that are none of its own.
func ReadLog(content []byte) Log {
	var log Log
	for text := range bytes.Lines(content) {
		var line struct {
			Type       string `json:"type"`
			Diagnostic struct {
				Severity string `json:"severity"`
				Summary  string `json:"summary"`
				Detail   string `json:"detail"`
			} `json:"diagnostic"`
		}
		if json.Unmarshal(text, &line) != nil || line.Type != "diagnostic" || line.Diagnostic.Severity != "error" {
			continue
		}
		if name, refused := portable.RefusedDelete(line.Diagnostic.Summary, line.Diagnostic.Detail); refused {
			log.Refused = append(log.Refused, name)
		} else {
			log.Errors = append(log.Errors, merchants.Plain(line.Diagnostic.Summary))
		}
	}
	log.Refused = unique(log.Refused)
	return log
}
