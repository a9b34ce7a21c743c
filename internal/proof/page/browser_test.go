package page

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
)

// missing skips a test for which something is missing, or fails it if it is required.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("COHORT_PAGE") == "required" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// browser is a browser that ends with the test.
type browser struct{ ctx context.Context }

func start(t *testing.T) browser {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			found = path
			break
		}
	}
	if found == "" {
		missing(t, "neither chromium nor google-chrome is in PATH")
	}
	options = append(options, chromedp.ExecPath(found), chromedp.Flag("disable-dev-shm-usage", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return browser{ctx}
}

// patience is how long a page may not do what a test waits for.
const patience = time.Minute

// step is an action that returns nothing.
type step = chromedp.Action[chromedp.Void]

// call is a command of the browser's protocol.
func call[P, R any](command cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

func size(width, height int64) step {
	return call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600,
	})
}

// media makes the page believe that it is on such a medium.
func media(kind string, features ...*emulation.MediaFeature) step {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: features})
}

func withoutScripts() step {
	return call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// tab is a page that is open in a tab of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
	// size is the size of the file in bytes.
	size int64

	mutex              sync.Mutex
	requests, problems []string
}

// open writes a report into a file and opens it. Actions run before.
func (b browser) open(t *testing.T, report *diff.Report, fragment string, before ...step) *tab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.HTML(file); err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	ctx, closeTab := chromedp.NewContext(b.ctx)
	t.Cleanup(closeTab)
	p := &tab{t: t, ctx: ctx, size: info.Size()}
	p.url = (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), Fragment: fragment}).String()
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	p.run(call(network.Enable, network.EnableParams{}), call(log.Enable, cdp.Empty{}), size(1280, 900))
	p.run(before...)
	p.run(chromedp.Navigate(p.url))
	return p
}

func (p *tab) listen(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		p.problems = append(p.problems, "console: "+string(e.Type))
	case *log.EventEntryAdded:
		p.problems = append(p.problems, e.Entry.Text)
	}
}

// clean checks that the page asked for nothing but itself, and that nothing went wrong.
func (p *tab) clean() {
	p.t.Helper()
	// What the browser reported before the answer to this has arrived.
	ask[int](p, "1")
	p.mutex.Lock()
	defer p.mutex.Unlock()
	itself, _, _ := strings.Cut(p.url, "#")
	for _, request := range p.requests {
		if asked, _, _ := strings.Cut(request, "#"); asked != itself {
			p.t.Errorf("the page asked for %s", request)
		}
	}
	for _, problem := range p.problems {
		p.t.Errorf("the browser reported: %s", problem)
	}
}

func (p *tab) run(steps ...step) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// keys presses keys, wherever the focus is. As with a keyboard, a key that the page handles types
// nothing.
func (p *tab) keys(keys string) {
	p.t.Helper()
	for _, key := range keys {
		if key < ' ' {
			p.run(chromedp.KeyEvent(string(key)))
			continue
		}
		pressed := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: string(key), Text: string(key)}
		p.run(call(input.DispatchKeyEvent, pressed),
			call(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: string(key)}))
	}
}

// types writes a text into what has the focus.
func (p *tab) types(text string) {
	p.t.Helper()
	p.run(call(input.InsertText, input.InsertTextParams{Text: text}))
}

// ask evaluates an expression.
func ask[T any](p *tab, expression string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// get runs an action that returns something.
func get[T any](p *tab, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	answer, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer
}

// check checks that an expression is true.
func (p *tab) check(expression string) {
	p.t.Helper()
	if !ask[bool](p, expression) {
		p.t.Errorf("is not true: %s", expression)
	}
}

// focused is the id of what has the focus.
func (p *tab) focused() string {
	p.t.Helper()
	return ask[string](p, "document.activeElement.id")
}
