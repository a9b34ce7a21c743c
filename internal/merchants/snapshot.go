package merchants

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// snapshotFormat is the format that is written. A newer one is refused, because what it adds would
// look as if it were missing.
const snapshotFormat = 1

// Snapshot is a merchant at one moment: all objects as the service sent them, ids and archived
// objects included. It has no key, no users and no secrets; see digest.go. A [Client] reads from it
// as from the service; see [Config.Snapshot].
type Snapshot struct {
	// Mode is the merchant.
	Mode Mode
	// TakenAt is when it was read, in UTC and whole seconds.
	TakenAt time.Time
	// collections are the objects by the path of their collection, sorted by key and then by id.
	collections map[string][]kept
	// listed are the same in the order of their creation, as the service lists them.
	listed map[string][]kept
	// byPath are the objects by their path.
	byPath map[string]json.RawMessage
}

// kept is one object of a snapshot.
type kept struct {
	id  ID
	key string
	// of is its type, and made when it was created, both in the words of the service.
	of, made string
	// json is canonical.
	json json.RawMessage
}

// snapshotFile is the form of a file. The names are sorted, so that the end of the file shows that
// it is whole.
type snapshotFile struct {
	Format  json.RawMessage              `json:"cohortSnapshot"`
	Mode    Mode                         `json:"mode"`
	Objects map[string][]json.RawMessage `json:"objects"`
	TakenAt string                       `json:"takenAt"`
}

// Snapshot reads the whole merchant, by GET only. It takes the objects from recent listings, one
// for each collection of the service, and reads an object by its id if its row leaves out a
// property. An error in the middle is an error of the whole.
func (c *Client) Snapshot(ctx context.Context) (*Snapshot, error) {
	if c.config.Snapshot != nil {
		return c.config.Snapshot, nil
	}
	s := &Snapshot{
		Mode: c.config.Key.Mode(), TakenAt: time.Now().UTC().Truncate(time.Second), collections: map[string][]kept{},
	}
	for _, of := range c.every() {
		d := of.described()
		if _, shared := s.collections[d.path]; shared {
			continue
		}
		s.collections[d.path] = []kept{}
		for object, err := range of.complete(ctx) {
			if err == nil {
				err = s.keep(d, object)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	s.finish()
	return s, nil
}

// TakenAt is the time of the snapshot that is read in place of the service; zero if there is none.
func (c *Client) TakenAt() time.Time {
	if c.config.Snapshot == nil {
		return time.Time{}
	}
	return c.config.Snapshot.TakenAt
}

// complete walks the objects of a recent listing of a collection, of every type, as the service
// sent them.
func (c Collection[T, Input]) complete(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for row, err := range c.client.listed(ctx, c.descriptor) {
			if err == nil && !c.isComplete(row) {
				row.json, err = c.asSent(ctx, row.id)
			}
			if IsNotFound(err) { // It was deleted meanwhile.
				continue
			}
			if !yield(row.json, err) || err != nil {
				return
			}
		}
	}
}

func (c Collection[T, Input]) isComplete(row row) bool {
	object, err := c.decodeObject(row.json)
	return err == nil && !c.client.config.ReadByID && c.isWhole(object)
}

// asSent reads an object by its id. It need not be of the expected form: one odd object must not
// hide all others.
func (c Collection[T, Input]) asSent(ctx context.Context, id ID) (json.RawMessage, error) {
	path := c.descriptor.object(id)
	body, err := c.client.do(ctx, request{method: http.MethodGet, path: path})
	if err != nil {
		return nil, err
	}
	var identity struct {
		ID ID `json:"id"`
	}
	if err = decode(body, &identity); err == nil && !id.names(identity.ID) {
		err = fmt.Errorf("%w: it is about another object", ErrUnusableAnswer)
	}
	if err != nil {
		return nil, &Error{Method: http.MethodGet, Path: path, Err: err}
	}
	return body, nil
}

func (c Collection[T, Input]) described() *descriptor { return c.descriptor }

// keep adds an object, without its secrets.
func (s *Snapshot) keep(d *descriptor, object []byte) error {
	value, err := decodeValue(object)
	if err != nil {
		return fmt.Errorf("an object of %s is %w", d.path, err)
	}
	var identity struct {
		ID ID `json:"id"`
	}
	properties, isObject := value.(map[string]any)
	if !isObject || unmarshal(object, &identity) != nil {
		return fmt.Errorf("an object of %s is of another type than expected", d.path)
	}
	if err := identity.ID.check(); err != nil {
		return fmt.Errorf("an object of %s: %w", d.path, err)
	}
	held := kept{id: identity.ID, of: typeOf(properties)}
	held.made, _ = properties["createdAt"].(string)
	held.key, _ = properties[cmp.Or(d.reference, d.name)].(string)
	held.json, err = canonical(d.withoutSecrets(properties, cmp.Or(held.key, string(held.id))))
	s.collections[d.path] = append(s.collections[d.path], held)
	return err
}

// finish puts the objects in order.
func (s *Snapshot) finish() {
	s.listed, s.byPath = map[string][]kept{}, map[string]json.RawMessage{}
	for path, objects := range s.collections {
		slices.SortFunc(objects, func(a, b kept) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id)) })
		listed := slices.Clone(objects)
		slices.SortStableFunc(listed, func(a, b kept) int { return cmp.Compare(a.made, b.made) })
		s.listed[path] = listed
		for _, object := range objects {
			s.byPath[described(path).object(object.id)] = object.json
		}
	}
}

// canonical encodes a JSON value with sorted names, numbers as they were written, and no white
// space.
func canonical(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(text.Bytes()), err
}

// Len is the number of objects.
func (s *Snapshot) Len() int {
	total := 0
	for _, objects := range s.collections {
		total += len(objects)
	}
	return total
}

// Age is how old the snapshot is. A snapshot from the future, by our clock, has no age.
func (s *Snapshot) Age() time.Duration { return max(0, time.Since(s.TakenAt)) }

// File returns the content of a file: canonical JSON, one object a line.
func (s *Snapshot) File() []byte {
	return s.encode(fmt.Sprintf(",\n\"takenAt\": %q", s.TakenAt.Format(time.RFC3339)))
}

// JSON returns the content of the file without the time, so that it is the same as long as the
// merchant is.
func (s *Snapshot) JSON() []byte { return s.encode("") }

func (s *Snapshot) encode(end string) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, "{\n\"cohortSnapshot\": %d,\n\"mode\": %q,\n\"objects\": {", snapshotFormat, s.Mode)
	for i, path := range slices.Sorted(maps.Keys(s.collections)) {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "\n%q: [", path)
		for j, object := range s.collections[path] {
			if j > 0 {
				text.WriteByte(',')
			}
			text.WriteByte('\n')
			text.Write(object.json)
		}
		text.WriteString("\n]")
	}
	fmt.Fprintf(&text, "\n}%s\n}\n", end)
	return text.Bytes()
}

// ReadSnapshot reads a file that [Snapshot.File] made. The error says what is wrong with it.
func ReadSnapshot(name string) (*Snapshot, error) {
	// Reading a pipe would block forever.
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s, err := parseSnapshot(content, true)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, err)
	}
	return s, nil
}

// ParseSnapshot reads what [Snapshot.JSON] made; the time is optional. The error says what is wrong
// with it, as in: is not a snapshot.
func ParseSnapshot(content []byte) (*Snapshot, error) { return parseSnapshot(content, false) }

func parseSnapshot(content []byte, timed bool) (*Snapshot, error) {
	var names map[string]json.RawMessage
	switch err := unmarshal(content, &names); {
	case errors.Is(err, io.ErrUnexpectedEOF) || len(bytes.TrimSpace(content)) == 0:
		return nil, errors.New("is empty or cut off: make it again")
	case err != nil || names["cohortSnapshot"] == nil:
		return nil, errors.New("is not a snapshot: make one with the command snapshot of this program")
	}
	format, err := strconv.Atoi(string(names["cohortSnapshot"]))
	switch {
	case err != nil || format < 1:
		return nil, errors.New("is damaged: its format is not a number")
	case format > snapshotFormat:
		return nil, fmt.Errorf("was made by a newer version: its format is %d, and this version knows %d", format,
			snapshotFormat)
	}
	var file snapshotFile
	if err := unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("is damaged: %w", DecodeSettings(content, &file))
	}
	var taken time.Time
	if timed || file.TakenAt != "" {
		taken, err = time.Parse(time.RFC3339, file.TakenAt)
	}
	switch {
	case file.Mode != ModeTest && file.Mode != ModeLive:
		return nil, fmt.Errorf("is damaged: its mode is %q, and not test or live", Plain(string(file.Mode)))
	case err != nil:
		return nil, errors.New("is damaged: takenAt is not a time")
	}
	s := &Snapshot{Mode: file.Mode, TakenAt: taken.UTC(), collections: map[string][]kept{}}
	for _, d := range descriptors {
		s.collections[d.path] = []kept{}
		if file.Objects[d.path] == nil {
			return nil, fmt.Errorf("has no %s: it was made by another version, so make it again", d.path)
		}
	}
	for path, objects := range file.Objects {
		if s.collections[path] == nil {
			return nil, fmt.Errorf("has %s, which this version does not know: it was made by another version, so make it again",
				Plain(path))
		}
		ids := map[ID]bool{}
		for _, object := range objects {
			if err := s.keep(described(path), object); err != nil {
				return nil, fmt.Errorf("is damaged: %w", err)
			}
			held := s.collections[path]
			last := held[len(held)-1].id
			if ids[last] {
				return nil, fmt.Errorf("is damaged: %s has the id %s twice", path, last)
			}
			ids[last] = true
		}
	}
	s.finish()
	return s, nil
}

// refusal is why a request cannot be answered from a snapshot.
func (s *Snapshot) refusal(method, path string) error {
	switch {
	case method != http.MethodGet:
		return ErrSnapshot
	case described(path) == nil:
		return ErrNotInSnapshot
	default:
		return nil
	}
}

// RoundTrip answers a request from the snapshot, as the service would have answered it. It has no
// network.
func (s *Snapshot) RoundTrip(request *http.Request) (*http.Response, error) {
	_, path, _ := strings.Cut(request.URL.EscapedPath(), "/v1/")
	if err := s.refusal(request.Method, path); err != nil {
		return nil, err
	}
	d, status := described(path), http.StatusOK
	body, found := s.byPath[path]
	switch {
	case path == d.path:
		body = s.page(d, request.URL.Query())
	case !found:
		status = http.StatusNotFound
		body = json.RawMessage(fmt.Sprintf(`{"code":"%s.not-found","message":"the snapshot has no such %[1]s"}`, d.noun))
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: request,
	}, nil
}

// page returns a page of a listing, in the form that the descriptor expects. A cursor is the
// position of the first row, or the number of the page.
func (s *Snapshot) page(d *descriptor, query url.Values) json.RawMessage {
	rows := s.rows(d, query.Get("type"))
	limit := pageSize
	if asked, err := strconv.Atoi(query.Get(d.pages.limit)); err == nil && asked > 0 {
		limit = min(limit, asked)
	}
	first, err := strconv.Atoi(query.Get(d.pages.cursor))
	if d.pages.numbered && err == nil {
		first = (first - 1) * limit
	}
	first = min(max(0, first), len(rows))
	last := min(first+limit, len(rows))
	page := map[string]any{d.pages.rows: rows[first:last]}
	if d.pages.total != "" {
		page[d.pages.total] = len(rows)
	}
	if !d.pages.numbered {
		page[d.pages.next] = nil
		if last < len(rows) {
			page[d.pages.next] = strconv.Itoa(last)
		}
	}
	encoded, err := canonical(page)
	if err != nil {
		return nil // The rows are JSON, so this does not happen. The client would report an empty body.
	}
	return encoded
}

// rows returns the objects of a type, or all for "". An object without a type is of every type.
func (s *Snapshot) rows(d *descriptor, only string) []json.RawMessage {
	rows := []json.RawMessage{}
	for _, object := range s.listed[d.path] {
		if only == "" || object.of == "" || object.of == only {
			rows = append(rows, object.json)
		}
	}
	return rows
}
