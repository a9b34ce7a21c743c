//go:build unix

package pulumi

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// Marks in the values of Pulumi's protocol.
const (
	unknown   = "04da6b54-80e4-46f7-96ec-b56ff0331ba9" // in place of a value that is not known yet
	signature = "4dabf18193072939515e22adb298388d"     // the name of the member that tells what an object is
	secret    = "1b47061264138c4ac30d75fd1eb44270"     // the signature of a secret, which holds a value
)

// properties are inputs or outputs of an object.
type properties = map[string]any

// output refers to an output of another object.
type output struct{ object, name string }

// object is an object that a program declares.
type object struct {
	name, kind string
	inputs     properties
}

// token is Pulumi's name of the kind, or of what begins with a verb and works on the kind.
func (o object) token(verb string) string {
	member := strings.ToUpper(o.kind[:1]) + o.kind[1:]
	if verb == "" {
		return "cohort:index/" + o.kind + ":" + member
	}
	return "cohort:index/" + verb + member + ":" + verb + member
}

// urn is the engine's name of the object.
func (o object) urn() string { return "urn:pulumi:dev::loyalty::" + o.token("") + "::" + o.name }

// held is what the engine keeps of an object.
type held struct {
	object
	id              string
	inputs, outputs *structpb.Struct
}

// stack is a stack of Pulumi: what a program declares, carried out by one provider.
type stack struct {
	*service
	key    string
	config properties
	held   []held
	// secrets are the outputs that came as secrets, such as "perk.code".
	secrets map[string]bool
}

func newStack(s *service, key string, config properties) *stack {
	return &stack{service: s, key: key, config: config, secrets: map[string]bool{}}
}

// session starts the provider for one command, as the engine does: preview and up get a process
// each.
func (s *stack) session() (bridge pulumirpc.ResourceProviderClient, stop func(), err error) {
	s.t.Helper()
	bridge, stop = s.newBridge(s.key)
	checked, err := bridge.CheckConfig(s.t.Context(),
		&pulumirpc.CheckRequest{Urn: "urn:pulumi:dev::loyalty::pulumi:providers:cohort::cohort", News: s.message(s.config)})
	if err == nil {
		err = failed(checked.GetFailures())
	}
	if err == nil {
		_, err = bridge.Configure(s.t.Context(), &pulumirpc.ConfigureRequest{Args: checked.GetInputs(), AcceptSecrets: true})
	}
	return bridge, stop, err
}

func failed(failures []*pulumirpc.CheckFailure) error {
	var all []error
	for _, failure := range failures {
		all = append(all, fmt.Errorf("%s: %s", failure.GetProperty(), failure.GetReason()))
	}
	return errors.Join(all...)
}

// message returns properties in the form of the protocol.
func (s *service) message(values properties) *structpb.Struct {
	s.t.Helper()
	made, err := structpb.NewStruct(values)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

// find returns what is kept of an object, or nil.
func (s *stack) find(name string) *held {
	if i := slices.IndexFunc(s.held, func(h held) bool { return h.name == name }); i >= 0 {
		return &s.held[i]
	}
	return nil
}

// preview returns what up would do to each object: same, create, delete or update, the latter with
// the names of the properties that change.
func (s *stack) preview(program []object) (map[string]string, error) { return s.walk(program, true) }

// up makes the stack what the program declares. After an error it keeps what was done until then.
func (s *stack) up(program []object) (map[string]string, error) { return s.walk(program, false) }

func (s *stack) walk(program []object, preview bool) (done map[string]string, err error) {
	s.t.Helper()
	bridge, stop, err := s.session()
	defer stop()
	if err != nil {
		return nil, err
	}
	return s.carryOut(bridge, program, preview)
}

func (s *stack) carryOut(bridge pulumirpc.ResourceProviderClient, program []object, preview bool) (
	done map[string]string, err error,
) {
	s.t.Helper()
	done = map[string]string{}
	planned := map[string]properties{} // outputs of a preview
	for _, o := range program {
		news := s.message(s.resolve(o.inputs, planned).(properties))
		prior := s.find(o.name)
		request := &pulumirpc.CheckRequest{Urn: o.urn(), News: news}
		if prior != nil {
			request.Olds = prior.inputs
		}
		checked, err := bridge.Check(s.t.Context(), request)
		if err == nil {
			err = failed(checked.GetFailures())
		}
		if err != nil {
			return done, fmt.Errorf("check %s: %w", o.name, err)
		}
		inputs := s.open(o.name, checked.GetInputs())
		switch did, outputs, err := s.reach(bridge, o, prior, inputs, preview); {
		case err != nil:
			return done, err
		default:
			done[o.name], planned[o.name] = did, outputs.AsMap()
		}
	}
	for _, h := range slices.Backward(slices.Clone(s.held)) {
		if slices.ContainsFunc(program, func(o object) bool { return o.name == h.name }) {
			continue
		}
		done[h.name] = "delete"
		if preview {
			continue
		}
		if err := s.delete(bridge, h); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (s *stack) create(bridge pulumirpc.ResourceProviderClient, o object, inputs *structpb.Struct, preview bool) (
	*structpb.Struct, error,
) {
	s.t.Helper()
	made, err := bridge.Create(s.t.Context(), &pulumirpc.CreateRequest{Urn: o.urn(), Properties: inputs, Preview: preview})
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", o.name, err)
	}
	outputs := s.open(o.name, made.GetProperties())
	if !preview {
		s.held = append(s.held, held{object: o, id: made.GetId(), inputs: inputs, outputs: outputs})
	}
	return outputs, nil
}

func (s *stack) delete(bridge pulumirpc.ResourceProviderClient, h held) error {
	_, err := bridge.Delete(s.t.Context(),
		&pulumirpc.DeleteRequest{Id: h.id, Urn: h.urn(), Properties: h.outputs, OldInputs: h.inputs})
	if err != nil {
		return fmt.Errorf("delete %s: %w", h.name, err)
	}
	s.held = slices.DeleteFunc(s.held, func(other held) bool { return other.name == h.name })
	return nil
}

// replace deletes an object before it creates another one, as deleteBeforeReplace asks for. An
// object with a key cannot be replaced in the other order.
func (s *stack) replace(bridge pulumirpc.ResourceProviderClient, o object, prior *held, inputs *structpb.Struct,
	why []string, preview bool,
) (did string, outputs *structpb.Struct, err error) {
	s.t.Helper()
	if !preview {
		if err := s.delete(bridge, *prior); err != nil {
			return "", nil, err
		}
	}
	outputs, err = s.create(bridge, o, inputs, preview)
	return "replace for " + strings.Join(why, ", "), outputs, err
}

// reach creates or updates an object, or finds that it is the same.
func (s *stack) reach(bridge pulumirpc.ResourceProviderClient, o object, prior *held, inputs *structpb.Struct,
	preview bool,
) (did string, outputs *structpb.Struct, err error) {
	s.t.Helper()
	if prior == nil {
		outputs, err := s.create(bridge, o, inputs, preview)
		return "create", outputs, err
	}
	diff, err := bridge.Diff(s.t.Context(), &pulumirpc.DiffRequest{
		Id: prior.id, Urn: o.urn(), Olds: prior.outputs, OldInputs: prior.inputs, News: inputs,
	})
	if err != nil {
		return "", nil, fmt.Errorf("diff %s: %w", o.name, err)
	}
	if diff.GetChanges() == pulumirpc.DiffResponse_DIFF_NONE {
		return "same", prior.outputs, nil
	}
	if len(diff.GetReplaces()) > 0 {
		return s.replace(bridge, o, prior, inputs, diff.GetReplaces(), preview)
	}
	updated, err := bridge.Update(s.t.Context(), &pulumirpc.UpdateRequest{
		Id: prior.id, Urn: o.urn(), Olds: prior.outputs, OldInputs: prior.inputs, News: inputs, Preview: preview,
	})
	if err != nil {
		return "", nil, fmt.Errorf("update %s: %w", o.name, err)
	}
	outputs = s.open(o.name, updated.GetProperties())
	if !preview {
		prior.inputs, prior.outputs = inputs, outputs
	}
	return "update " + strings.Join(diff.GetDiffs(), ", "), outputs, nil
}

// refresh reads all objects, and returns which are the same, changed or gone.
func (s *stack) refresh() (found map[string]string, err error) {
	s.t.Helper()
	bridge, stop, err := s.session()
	defer stop()
	if err != nil {
		return nil, err
	}
	found = map[string]string{}
	for i, h := range s.held {
		read, err := bridge.Read(s.t.Context(),
			&pulumirpc.ReadRequest{Id: h.id, Urn: h.urn(), Inputs: h.inputs, Properties: h.outputs})
		if err != nil {
			return found, fmt.Errorf("read %s: %w", h.name, err)
		}
		s.held[i].outputs = s.open(h.name, read.GetProperties())
		switch {
		case read.GetId() == "":
			found[h.name] = "gone"
		case cmp.Equal(s.held[i].outputs.AsMap(), h.outputs.AsMap()):
			found[h.name] = "same"
		default:
			found[h.name] = "changed"
		}
	}
	s.held = slices.DeleteFunc(s.held, func(h held) bool { return found[h.name] == "gone" })
	return found, nil
}

// adopt imports objects by their keys or ids.
func (s *stack) adopt(program []object, names map[string]string) (done map[string]string, err error) {
	s.t.Helper()
	bridge, stop, err := s.session()
	defer stop()
	if err != nil {
		return nil, err
	}
	done = map[string]string{}
	for _, o := range program {
		read, err := bridge.Read(s.t.Context(), &pulumirpc.ReadRequest{Id: names[o.name], Urn: o.urn()})
		if err != nil {
			return done, fmt.Errorf("import %s: %w", o.name, err)
		}
		if read.GetId() == "" {
			return done, fmt.Errorf("import %s: there is no %s", o.name, names[o.name])
		}
		done[o.name] = "import"
		s.held = append(s.held, held{
			object: o, id: read.GetId(),
			inputs: s.open(o.name, read.GetInputs()), outputs: s.open(o.name, read.GetProperties()),
		})
	}
	return done, nil
}

// resolve puts outputs in the place of references to them. In a preview those of an object that is
// not there yet may be unknown.
func (s *stack) resolve(value any, planned map[string]properties) any {
	s.t.Helper()
	switch value := value.(type) {
	case output:
		if h := s.find(value.object); h != nil {
			return h.outputs.AsMap()[value.name]
		}
		if known, ok := planned[value.object][value.name]; ok && known != "" {
			return known
		}
		return unknown
	case properties:
		resolved := properties{}
		for name, member := range value {
			resolved[name] = s.resolve(member, planned)
		}
		return resolved
	case []any:
		resolved := make([]any, len(value))
		for i, member := range value {
			resolved[i] = s.resolve(member, planned)
		}
		return resolved
	}
	return value
}

// open takes the values out of secrets, as the engine does for a provider that does not want to see
// them, and notes where they were.
func (s *stack) open(name string, values *structpb.Struct) *structpb.Struct {
	s.t.Helper()
	opened, _ := s.reveal(name, values.AsMap()).(properties)
	return s.message(opened)
}

func (s *stack) reveal(path string, value any) any {
	switch value := value.(type) {
	case properties:
		if value[signature] == secret {
			// The members that begin so are of the bridge itself.
			if !strings.Contains(path, ".__") {
				s.secrets[path] = true
			}
			return s.reveal(path, value["value"])
		}
		opened := properties{}
		for name, member := range value {
			opened[name] = s.reveal(path+"."+name, member)
		}
		return opened
	case []any:
		opened := make([]any, len(value))
		for i, member := range value {
			opened[i] = s.reveal(path, member)
		}
		return opened
	}
	return value
}
