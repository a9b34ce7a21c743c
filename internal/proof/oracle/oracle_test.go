package oracle_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// state returns a state file with perks of these ids.
func state(ids ...string) []byte {
	var instances []string
	for _, id := range ids {
		instances = append(instances, `{"index_key":"`+id+`","attributes":{"id":"`+id+`"}}`)
	}
	return []byte(`{"version":4,"serial":1,"resources":[{"mode":"managed","type":"cohort_perk","name":"p","instances":[` +
		strings.Join(instances, ",") + `]}]}`)
}

func objects(ids ...string) map[string][]map[string]any {
	var perks []map[string]any
	for _, id := range ids {
		perks = append(perks, map[string]any{"id": id, "internalName": id, "status": "draft"})
	}
	return map[string][]map[string]any{"perks": perks}
}

// zipped returns a zip archive with one entry, like a saved plan.
func zipped(t *testing.T, content string) []byte {
	t.Helper()
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	entry, err := writer.Create("tfplan")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// TestCheck breaks each invariant once, because an oracle that never finds a violation proves
// nothing.
func TestCheck(t *testing.T) {
	t.Parallel()
	const secret = "test_0123456789abcdef"
	made := sandbox.Exchange{
		Mode: "test", Method: "POST", Path: "/v1/perks", Request: `{"internalName":"a"}`, Status: 201,
		Committed: true, Fault: "f",
	}
	gone := func(path string, status int, answer string) oracle.Evidence {
		return oracle.Evidence{
			States:  [][]byte{state("a"), state()},
			History: []sandbox.Exchange{{Mode: "test", Method: "GET", Path: path, Status: status, Response: answer, Fault: "f"}},
		}
	}
	const notFound = `{"code":"perk.not-found","message":"a"}`
	archived := func(path string, committed bool) oracle.Evidence {
		all := objects("a")
		all["perks"][0]["status"] = "archived"
		return oracle.Evidence{Objects: all, History: []sandbox.Exchange{{
			Mode: "test", Method: "POST", Path: path,
			Status: 200, Committed: committed, Fault: "f",
		}}}
	}
	for name, test := range map[string]struct {
		evidence oracle.Evidence
		want     []string
	}{
		"all is well": {oracle.Evidence{
			States: [][]byte{state("a")}, Objects: objects("a"),
			History: []sandbox.Exchange{made},
		}, nil},
		"gone, and proven":    {gone("/v1/perks/a", 404, notFound), nil},
		"gone, by 417":        {gone("/v1/perks/a", 417, notFound), nil},
		"page of a proxy":     {gone("/v1/perks/a", 404, "<html>perk.not-found"), []string{"I9"}},
		"nothing said":        {gone("/v1/perks/a", 404, ""), []string{"I9"}},
		"another thing":       {gone("/v1/perks/a", 404, `{"code":"merchant.not-found"}`), []string{"I9"}},
		"another object":      {gone("/v1/perks/ab", 404, notFound), []string{"I9"}},
		"another status":      {gone("/v1/perks/a", 500, notFound), []string{"I9"}},
		"archived by the run": {archived("/v1/perks/a/archive", true), nil},
		"archived orphan":     {archived("/v1/perks/b/archive", true), []string{"I1"}},
		"archive refused":     {archived("/v1/perks/a/archive", false), []string{"I1"}},
		"orphan":              {oracle.Evidence{States: [][]byte{state("a")}, Objects: objects("a", "b")}, []string{"I1"}},
		"foreign": {oracle.Evidence{
			States: [][]byte{state("a")}, Objects: objects("a", "b"),
			Foreign: []string{"b"},
		}, nil},
		"managed but missing": {oracle.Evidence{States: [][]byte{state("a")}}, []string{"I2"}},
		"one id twice": {
			oracle.Evidence{States: [][]byte{state("a", "a")}, Objects: objects("a")},
			[]string{"I9", "I1"},
		},
		"other merchant": {oracle.Evidence{Mode: "live", History: []sandbox.Exchange{made}}, []string{"I3"}},
		"not planned": {oracle.Evidence{
			History: []sandbox.Exchange{made},
			Planned: func(sandbox.Exchange) bool { return false },
		}, []string{"I3"}},
		"plan not empty":   {oracle.Evidence{Plan: 2}, []string{"I4"}},
		"secret in output": {oracle.Evidence{Secrets: []string{secret}, Output: "x" + secret}, []string{"I5"}},
		"part of a secret": {oracle.Evidence{Secrets: []string{secret}, Output: secret[3:16]}, []string{"I5"}},
		"secret in base64": {oracle.Evidence{
			Secrets: []string{secret},
			Files:   map[string][]byte{"plan": []byte("dGVzdF8wMTIzNDU2Nzg5YWJjZGVm")},
		}, []string{"I5"}},
		"secret in a plan": {oracle.Evidence{
			Secrets: []string{secret},
			Files:   map[string][]byte{"plan": zipped(t, "x"+secret)},
		}, []string{"I5"}},
		"value in a plan": {oracle.Evidence{
			StateSecrets: []string{secret},
			Files:        map[string][]byte{"plan": zipped(t, "x"+secret)},
		}, nil},
		"value in a log": {oracle.Evidence{
			StateSecrets: []string{secret},
			Files:        map[string][]byte{"log": []byte("x" + secret)},
		}, []string{"I5"}},
		"secret in state": {
			oracle.Evidence{Secrets: []string{secret}, States: [][]byte{append(state(), secret...)}},
			[]string{"I9", "I5"},
		},
		"too many requests": {oracle.Evidence{History: []sandbox.Exchange{made, made}, MaxRequests: 1}, []string{"I6"}},
		"blame": {
			oracle.Evidence{Output: "Error: Provider produced inconsistent result after apply"},
			[]string{"I7"},
		},
		"not in the contract": {oracle.Evidence{History: []sandbox.Exchange{{
			Mode: "test", Method: "GET",
			Path: "/v1/nothing", Fault: "f",
		}}}, []string{"I8"}},
		"left without a proof": {oracle.Evidence{States: [][]byte{state("a"), state()}}, []string{"I9"}},
		"state damaged":        {oracle.Evidence{States: [][]byte{[]byte("{")}}, []string{"I9"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.evidence.Mode == "" {
				test.evidence.Mode = "test"
			}
			var got []string
			for _, violation := range oracle.Check(t.Context(), test.evidence) {
				got = append(got, violation.Invariant)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("found %v, want %v", got, test.want)
			}
		})
	}
}
