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
		var picture []byte
		p.run(chromedp.FullScreenshot(&picture, 100))
		if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func dark() chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: "dark"},
	})
}

// views are the ways in which the page is looked at.
var views = map[string][]chromedp.Action{
	"light":       nil,
	"dark":        {dark()},
	"narrow":      {emulation.SetDeviceMetricsOverride(320, 700, 1, true)},
	"narrow-dark": {emulation.SetDeviceMetricsOverride(320, 700, 1, true), dark()},
	"print":       {emulation.SetEmulatedMedia().WithMedia("print")},
	"no-script":   {emulation.SetScriptExecutionDisabled(true)},
	"colors-forced": {emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "forced-colors", Value: "active"},
	})},
}
