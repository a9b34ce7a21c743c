package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Source is a merchant to read.
type Source struct {
	Mode merchants.Mode
	// Key is the API key of the merchant; "" with a snapshot.
	Key string
	// URL is the address of the API; "" means what COHORT_API_URL says.
	URL string
	// Snapshot is the path of a snapshot that stands in for the merchant; "" for none.
	Snapshot string
}

// Reader reads the objects of a merchant as the provider would adopt them. It never sends anything
// but GET.
type Reader struct{ data *providerData }

// Open configures the provider for a source. It uses no network. The error is what the provider
// would say.
func Open(ctx context.Context, version string, source Source) (*Reader, error) {
	configured, err := open(ctx, version, source, true)
	if err != nil {
		return nil, err
	}
	return &Reader{configured}, nil
}

// OpenClient configures the provider for a source, and returns its client. Unlike [Open], the
// client writes, unless the environment says that nothing may be written.
func OpenClient(ctx context.Context, version string, source Source) (*merchants.Client, error) {
	configured, err := open(ctx, version, source, false)
	if err != nil {
		return nil, err
	}
	return configured.client, nil
}

func open(ctx context.Context, version string, source Source, readOnly bool) (*providerData, error) {
	arguments := map[string]tftypes.Value{
		"mode":      tftypes.NewValue(tftypes.String, string(source.Mode)),
		"read_only": tftypes.NewValue(tftypes.Bool, readOnly),
	}
	for name, text := range map[string]string{
		"api_key": source.Key, "api_url": source.URL, "snapshot": source.Snapshot,
	} {
		if text != "" {
			arguments[name] = tftypes.NewValue(tftypes.String, text)
		}
	}
	served := &cohortProvider{version: version, keyed: source.Snapshot == ""}
	server := serve(served)
	known, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	block, _ := known.Provider.ValueType().(tftypes.Object)
	for name, kind := range block.AttributeTypes {
		if _, given := arguments[name]; !given {
			arguments[name] = tftypes.NewValue(kind, nil)
		}
	}
	config, err := tfprotov6.NewDynamicValue(block, tftypes.NewValue(block, arguments))
	if err != nil {
		return nil, err
	}
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: &config})
	if err != nil {
		return nil, err
	}
	for _, d := range configured.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return nil, fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return served.configured.Load(), nil
}

// OpenSnapshot reads from a snapshot.
func OpenSnapshot(snapshot *merchants.Snapshot) (*Reader, error) {
	client, err := merchants.New(merchants.Config{Snapshot: snapshot, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	return &Reader{&providerData{client: client, mode: snapshot.Mode, fromSnapshot: true}}, nil
}

// Client is the client that reads. It refuses to write.
func (r *Reader) Client() *merchants.Client { return r.data.client }

// Count returns how many objects of a kind the merchant has.
func (r *Reader) Count(ctx context.Context, k Kind) (int, error) {
	objects := 0
	for _, err := range k.objects(r.data.client).Cached(ctx) {
		if err != nil {
			return 0, err
		}
		objects++
	}
	return objects, nil
}

// Mode is the merchant that is read.
func (r *Reader) Mode() merchants.Mode { return r.data.mode }

// TakenAt is the time of the snapshot that stands in for the merchant; zero if there is none.
func (r *Reader) TakenAt() time.Time { return r.data.client.TakenAt() }

// Snapshot takes a snapshot of the merchant. The error says what could not be read.
func (r *Reader) Snapshot(ctx context.Context) (*merchants.Snapshot, error) {
	taken, err := r.data.client.Snapshot(ctx)
	if err != nil {
		return nil, fmt.Errorf("the %s merchant could not be read: %s", r.data.mode, describeError(err))
	}
	return taken, nil
}

// Object is an object of a merchant.
type Object struct {
	Kind Kind
	merchants.Head
	// Config is the configuration of the resource that adopts the object with an empty plan: an object
	// of the resource's type, null where there is nothing to write. Secrets are in it.
	Config cty.Value
	// Unmodeled are the properties with a value that the provider does not know, as paths.
	Unmodeled []string
	// Refusal is why the provider cannot manage the object; "" if it can.
	Refusal string
}

// Objects walks all objects of a kind, in the order of their creation. The error says what could
// not be read.
func (r *Reader) Objects(ctx context.Context, k Kind) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		configType, err := ctyTypeOf(schema.Schema{Attributes: k.attributes()}.Type().TerraformType(ctx))
		if err != nil {
			yield(Object{}, err)
			return
		}
		for read, err := range k.managed(ctx, r.data, k) {
			object := Object{Kind: k, Head: read.head, Unmodeled: read.unmodeled}
			switch {
			case err != nil:
				err = fmt.Errorf("%s of the %s merchant could not be read: %s", k.Plural, r.data.mode, describeError(err))
			case read.problems.HasError():
				first := read.problems.Errors()[0]
				object.Refusal = strings.TrimSpace(first.Summary() + ": " + first.Detail())
			default:
				object.Config, err = ctyValue(k.configuration(ctx, read.state.Raw), configType)
			}
			if !yield(object, err) || err != nil {
				return
			}
		}
	}
}

// managed is an object as the state of its resource after an import and a read.
type managed struct {
	head      merchants.Head
	state     tfsdk.State
	unmodeled []string
	problems  diag.Diagnostics
}

// managedObjects walks the objects of a kind. Model is the model of its resource.
func managedObjects[T merchants.Object, Input, Model any, P projection[T, Model]](
	of func(*merchants.Client) merchants.Collection[T, Input],
) func(context.Context, *providerData, Kind) iter.Seq2[managed, error] {
	return func(ctx context.Context, p *providerData, k Kind) iter.Seq2[managed, error] {
		objects, resource := of(p.client), schema.Schema{Attributes: k.attributes()}
		empty := tftypes.NewValue(resource.Type().TerraformType(ctx), nil)
		return func(yield func(managed, error) bool) {
			for object, err := range objects.Whole(ctx) {
				read := managed{state: tfsdk.State{Schema: resource, Raw: empty}}
				if err == nil {
					read.head, read.unmodeled = object.Head(), objects.Unmodeled(object)
					read.problems = writeManaged[T, Model, P](ctx, p, object, &read.state)
				}
				if !yield(read, err) {
					return
				}
			}
		}
	}
}

// settable is a state, or the resource of a query.
type settable interface {
	SetAttribute(ctx context.Context, at path.Path, value any) diag.Diagnostics
	Get(ctx context.Context, target any) diag.Diagnostics
	Set(ctx context.Context, value any) diag.Diagnostics
}

// writeManaged writes an object as an import and its read do.
func writeManaged[T merchants.Object, Model any, P projection[T, Model]](
	ctx context.Context, p *providerData, object T, into settable,
) diag.Diagnostics {
	var diags diag.Diagnostics
	diags.Append(into.SetAttribute(ctx, path.Root("id"), string(object.Head().ID))...)
	diags.Append(into.SetAttribute(ctx, path.Root("mode"), string(p.mode))...)
	var model Model
	diags.Append(into.Get(ctx, &model)...)
	adopt(P(&model), object.Head().Status)
	P(&model).read(ctx, object, nil, &diags)
	diags.Append(into.Set(ctx, model)...)
	return diags
}

// ctyTypeOf returns a type in the form of HCL.
func ctyTypeOf(kind tftypes.Type) (cty.Type, error) {
	encoded, err := json.Marshal(kind)
	if err != nil {
		return cty.NilType, err
	}
	return ctyjson.UnmarshalType(encoded)
}

// ctyValue returns a value in the form of HCL.
func ctyValue(value tftypes.Value, kind cty.Type) (cty.Value, error) {
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		return cty.NilVal, errors.New("an object cannot be encoded")
	}
	return ctymsgpack.Unmarshal(encoded.MsgPack, kind)
}
