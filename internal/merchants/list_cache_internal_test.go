package merchants

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// wholeRows are objects of each kind with every property, at every depth, that a row must have.
// Optional values are null.
var wholeRows = map[*descriptor][]string{
	&userProperties: {`{"id":"x1","name":"Tier","type":"text","referenceId":"tier"}`},
	&lists: {
		`{"id":"x1","type":"list","name":"VIP","referenceId":null,"conditions":null}`,
		`{"id":"x1","type":"segment","name":"VIP","referenceId":null,
			"conditions":{"operator":"and","groups":[{"operator":"or","conditions":[
			{"type":"user-property","typeConfig":{"property":"email","operator":"is-set","value":null}},
			{"type":"event","typeConfig":{"event":"purchase","operator":"has-done","withinDays":null}},
			{"type":"cohort","typeConfig":{"cohortId":"y1","operator":"is-in"}}]}]}}`,
	},
	&perks: {`{"id":"x1","internalName":"gift","status":"draft","title":null,"description":{},"imageUrl":null,` +
		`"videoUrl":null,"type":"none","typeConfig":null,"expiresAt":null}`},
	&digitalAssets: {
		`{"id":"x1","internalName":"gift","status":"draft","title":null,"description":null,"imageUrl":null,` +
			`"videoUrl":null,"maxSupply":null}`,
	},
	&badges: {
		`{"id":"x1","internalName":"gold","status":"draft","title":null,"description":null,"imageUrl":null,"cohortId":"",` +
			`"visibility":"","lockedDescription":null}`,
	},
	&campaigns: {
		`{"id":"x1","internalName":"quest","type":"challenge","status":"draft","cohortId":null,"startAt":null,"endAt":null,
			"rewards":[{"type":"perk","rewardId":"y1","quantity":null,"price":null},
				{"type":"perk","rewardId":"y2","quantity":1,"price":{"amount":0,"currency":"EUR"}}],
			"distribution":{"type":"direct","typeConfig":{"maxQuantity":null}},
			"typeConfig":{"name":null,"optInCta":null,"description":null,"imageUrl":null,"videoUrl":null,"slug":"quest","steps":[
				{"id":"s1","userAction":"a","icon":null,"title":null,"description":null,
					"triggers":[{"type":"t","typeConfig":null}]}]}}`,
		`{"id":"x1","internalName":"shop","type":"store","status":"draft","cohortId":null,"startAt":null,"endAt":null,
			"rewards":[],"distribution":{"type":"raffle","typeConfig":{"maxBoxes":null,"drawAt":null}},
			"typeConfig":{"name":null,"description":null,"imageUrl":null,"videoUrl":null,"slug":"shop"}}`,
		`{"id":"x1","internalName":"drop","type":"airdrop","status":"draft","cohortId":null,"startAt":null,"endAt":null,
			"rewards":[],"distribution":{"type":"instant-draw","typeConfig":{"maxBoxes":null}},"typeConfig":null}`,
	},
}

// readers refresh an object of each kind whose state equals the given JSON.
var readers = map[*descriptor]func(context.Context, *Client, []byte) error{
	&userProperties: readKnown[*UserProperty, UserPropertyInput](&userProperties),
	&lists:          readKnown[*Cohort, CohortInput](&lists),
	&perks:          readKnown[*Perk, PerkInput](&perks),
	&digitalAssets:  readKnown[*DigitalAsset, DigitalAssetInput](&digitalAssets),
	&badges:         readKnown[*Badge, BadgeInput](&badges), &campaigns: readKnown[*Campaign, CampaignInput](&campaigns),
}

func readKnown[T Object, Input any](k *descriptor) func(context.Context, *Client, []byte) error {
	return func(ctx context.Context, c *Client, known []byte) error {
		of := Collection[T, Input]{c, k}
		state, err := of.decodeObject(known)
		if err != nil {
			return err
		}
		_, err = of.Refresh(ctx, "x1", func(is T) bool {
			a, problemA := json.Marshal(state)
			b, problemB := json.Marshal(is)
			return problemA == nil && problemB == nil && bytes.Equal(a, b)
		})
		return err
	}
}

// withoutOne returns copies of the value, each without one of its properties, at any depth.
func withoutOne(value any) map[string]any {
	out := map[string]any{}
	switch value := value.(type) {
	case map[string]any:
		for name := range value {
			rest := maps.Clone(value)
			delete(rest, name)
			out[name] = rest
			for below, changed := range withoutOne(value[name]) {
				other := maps.Clone(value)
				other[name] = changed
				out[name+"."+below] = other
			}
		}
	case []any:
		for i := range value {
			for below, changed := range withoutOne(value[i]) {
				other := slices.Clone(value)
				other[i] = changed
				out[fmt.Sprintf("%d.%s", i, below)] = other
			}
		}
	}
	return out
}

// TestListCache_wholeRows: a row that lacks a property of its kind is never served, because the
// property would look as if it had no value.
func TestListCache_wholeRows(t *testing.T) {
	t.Parallel()
	walked := 0
	for k, rows := range wholeRows {
		for _, row := range rows {
			whole, err := decodeValue([]byte(row))
			if err != nil {
				t.Fatal(err)
			}
			// A row may have unknown properties.
			more := maps.Clone(whole.(map[string]any))
			more["grown"] = map[string]any{"since": 1}
			for name, changed := range map[string]any{"nothing": whole, "nothing, but more in it": more} {
				if gets := getsFor(t, k, changed, []byte(row)); gets != 0 {
					t.Errorf("%s without %s: read by id %d times, want none: %s", k.path, name, gets, row)
				}
			}
			for name, changed := range withoutOne(whole) {
				if name == "id" || strings.HasPrefix(name, "description.") {
					continue
				}
				walked++
				if gets := getsFor(t, k, changed, []byte(row)); gets != 1 {
					t.Errorf("%s without %s: read by id %d times, want once", k.path, name, gets)
				}
			}
		}
	}
	if walked < 90 {
		t.Errorf("walked only %d properties: the walk misses some", walked)
	}
}

// getsFor reads an object with the given row, and returns how often it was read by id.
func getsFor(t *testing.T, k *descriptor, row any, whole []byte) int {
	t.Helper()
	listed, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	gets := 0
	c := clientOf(t, Config{}, func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/x1") {
			gets++
			return answerWith(200, string(whole)), nil
		}
		return answerWith(200, fmt.Sprintf(`{"data":[%s],"nextCursor":null}`, listed)), nil
	})
	if err := readers[k](t.Context(), c, whole); err != nil {
		t.Fatal(err)
	}
	return gets
}
