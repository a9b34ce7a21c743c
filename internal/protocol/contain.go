package protocol

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// contain runs one call with masked logs, in a context of its own, and turns a panic into a
// diagnostic of the response.
func contain[Request, Response any](
	ctx context.Context, request *Request,
	call func(context.Context, *Request) (*Response, error), answer func([]*tfprotov6.Diagnostic) *Response,
) (response *Response, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			response, err = answer([]*tfprotov6.Diagnostic{panicDiagnostic(cause, debug.Stack())}), nil
		}
	}()
	lent, end := newCallContext(masked(ctx))
	defer end()
	response, err = call(lent, request)
	if response != nil {
		makeSafe(response)
	}
	return response, err
}

// containConfigured contains a call that needs the session of ConfigureProvider. Terraform
// makes no such call after a failed ConfigureProvider, but Pulumi does.
func containConfigured[Request, Response any](
	ctx context.Context, s server, request *Request,
	call func(context.Context, *Request) (*Response, error), answer func([]*tfprotov6.Diagnostic) *Response,
) (*Response, error) {
	if !s.isConfigured() {
		return answer([]*tfprotov6.Diagnostic{{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: "The provider is not configured",
			Detail: "Nothing was read or changed, because the configuration of the provider was refused or has not been " +
				"given. Correct it first: its own error says what is wrong.",
		}}), nil
	}
	return contain(ctx, request, call, answer)
}

// containStream makes the items of a stream safe to show, and turns a panic of its maker into a
// last item. A panic of the consumer is not ours and passes through.
func containStream[Item any](
	items iter.Seq[Item], safe func(*Item), failed func([]*tfprotov6.Diagnostic) Item,
) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		taking, more := false, true
		defer func() {
			if taking {
				return
			}
			if cause := recover(); cause != nil && more {
				yield(failed([]*tfprotov6.Diagnostic{panicDiagnostic(cause, debug.Stack())}))
			}
		}()
		for item := range items {
			safe(&item)
			taking = true
			more = yield(item)
			if taking = false; !more {
				return
			}
		}
	}
}

// Recover reports a panic of the function that defers it. The framework runs an action in a
// goroutine of its own, out of reach of the server, so the action has to defer this itself.
func Recover(report func(summary, detail string)) {
	if cause := recover(); cause != nil {
		d := panicDiagnostic(cause, debug.Stack())
		report(d.Summary, d.Detail)
	}
}

func panicDiagnostic(cause any, stack []byte) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{
		Severity: tfprotov6.DiagnosticSeverityError,
		Summary:  "The Cohort provider hit a bug",
		Detail: apiKeys.ReplaceAllString(fmt.Sprintf(
			"It stopped working on this object, the others are not touched: %v\n\n%s\n"+
				"Please report it with these lines at https://github.com/cohort-xyz/terraform-provider-cohort/issues.",
			cause, ownFrames(stack),
		), "${1}_***"),
	}
}

// stackFrames is the most lines of a stack in a report.
const stackFrames = 12

// ownFrames keeps the files and lines of a stack below the panic, without the directories of the
// machine that built it.
func ownFrames(stack []byte) string {
	_, below, _ := strings.Cut(string(stack), "panic(")
	var lines []string
	for line := range strings.Lines(below) {
		// Only a function that was not inlined has an offset after its position.
		at, isPosition := strings.CutPrefix(line, "\t")
		at, _, _ = strings.Cut(strings.TrimSpace(at), " +0x")
		at = filepath.Base(filepath.Dir(at)) + "/" + filepath.Base(at)
		if isPosition && !strings.HasPrefix(at, "runtime/") && len(lines) < stackFrames {
			lines = append(lines, "  at "+at)
		}
	}
	return strings.Join(lines, "\n")
}
