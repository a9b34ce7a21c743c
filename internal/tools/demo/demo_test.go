package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLineWith(t *testing.T) {
	t.Parallel()
	output := "  # cohort_list.vip will be updated in-place\n          ~ name   = \"VIP\" -> \"VIPs\"\n\n" +
		"Plan: 0 to add, 1 to change, 0 to destroy.\n"
	for text, want := range map[string]string{
		`~ name = "VIP" -> "VIPs"`: `~ name   = "VIP" -> "VIPs"`,
		"1 to change":              "Plan: 0 to add, 1 to change, 0 to destroy.",
		"2 to change":              "",
	} {
		got, found := lineWith(output, text)
		if got != want || found != (want != "") {
			t.Errorf("lineWith(%q) = %q, %v, want %q", text, got, found, want)
		}
	}
}

func TestErrorBox(t *testing.T) {
	t.Parallel()
	want := []string{"Error: A live key was given", "", "The configuration does not", "say so."}
	for name, output := range map[string]string{
		"Terraform": "Planning...\n\n╷\n│ Warning: Old\n╵\n╷\n│ Error: A live key was given\n│ \n" +
			"│ The configuration does not\n│ say so.\n╵\nmore\n",
		"no frame": "Error: A live key was given\n\nThe configuration does not\nsay so.\n",
	} {
		if diff := cmp.Diff(want, errorBox(output)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
	if got := errorBox("Apply complete!\n"); got != nil {
		t.Errorf("without an error: %q", got)
	}
}
