package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mediaHost is where a normalizing sandbox pretends to keep images and videos.
const mediaHost = "https://media.sandbox.invalid/"

// normalized returns an object as a normalizing service would store it: text trimmed, HTML parsed
// and rewritten, media re-hosted, rewards ordered by id. Steps, conditions and open settings stay
// as sent. The encoder reverses the order of keys. assumed: no source shows what Cohort normalizes;
// similar services do this.
func normalized(k *kind, object values) values {
	out := tidy(object)
	if k == perks && object["type"] != "shopify-discount" {
		out["typeConfig"] = object["typeConfig"]
	}
	return out
}

func tidy(object values) values {
	out := make(values, len(object))
	for name, v := range object {
		switch name {
		case "description", "lockedDescription":
			out[name] = eachText(v, tidyHTML)
		case "internalName", "name", "title", "optInCta", "discountName":
			out[name] = eachText(v, strings.TrimSpace)
		case "imageUrl", "videoUrl":
			out[name] = eachText(v, rehost)
		case "rewards":
			out[name] = byRewardID(v)
		case "typeConfig":
			out[name] = v
			if config, ok := v.(values); ok {
				out[name] = tidy(config)
			}
		case "steps":
			out[name] = tidyAll(v)
		default:
			out[name] = v
		}
	}
	return out
}

func tidyAll(v any) any {
	items, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
		if object, ok := item.(values); ok {
			out[i] = tidy(object)
		}
	}
	return out
}

// eachText changes a text, or each language of a localized one.
func eachText(v any, change func(string) string) any {
	switch v := v.(type) {
	case string:
		return change(v)
	case values:
		out := make(values, len(v))
		for code, s := range v {
			out[code] = eachText(s, change)
		}
		return out
	}
	return v
}

// tidyHTML parses a fragment and rewrites it: tags closed and in lower case, attributes quoted, &
// escaped.
func tidyHTML(s string) string {
	nodes, err := html.ParseFragment(strings.NewReader(strings.TrimSpace(s)),
		&html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return s
	}
	var out strings.Builder
	for _, node := range nodes {
		if err := html.Render(&out, node); err != nil {
			return s
		}
	}
	return strings.ReplaceAll(out.String(), "&#39;", "'")
}

func rehost(url string) string {
	if strings.HasPrefix(url, mediaHost) {
		return url
	}
	sum := sha256.Sum256([]byte(url))
	extension := path.Ext(url)
	if len(extension) > 5 || strings.ContainsAny(extension, "/?#") {
		extension = ""
	}
	return mediaHost + hex.EncodeToString(sum[:8]) + extension
}

func byRewardID(v any) any {
	rewards, ok := v.([]any)
	if !ok {
		return v
	}
	id := func(reward any) string {
		object, _ := reward.(values)
		return stringOf(object["rewardId"])
	}
	out := slices.Clone(rewards)
	slices.SortStableFunc(out, func(a, b any) int { return strings.Compare(id(a), id(b)) })
	return out
}
