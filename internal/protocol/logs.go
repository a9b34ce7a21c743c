package protocol

import (
	"context"
	"io"
	"log"
	"os"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// QuietLogs turns the SDK's loggers off if the user asked for no log. They would write each step as
// JSON to stderr, where Terraform parses and drops it; that is half of the CPU time of a plan. Call
// it once, before serving.
func QuietLogs() {
	for _, setting := range os.Environ() {
		if name, value, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "TF_LOG") && value != "" &&
			name != "TF_LOG_PATH" {
			return
		}
	}
	for _, name := range []string{
		"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_COHORT",
	} {
		_ = os.Setenv(name, "OFF")
	}
}

// RedactLogs removes keys from what is written to Go's standard logger: net/http writes every
// header to it when GODEBUG has http2debug. Call it once, before serving.
func RedactLogs() { log.SetOutput(redacting{log.Writer()}) }

// redacting writes without keys. It need not join writes: the standard logger writes each message
// in one call.
type redacting struct{ to io.Writer }

func (w redacting) Write(message []byte) (int, error) {
	redacted := apiKeys.ReplaceAll(bearers.ReplaceAll(message, []byte("${1}***")), []byte("${1}_***"))
	if _, err := w.to.Write(redacted); err != nil {
		return 0, err
	}
	return len(message), nil
}

// apiKeys matches anything like a key of the Merchants API, with every character that a bearer
// token may have (RFC 6750, section 2.1).
var apiKeys = regexp.MustCompile(`\b(test|live)_[A-Za-z0-9._~+/=\-]{6,}`)

// bearers matches the token after the scheme of a header, however short.
var bearers = regexp.MustCompile(`(?i)(\bbearer\s+)[^\s"]+`)

// masked returns a context in which no log line holds a key.
func masked(ctx context.Context) context.Context {
	return tflog.MaskMessageRegexes(tflog.MaskAllFieldValuesRegexes(ctx, apiKeys), apiKeys)
}
