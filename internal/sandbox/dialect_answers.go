package sandbox

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// speak translates an answer into the dialect of the request.
func (s *Sandbox) speak(c *call, a answer) answer {
	if c.spoken == nil || a.verbatim {
		return a
	}
	if a.status >= http.StatusBadRequest {
		return s.options.Dialect.refusal(c, a)
	}
	t := c.spoken.tongue
	if t == nil {
		return a
	}
	f := &t.dialect.form
	body, err := decode(a.body)
	told := err == nil
	status := a.status
	switch c.spoken.action {
	case actList:
		if told {
			a.body = s.writing(c).encode()(t.page(body))
		}
		return a
	case actDelete:
		status = f.Delete.Status
	case actCreate:
		status = f.Create.Status
		if f.Create.Location && told {
			a.headers = map[string]string{"Location": t.base + "/" + stringOf(body["id"])}
		}
		if f.Create.Empty {
			a.body, told = nil, false
		}
	}
	if c.fault.Status == 0 {
		a.status = status
	}
	if !told {
		return a
	}
	object := t.speak("", body, false)
	if f.Envelope != "" {
		object = values{f.Envelope: object}
	}
	a.body = s.writing(c).encode()(object)
	return a
}

// page writes a page in the form of the dialect.
func (t *tongue) page(ours values) any {
	f := &t.dialect.form
	rows, _ := ours["data"].([]any)
	spoken := make([]any, len(rows))
	for i, row := range rows {
		spoken[i] = t.speak("", row, true)
	}
	if f.Pages.Form == formArray {
		return spoken
	}
	out := values{}
	for name, v := range ours {
		if name != "data" && name != "nextCursor" && name != "total" {
			out[name] = v // A fault has added it.
		}
	}
	out[f.Pages.Rows] = spoken
	about := out
	if f.Pages.Meta != "" {
		about = values{}
		out[f.Pages.Meta] = about
	}
	if total, there := ours["total"]; there {
		about[f.Pages.Total] = total
	}
	if next, there := ours["nextCursor"]; there && f.Pages.Form == formCursor && (next != nil || f.Nulls == "") {
		about[f.Pages.Next] = next
	}
	return out
}

// speak translates a value of an answer. path is our path without indices; row says that the object
// stands in a list.
func (t *tongue) speak(path string, v any, row bool) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = t.speak(path, item, row)
		}
		return out
	case values:
		if t.ours[path] == nil {
			return v
		}
		out := make(values, len(v))
		for name, inner := range v {
			under := join(path, name)
			theirs, known := t.names[under]
			switch {
			case !known:
				out[name] = inner // A property that the dialect has on top of ours, or that a fault has added.
				continue
			case t.hides(under, row), inner == nil && t.dialect.form.Nulls != "":
				continue
			case name == "typeConfig":
				under += ":" + stringOf(v["type"])
			}
			out[theirs] = t.speak(under, inner, row)
		}
		return out
	}
	return t.speakValue(path, v)
}

// hides reports whether answers lack a property.
func (t *tongue) hides(path string, row bool) bool {
	return slices.Contains(t.omit, path) || slices.Contains(t.refuse, path) || row && slices.Contains(t.omitRows, path)
}

func (t *tongue) speakValue(path string, v any) any {
	text, isText := v.(string)
	if !isText {
		return v
	}
	p := t.vocabulary[path]
	switch {
	case p.id && t.dialect.form.IDs == "number":
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			return json.Number(text)
		}
	case p.moment:
		return t.dialect.form.time(text)
	case len(p.words) > 0:
		if theirs, known := t.words[path][text]; known {
			return theirs
		}
	}
	return v
}

// time writes one of our times in the form of the dialect.
func (f *dialectForm) time(ours string) any {
	at, err := time.Parse(timeForm, ours)
	if err != nil {
		return ours
	}
	switch f.Times {
	case "seconds":
		return at.Format("2006-01-02T15:04:05Z")
	case "offset":
		return at.Format("2006-01-02T15:04:05.000+00:00")
	case "number":
		return json.Number(strconv.FormatInt(at.UnixMilli(), 10))
	}
	return ours
}

// refusal translates the answer to a request that was not carried out. The code stays as it is.
func (d *Dialect) refusal(c *call, a answer) answer {
	body, err := decode(a.body)
	code, coded := body["code"].(string)
	if err != nil || !coded {
		return a // An unknown route. Every framework answers it in this way.
	}
	f := &d.form.Errors
	message := stringOf(body["message"])
	if c.spoken.tongue != nil && c.spoken.refused == nil {
		message = c.spoken.tongue.message(c, code, message)
	}
	status, out := a.status, values{"code": code, "message": message}
	missing := status == http.StatusNotFound
	switch {
	case c.fault.Status != 0: // The fault decides the status.
	case missing:
		status = f.NotFound
	case status == http.StatusExpectationFailed:
		status = f.Status
	}
	switch {
	case f.Form == "framework":
		out = values{"statusCode": status, "message": []any{message}, "error": http.StatusText(status)}
	case missing && !*f.NotFoundCode:
		delete(out, "code")
	}
	a.status, a.body = status, encode(out)
	if missing && !*f.NotFoundBody {
		a.body = nil
	}
	return a
}

// token is a text in quotes, a path or a word of a message.
var token = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[A-Za-z][A-Za-z0-9-]*(?:\[\d+\])?(?:\.[A-Za-z][A-Za-z0-9-]*(?:\[\d+\])?)*`)

// message translates the properties, parameters and words that a message names.
func (t *tongue) message(c *call, code, ours string) string {
	first := ""
	listed := false // the message goes on with the words of the first property
	invalidState := strings.HasSuffix(code, ".invalid-state")
	return token.ReplaceAllStringFunc(ours, func(word string) string {
		if word[0] == '"' {
			return word
		}
		if c.spoken.action == actList && word == "cursor" {
			return t.dialect.form.Pages.Cursor
		}
		theirs, path := t.rename(word, c.spoken.about)
		if path == "" && first != "" {
			// A path can be relative to the first one.
			if outer := first[:max(strings.LastIndexByte(first, '.'), 0)]; outer != "" {
				if whole, inner := t.rename(outer+"."+word, c.spoken.about); strings.Contains(inner, ".") {
					theirs, path = whole[strings.LastIndexByte(whole, '.')+1:], inner
				}
			}
		}
		if first == "" {
			first = word
			listed = strings.HasPrefix(ours, word+" must be one of ")
			if listed {
				_, first = t.rename(word, c.spoken.about)
			}
			return theirs
		}
		switch {
		case listed:
			if theirs, known := t.words[first][word]; known {
				return theirs
			}
			return word
		case path != "":
			return theirs
		case invalidState:
			if theirs, known := t.words["status"][word]; known {
				return theirs
			}
		}
		return word
	})
}

// rename translates a path with indices into the dialect, as far as it is known. ours is the path
// without indices and with types; it is "" if not even the first name is known.
func (t *tongue) rename(path string, object any) (theirs, ours string) {
	holder := ""
	for part := range strings.SplitSeq(path, ".") {
		name, index, listed := strings.Cut(part, "[")
		around, _ := object.(values)
		object = around[name]
		at := join(holder, name)
		if known, there := t.names[at]; there {
			name = known
		} else if holder == "" {
			return path, ""
		}
		if holder = at; lastName(at) == "typeConfig" {
			holder += ":" + stringOf(around["type"])
		}
		if listed {
			items, _ := object.([]any)
			if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); err == nil && n < len(items) {
				object = items[n]
			}
			name += "[" + index
		}
		theirs, ours = join(theirs, name), at
	}
	return theirs, ours
}
