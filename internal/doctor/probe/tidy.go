package probe

import (
	"cmp"
	"context"
	"net/http"
	"slices"
)

// sweepEarlier removes the objects of earlier runs.
func (p *prober) sweepEarlier(ctx context.Context) error {
	p.progress("Looking for objects of earlier runs")
	return p.sweep(ctx, "", &p.result.Removed)
}

// sweep removes the objects of probes whose names begin with a text, the newest first.
func (p *prober) sweep(ctx context.Context, run string, removed *int) error {
	for _, s := range slices.Backward(p.speeches) {
		if s.lost != "" && s.pages.size == 0 {
			continue
		}
		rows, err := p.list(ctx, s, nil)
		if err != nil {
			if _, is := unreached(err); is {
				continue
			}
			return err
		}
		for _, row := range slices.Backward(rows) {
			name := nameOfRow(row, run)
			id, there := s.idOf(row)
			if name == "" || !there || p.isMade(textOf(id)) {
				continue
			}
			_, why, err := p.remove(ctx, s, textOf(id))
			if err != nil {
				return err
			}
			if why != "" {
				p.result.Left = append(p.result.Left, Leftover{s.kind.Noun, name, why})
				continue
			}
			*removed++
		}
	}
	return nil
}

// nameOfRow returns the name that a probe gave to an object, or "". run limits it to one run.
func nameOfRow(row map[string]any, run string) string {
	for _, property := range sortedNames(row) {
		if text, ok := row[property].(string); ok && isMine(text) && markOfRun(text, run) {
			return safeName(text)
		}
	}
	return ""
}

// isMade reports whether an object is one that this run knows.
func (p *prober) isMade(id string) bool {
	return slices.ContainsFunc(p.made, func(o *object) bool { return o.id == id && !o.gone })
}

// tidy removes what this run made, even if ctx is over.
func (p *prober) tidy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	p.progress("Removing what the probe made")
	for _, o := range slices.Backward(p.made) {
		if o.gone {
			continue
		}
		_, why, err := p.remove(ctx, o.speech, o.id)
		if err != nil {
			why = "The service did not answer."
		}
		if why != "" {
			p.result.Left = append(p.result.Left, Leftover{o.speech.kind.Noun, o.name, why})
			continue
		}
		o.gone = true
	}
	if p.numbers == 0 {
		return
	}
	if err := p.verifyGone(ctx); err != nil {
		p.result.Left = append(p.result.Left, Leftover{
			Name: probeMark + "-" + p.options.Run,
			Why:  "Perhaps more is left: the service did not answer",
		})
	}
}

// verifyGone lists what this run made, because an answer to a create or a delete can mislead. It
// deletes what is still there, and waits for deletes that take a moment.
func (p *prober) verifyGone(ctx context.Context) error {
	for _, s := range slices.Backward(p.speeches) {
		for attempt := 1; s.lost == "" || s.pages.size > 0; attempt++ {
			rows, err := p.list(ctx, s, nil)
			if err != nil {
				return err
			}
			rows = slices.DeleteFunc(rows, func(row map[string]any) bool {
				id, there := s.idOf(row)
				return nameOfRow(row, p.options.Run) == "" || there && p.isMade(textOf(id))
			})
			if len(rows) == 0 {
				break
			}
			for _, row := range rows {
				why := "A list still has it after its delete"
				if id, there := s.idOf(row); there {
					_, refused, err := p.remove(ctx, s, textOf(id))
					if err != nil {
						return err
					}
					why = cmp.Or(refused, why)
				}
				if attempt == lateReads {
					p.result.Left = append(p.result.Left, Leftover{s.kind.Noun, nameOfRow(row, p.options.Run), why})
				}
			}
			if attempt == lateReads {
				break
			}
			if err := p.wait(ctx, attempt); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove deletes an object, archived first if it must be. first is the answer to the first delete,
// and why says why the object is still there.
func (p *prober) remove(ctx context.Context, s *speech, id string) (first reply, why string, err error) {
	r, err := p.call(ctx, http.MethodDelete, s.path(id), nil, nil)
	first = r
	if err == nil && r.refused() && s.moves["archive"] != (move{}) {
		if _, err = p.transition(ctx, s, id, "archive"); err == nil {
			r, err = p.call(ctx, http.MethodDelete, s.path(id), nil, nil)
		}
	}
	if err == nil && !r.ok() {
		// An object that is gone and a delete that does not exist can answer alike.
		var read reply
		if read, err = p.call(ctx, http.MethodGet, s.path(id), nil, nil); err == nil && read.isGone() {
			return first, "", nil
		}
	}
	if said, is := unreached(err); is {
		return first, said, nil
	}
	if err != nil || r.ok() {
		return first, "", err
	}
	return first, "The service refused to delete it. " + p.quote(r), nil
}
