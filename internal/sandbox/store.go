package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
)

// store holds both merchants. mu guards everything in it.
type store struct {
	mu        sync.Mutex
	merchants map[string]*merchant // by mode
	seed      uint64
	issued    uint64 // ids given out; the seed and this count decide the next id
	created   int    // objects made; decides their order
	file      string // "" keeps everything in memory
	lax       laxity
}

// laxity says which rules a dialect lacks.
type laxity struct {
	shared  bool // objects may share the unique property
	inUse   bool // objects in use can be deleted
	numbers bool // ids are numbers
}

// A merchant is one of the two separate data sets of an organization. documented.
type merchant struct {
	store     *store
	mode      string
	key       string
	revoked   bool
	objects   map[string]*object          // by id
	order     map[*kind][]*object         // by creation
	unique    map[*kind]map[string]string // value of the unique property → id
	views     map[string]*view            // what reads still show after a write; see Fault
	diffusion values                      // nil when campaign diffusion is off
}

// An object is replaced as a whole, never changed in place.
type object struct {
	kind   *kind
	number int // order of creation, over both merchants
	fields values
	body   []byte // fields, encoded
	before string // the status before archiving
}

func (o *object) id() string     { return stringOf(o.fields["id"]) }
func (o *object) status() string { return stringOf(o.fields["status"]) }
func (o *object) name() string   { return stringOf(o.fields[o.kind.label]) }

var modes = []string{"test", "live"}

func newStore(seed uint64, file string) (*store, error) {
	s := &store{seed: seed, file: file, merchants: map[string]*merchant{}}
	for _, mode := range modes {
		s.merchants[mode] = s.newMerchant(mode, mode+"_"+hex.EncodeToString(pseudorandom(seed, "key", mode)[:16]))
	}
	if file == "" {
		return s, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return s, s.save() // Report a file that cannot be written at the start.
	}
	if err != nil {
		return nil, fmt.Errorf("sandbox: read the data file: %w", err)
	}
	if err := s.load(data); err != nil {
		return nil, fmt.Errorf("sandbox: the data file %s is damaged: %w", file, err)
	}
	return s, nil
}

func (s *store) newMerchant(mode, key string) *merchant {
	m := &merchant{store: s, mode: mode, key: key}
	m.empty()
	return m
}

func (m *merchant) empty() {
	m.objects = map[string]*object{}
	m.order = map[*kind][]*object{}
	m.unique = map[*kind]map[string]string{}
	m.views = map[string]*view{}
	m.diffusion = nil
	for _, k := range kinds {
		m.unique[k] = map[string]string{}
	}
}

// pseudorandom derives bytes that look random from the seed.
func pseudorandom(seed uint64, what string, parts ...any) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %v", seed, what, parts))
	return sum[:]
}

// newID returns a UUID v4, as in webhook samples. observed.
func (m *merchant) newID() string {
	m.store.issued++
	if m.store.lax.numbers {
		return strconv.FormatUint(m.store.issued, 10)
	}
	b := pseudorandom(m.store.seed, "id", m.store.issued)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// put stores a new or changed object. If the data file cannot be written, it stores nothing.
func (m *merchant) put(o *object, encode func(any) []byte) error {
	before := m.objects[o.id()]
	if o.number == 0 {
		m.store.created++
		o.number = m.store.created
	}
	o.body = encode(o.fields)
	m.place(o)
	if err := m.store.save(); err != nil {
		m.take(o)
		if before != nil {
			m.place(before)
		}
		return err
	}
	return nil
}

func (m *merchant) remove(o *object) error {
	m.take(o)
	if err := m.store.save(); err != nil {
		m.place(o)
		return err
	}
	return nil
}

func byNumber(o *object, number int) int { return o.number - number }

func (m *merchant) place(o *object) {
	if before := m.objects[o.id()]; before != nil {
		m.take(before)
	}
	m.objects[o.id()] = o
	at, _ := slices.BinarySearchFunc(m.order[o.kind], o.number, byNumber)
	m.order[o.kind] = slices.Insert(m.order[o.kind], at, o)
	if o.kind.key != nil {
		if key := o.kind.key(o.fields); key != "" {
			m.unique[o.kind][key] = o.id()
		}
	}
}

func (m *merchant) take(o *object) {
	delete(m.objects, o.id())
	if at, found := slices.BinarySearchFunc(m.order[o.kind], o.number, byNumber); found {
		m.order[o.kind] = slices.Delete(m.order[o.kind], at, at+1)
	}
	if o.kind.key != nil {
		if key := o.kind.key(o.fields); m.unique[o.kind][key] == o.id() {
			delete(m.unique[o.kind], key)
		}
	}
}

// The format of the data file.
type (
	savedStore struct {
		Version   int                      `json:"version"`
		Seed      uint64                   `json:"seed"`
		Issued    uint64                   `json:"issued"`
		Created   int                      `json:"created"`
		Merchants map[string]savedMerchant `json:"merchants"`
	}
	savedMerchant struct {
		Key       string          `json:"key"`
		Diffusion json.RawMessage `json:"diffusion,omitempty"`
		Objects   []savedObject   `json:"objects"`
	}
	savedObject struct {
		Kind   string          `json:"kind"`
		Number int             `json:"number"`
		Before string          `json:"statusBeforeArchive,omitempty"`
		Fields json.RawMessage `json:"fields"`
	}
)

const fileVersion = 1

// save writes a temporary file and renames it, so a reader finds either the old state or the new
// one.
func (s *store) save() error {
	if s.file == "" {
		return nil
	}
	saved := savedStore{
		Version: fileVersion, Seed: s.seed, Issued: s.issued, Created: s.created,
		Merchants: map[string]savedMerchant{},
	}
	for mode, m := range s.merchants {
		out := savedMerchant{Key: m.key, Objects: []savedObject{}}
		if m.diffusion != nil {
			out.Diffusion = encode(m.diffusion)
		}
		for _, k := range kinds {
			for _, o := range m.order[k] {
				out.Objects = append(out.Objects, savedObject{Kind: k.path, Number: o.number, Before: o.before, Fields: o.body})
			}
		}
		saved.Merchants[mode] = out
	}
	data, err := json.Marshal(saved)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(s.file), filepath.Base(s.file)+".*")
	if err != nil {
		return fmt.Errorf("sandbox: write the data file: %w", err)
	}
	_, err = temporary.Write(data)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), s.file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("sandbox: write the data file: %w", err), os.Remove(temporary.Name()))
	}
	return nil
}

func (s *store) load(data []byte) error {
	var saved savedStore
	if err := json.Unmarshal(data, &saved); err != nil {
		return err
	}
	if saved.Version != fileVersion {
		return fmt.Errorf("its version is %d, want %d", saved.Version, fileVersion)
	}
	s.seed, s.issued, s.created = saved.Seed, saved.Issued, saved.Created
	for _, mode := range modes {
		from, ok := saved.Merchants[mode]
		if !ok || from.Key == "" {
			return fmt.Errorf("it lacks the %s merchant or its key", mode)
		}
		m := s.newMerchant(mode, from.Key)
		s.merchants[mode] = m
		if len(from.Diffusion) > 0 {
			diffusion, err := decode(from.Diffusion)
			if err != nil {
				return fmt.Errorf("campaign diffusion of %s: %w", mode, err)
			}
			m.diffusion = diffusion
		}
		for i, o := range from.Objects {
			k := kindByPath(o.Kind)
			if k == nil {
				return fmt.Errorf("object %d of %s is of the unknown kind %q", i, mode, o.Kind)
			}
			fields, err := decode(o.Fields)
			if err != nil {
				return fmt.Errorf("object %d of %s: %w", i, mode, err)
			}
			if fields, err = m.formed(k, fields); err != nil {
				return fmt.Errorf("object %d of %s: %w", i, mode, err)
			}
			if m.objects[stringOf(fields["id"])] != nil {
				return fmt.Errorf("object %d of %s has no id of its own", i, mode)
			}
			m.place(&object{kind: k, number: o.Number, fields: fields, body: o.Fields, before: o.Before})
		}
	}
	return nil
}
