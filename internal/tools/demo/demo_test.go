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

func TestDifferences(t *testing.T) {
	t.Parallel()
	merchant := func(prefix, link string) map[string]map[string]object {
		return map[string]map[string]object{
			"cohorts": {"vip": {"id": prefix + "-1", "referenceId": "vip", "createdAt": prefix}},
			"perks": {
				"resole":  {"id": prefix + "-2", "internalName": "resole", "typeConfig": map[string]any{"url": link}},
				"welcome": {"id": prefix + "-3", "internalName": "welcome"},
			},
			"badges": {"vip": {"id": prefix + "-4", "internalName": "vip", "cohortId": prefix + "-1"}},
		}
	}
	got := differences(merchant("test", "https://staging.example"), merchant("live", "https://www.example"))
	if diff := cmp.Diff([]string{"perk resole"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	other := merchant("live", "https://staging.example")
	other["badges"]["vip"]["cohortId"] = "live-3"
	got = differences(merchant("test", "https://staging.example"), other)
	if diff := cmp.Diff([]string{"badge vip"}, got); diff != "" {
		t.Errorf("a reference to another object: (-want +got)\n%s", diff)
	}
}
