package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// secret is the variable that the exported program asks for: the code of a perk is in no file.
const secret = "TF_VAR_perk_welcome_10_code_value"

// made is what someone made in the test merchant by hand. A $ and a name in a body stand for the id
// of the object that was made under this name.
var made = []struct{ name, path, body, what string }{
	{
		"tier", "/user-properties", `{"name":"Loyalty tier","type":"text","referenceId":"loyalty_tier"}`,
		"user property Loyalty tier",
	},
	{"vip", "/cohorts", `{"type":"list","name":"VIP 2025"}`, "list VIP 2025, without a reference id"},
	{
		"gold", "/cohorts", `{"type":"segment","name":"Gold","referenceId":"gold","conditions":{"operator":"and",` +
			`"groups":[{"operator":"and","conditions":[{"type":"user-property","typeConfig":` +
			`{"property":"loyalty_tier","operator":"equals","value":"gold"}}]}]}}`,
		"segment Gold, of users whose tier is gold",
	},
	{
		"welcome", "/perks", `{"internalName":"Welcome 10","title":{"en":"10% off","fr":"10 % offerts"},"type":"code",` +
			`"typeConfig":{"code":"WELCOME10"}}`,
		"perk Welcome 10, with a secret code",
	},
	{
		"workshop", "/perks", `{"internalName":"Workshop","title":{"en":"Workshop","fr":"Atelier"},"type":"link",` +
			`"typeConfig":{"url":"https://www.sorbier.example/workshop"}}`,
		"perk Workshop",
	},
	{
		"badge", "/badges", `{"internalName":"Gold","title":{"en":"Gold","fr":"Or"},` +
			`"imageUrl":"https://cdn.sorbier.example/gold.svg","cohortId":"$gold"}`,
		"badge Gold, of the segment Gold",
	},
	{
		"summer", "/campaigns", `{"internalName":"Summer","type":"challenge","cohortId":"$gold",` +
			`"rewards":[{"type":"perk","rewardId":"$welcome"}],"typeConfig":{"name":{"en":"Summer","fr":"Été"},` +
			`"description":{"en":"<p>Ready for the mountains?</p>","fr":"<p>Prêts pour la montagne ?</p>"},` +
			`"optInCta":{"en":"Join","fr":"Rejoindre"},"imageUrl":"https://cdn.sorbier.example/summer.jpg",` +
			`"steps":[{"userAction":"shopify_order","title":{"en":"Order","fr":"Commander"},` +
			`"triggers":[{"type":"shopify_order","typeConfig":{"minimum_amount":5000}}]}]}}`,
		"challenge Summer, for Gold, with the reward Welcome 10",
	},
	{
		"shop", "/campaigns", `{"internalName":"Shop","type":"store","cohortId":"$vip",` +
			`"rewards":[{"type":"perk","rewardId":"$workshop"}],"typeConfig":{"name":{"en":"Shop","fr":"Boutique"},` +
			`"description":{"en":"<p>Choose one</p>","fr":"<p>Choisissez</p>"},"imageUrl":null,"slug":"shop"}}`,
		"store Shop, for VIP 2025, with the reward Workshop",
	},
}

// objects is the number of objects that were made by hand.
var objects = len(made)

// makeByHand makes the objects over the API, and publishes those that users can see.
func (d *demo) makeByHand() {
	ids := map[string]string{}
	d.gap()
	for _, m := range made {
		body := m.body
		for name, id := range ids {
			body = strings.ReplaceAll(body, `"$`+name+`"`, `"`+id+`"`)
		}
		ids[m.name] = d.post(m.path, body)
		if m.path != "/user-properties" && m.path != "/cohorts" {
			d.post(m.path+"/"+ids[m.name]+"/publish", "")
		}
		if d.err == nil {
			d.detail(m.what)
		}
	}
}

// editByHand edits an object of a merchant that has this internal name.
func (d *demo) editByHand(key, collection, name, body string) {
	d.gap()
	for _, o := range d.merchant(modeOf(key))[collection] {
		if o["internalName"] == name {
			d.send(key, http.MethodPatch, "/"+collection+"/"+fmt.Sprint(o["id"]), body)
			d.detail("PATCH " + collection + "/" + name + " " + body)
			return
		}
	}
	d.fail("there is no %s in %s", name, collection)
}

// modeOf is the merchant of a key.
func modeOf(key string) string {
	mode, _, _ := strings.Cut(key, "_")
	return mode
}

// post sends a request to the test merchant and returns the id of the object that it is about.
func (d *demo) post(path, body string) string { return d.send(d.testKey, http.MethodPost, path, body) }

func (d *demo) send(key, method, path, body string) string {
	if d.err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(d.ctx, grace)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, d.api+"/v1"+path, strings.NewReader(body))
	if err != nil {
		d.err = err
		return ""
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: grace}
	answer, err := client.Do(request)
	if err != nil {
		d.fail("%s %s: %w", method, path, err)
		return ""
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	var object struct{ ID string }
	if err != nil || answer.StatusCode/100 != 2 || json.Unmarshal(content, &object) != nil {
		d.fail("%s %s: %s %s", method, path, answer.Status, content)
	}
	return object.ID
}
