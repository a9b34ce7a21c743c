package page

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestPage_pictures writes pictures of the page.
func TestPage_pictures(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("COHORT_PAGE_PICTURES")
	if folder == "" {
		t.Skip("COHORT_PAGE_PICTURES names no directory")
	}
	b := browser(t)
	for name, view := range views {
		p := open(t, b, club(), "", view...)
		picture := get(p, chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func feature(name, value string) *emulation.MediaFeature {
	return &emulation.MediaFeature{Name: name, Value: value}
}

// views are the ways in which the page is looked at.
var views = map[string][]step{
	"light":         nil,
	"dark":          {media("", feature("prefers-color-scheme", "dark"))},
	"narrow":        {size(320, 700)},
	"narrow-dark":   {size(320, 700), media("", feature("prefers-color-scheme", "dark"))},
	"print":         {size(794, 1123), media("print")},
	"no-script":     {withoutScripts()},
	"colors-forced": {media("", feature("forced-colors", "active"))},
}
