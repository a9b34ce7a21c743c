package provider

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Environment variables that stand in for arguments of the provider.
const (
	envAPIKey   = "COHORT_API_KEY"
	envAPIURL   = "COHORT_API_URL"
	envReadOnly = "COHORT_READ_ONLY"
	envSnapshot = "COHORT_SNAPSHOT"
	// envReadStrategy is "auto" (default) or "get", which reads every object by its id.
	envReadStrategy = "COHORT_READ_STRATEGY"
	// envExpectEmpty says that a merchant was emptied on purpose. It is no argument, because it is
	// meant for one run.
	envExpectEmpty = "COHORT_EXPECT_EMPTY"
)

// Values of conflict_policy.
const (
	conflictFail      = "fail"
	conflictOverwrite = "overwrite"
)

var (
	_ provider.ProviderWithActions            = (*cohortProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*cohortProvider)(nil)
	_ provider.ProviderWithFunctions          = (*cohortProvider)(nil)
	_ provider.ProviderWithListResources      = (*cohortProvider)(nil)
	_ provider.ProviderWithValidateConfig     = (*cohortProvider)(nil)
)

// New returns the provider. The version goes into the User-Agent header.
func New(version string) provider.Provider { return &cohortProvider{version: version} }

type cohortProvider struct {
	version string
	// keyed ignores envSnapshot, for a caller who names the source.
	keyed bool
	// compare is behind the function diff; nil if there is no such option.
	compare Comparison
	// configured is the result of the last Configure; nil when that failed. The protocol server reads
	// it.
	configured atomic.Pointer[providerData]
	// validated is set from a check of the arguments to the next Configure.
	validated atomic.Bool
}

type providerModel struct {
	Mode            types.String         `tfsdk:"mode"`
	APIKey          types.String         `tfsdk:"api_key"`
	APIURL          types.String         `tfsdk:"api_url"`
	ReadOnly        types.Bool           `tfsdk:"read_only"`
	Snapshot        types.String         `tfsdk:"snapshot"`
	AllowLiveDelete types.List           `tfsdk:"allow_live_delete"`
	ConflictPolicy  types.String         `tfsdk:"conflict_policy"`
	MaxRetries      types.Int64          `tfsdk:"max_retries"`
	MaxConcurrency  types.Int64          `tfsdk:"max_concurrency"`
	RequestTimeout  timetypes.GoDuration `tfsdk:"request_timeout"`
	CACertFile      types.String         `tfsdk:"ca_cert_file"`
}

// Metadata names the provider.
func (p *cohortProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cohort"
	resp.Version = p.version
}

// Schema describes the provider block.
func (p *cohortProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Configuration of a Cohort merchant: campaigns, rewards, audiences, badges and user properties.",
		Attributes: map[string]schema.Attribute{
			"mode": schema.StringAttribute{
				MarkdownDescription: "Merchant that this configuration is for: `test` or `live`. Defaults to `test`. The key of " +
					"the other merchant is refused before any request.",
				Optional: true,
				Validators: []validator.String{
					stringvalidator.OneOf(string(merchants.ModeTest), string(merchants.ModeLive)),
				},
			},
			"api_key": schema.StringAttribute{
				MarkdownDescription: "Key of the Merchants API, which begins with `test_` or `live_`. Supply it in the " +
					"environment variable `" + envAPIKey + "` or in an ephemeral variable, because Terraform writes other variables " +
					"into saved plans. The argument wins over the environment variable. While the argument is not known, because " +
					"another resource creates the key, the environment variable is used; without it, only new objects can be " +
					"planned.",
				Optional:  true,
				Sensitive: true,
			},
			"api_url": schema.StringAttribute{
				MarkdownDescription: "Address of the Merchants API: https, or http on a loopback address or `*.localhost`. " +
					"Can also be set with `" + envAPIURL + "`, from which the argument must not differ. Without that variable, a " +
					"key from `" + envAPIKey + "` goes only to the default address or stays on this machine. Defaults to `" +
					merchants.DefaultBaseURL + "`.",
				Optional: true,
			},
			"read_only": schema.BoolAttribute{
				MarkdownDescription: "Whether to refuse every request that could change something, for jobs that only plan. " +
					"Can also be set with `" + envReadOnly + "`. Either of the two is enough: `false` does not allow what the " +
					"environment forbids. Must be known in the plan. Defaults to `false`.",
				Optional: true,
			},
			"snapshot": schema.StringAttribute{
				MarkdownDescription: "Path of a snapshot of the merchant, which the command `snapshot` of the provider's binary " +
					"writes. The plan is then made from the file, without a key and without a request, and its apply is refused. " +
					"Can also be set with `" + envSnapshot + "`; the argument wins. Must be known in the plan.",
				Optional: true,
			},
			"allow_live_delete": schema.ListAttribute{
				MarkdownDescription: "Objects that this configuration may delete or replace in the live merchant, each as " +
					"`kind:key`, such as `perk:welcome-10`. For a list or segment without a reference id, write `list:id:` or " +
					"`segment:id:` and its id. The action `cohort_campaign_end` needs its campaign here too. Without this " +
					"argument, nothing in live is deleted or replaced.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.List{listvalidator.ValueStringsAre(stringvalidator.RegexMatches(
					regexp.MustCompile(`(?s)^(`+strings.Join(kindNames(), "|")+`):.+$`),
					"must be a kind and a key, such as perk:welcome-10"))},
			},
			"conflict_policy": schema.StringAttribute{
				MarkdownDescription: "What an update does to an object that was changed outside of Terraform after the plan was " +
					"made: `fail` or `overwrite`. Defaults to `fail`.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(conflictFail, conflictOverwrite)},
			},
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How often to retry a request that failed for a temporary reason and is safe to "+
					"send twice, 0 to 10. A create is never retried blindly. Defaults to %d.", merchants.DefaultMaxRetries),
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, 10)},
			},
			"max_concurrency": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How many requests may be in flight at once, 1 to 20. Defaults to %d.",
					merchants.DefaultMaxConcurrency),
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(1, 20)},
			},
			"request_timeout": schema.StringAttribute{
				MarkdownDescription: fmt.Sprintf("How long one attempt of a request may take, as a duration such as `30s` or "+
					"`2m`. Defaults to `%s`.", merchants.DefaultRequestTimeout),
				CustomType: timetypes.GoDurationType{},
				Optional:   true,
			},
			"ca_cert_file": schema.StringAttribute{
				MarkdownDescription: "Path of a PEM file with certificates to trust in addition to those of the system, for a " +
					"proxy with its own certificate authority. While it is not known, only those of the system are trusted.",
				Optional: true,
			},
		},
	}
}

// ValidateConfig records that Terraform checks the arguments. Each plan and each apply does that
// before it configures a provider of its own. The command test of Terraform 1.14 and later, and
// perhaps of 1.12 and 1.13, does not do it for a provider block in a test file. It configures that
// provider once for all runs of the file, so their plans and applies share a ledger.
func (p *cohortProvider) ValidateConfig(
	context.Context, provider.ValidateConfigRequest, *provider.ValidateConfigResponse,
) {
	p.validated.Store(true)
}

// Configure checks everything that needs no network, and never uses the network: Terraform calls it
// several times per command.
func (p *cohortProvider) Configure(
	ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse,
) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	diags := &resp.Diagnostics
	mode := config.mode(diags)
	configured := &providerData{
		mode:            mode,
		allowLiveDelete: config.liveDeletes(ctx, diags),
		overwrite:       config.ConflictPolicy.ValueString() == conflictOverwrite,
		expectEmpty:     boolFromEnv(envExpectEmpty, path.Root("mode"), diags),
		ledger:          ledger{patience: defaultPatience, reused: !p.validated.Swap(false)},
	}
	clientConfig := merchants.Config{
		UserAgent: fmt.Sprintf("terraform-provider-cohort/%s (+https://github.com/cohort-xyz/terraform-provider-cohort) "+
			"terraform/%s", p.version, req.TerraformVersion),
		MaxRetries:     merchants.DefaultMaxRetries,
		MaxConcurrency: int(config.MaxConcurrency.ValueInt64()),
		RequestTimeout: config.timeout(diags),
		ReadOnly:       config.readOnly(diags),
		ReadByID:       readByID(diags),
		Created:        noteCreated,
		Log:            logExchange,
	}
	if file, source := config.snapshotFile(p.keyed, diags); file != "" {
		clientConfig.Snapshot = readSnapshot(file, source, mode, diags)
	} else {
		key, keyFromEnv := config.key(mode, diags)
		clientConfig.Key, clientConfig.BaseURL = key, config.baseURL(keyFromEnv, diags)
		clientConfig.CACertPEM = config.caCert(diags)
	}
	if isSet(config.MaxRetries) {
		clientConfig.MaxRetries = int(config.MaxRetries.ValueInt64())
	}
	if diags.HasError() {
		return
	}
	client, err := merchants.New(clientConfig)
	if err != nil {
		diags.AddError("The provider cannot be configured", sentence(err)+" Correct it. No request has been sent.")
		return
	}
	configured.client, configured.baseURL = client, clientConfig.BaseURL
	configured.fromSnapshot = clientConfig.Snapshot != nil
	p.configured.Store(configured)
	resp.ResourceData, resp.DataSourceData = configured, configured
	resp.EphemeralResourceData, resp.ListResourceData = configured, configured
	resp.ActionData = configured
}

func (m providerModel) mode(diags *diag.Diagnostics) merchants.Mode {
	if m.Mode.IsUnknown() {
		diags.AddAttributeError(path.Root("mode"), "The merchant is not known",
			"mode has to be known when planning, because it decides where changes go. Write test "+
				"or live, or take it from a variable.")
	}
	if m.Mode.ValueString() == string(merchants.ModeLive) {
		return merchants.ModeLive
	}
	return merchants.ModeTest
}

// key is the first guard: it refuses a key of the other merchant before any request. It returns the
// zero Key when the key is unknown and no environment variable stands in; every request then fails.
// It reports whether the key comes from the environment, and so from the operator.
func (m providerModel) key(mode merchants.Mode, diags *diag.Diagnostics) (key merchants.Key, operators bool) {
	text, source := fromEnv(m.APIKey, envAPIKey)
	if text == "" && m.APIKey.IsUnknown() {
		return merchants.Key{}, false
	}
	if text == "" {
		diags.AddAttributeError(path.Root("api_key"), "No API key",
			"Set the environment variable "+envAPIKey+", or the argument api_key. Keys are found in Cohort's "+
				"admin under Settings > Integrations.")
		return merchants.Key{}, false
	}
	key, err := merchants.ParseKey(text)
	if err != nil {
		diags.AddAttributeError(path.Root("api_key"), "Not an API key",
			fmt.Sprintf("In %s: %s. No request has been sent. Keys are found in Cohort's admin under Settings > Integrations.",
				source, err))
		return merchants.Key{}, false
	}
	if key.Mode() != mode {
		diags.AddAttributeError(path.Root("mode"),
			fmt.Sprintf("Wrong merchant: the key is a %s key, this configuration expects %s", key.Mode(), mode),
			wrongMerchantAdvice(mode, source))
	}
	return key, source == envAPIKey
}

func wrongMerchantAdvice(mode merchants.Mode, source string) string {
	if mode == merchants.ModeLive {
		return "No request has been sent. Supply the live_ key in " + source + ", or remove mode = \"live\" from the " +
			"provider block if test is what you mean."
	}
	return "No request has been sent. Supply the test_ key in " + source + ", or write mode = \"live\" in the provider " +
		"block if live is what you mean."
}

// baseURL is the second guard: nobody can send the operator's key elsewhere by changing the
// configuration. An address in the environment is the only one allowed. Without one, a key of the
// environment goes to the service itself or stays on this machine.
func (m providerModel) baseURL(keyFromEnv bool, diags *diag.Diagnostics) string {
	at := path.Root("api_url")
	if m.APIURL.IsUnknown() {
		diags.AddAttributeError(at, "The address is not known",
			"api_url has to be known when planning, because it decides where the key goes. Write it, take it from "+
				"a variable, or leave it out and set "+envAPIURL+".")
		return ""
	}
	text, source := fromEnv(m.APIURL, envAPIURL)
	if text == "" {
		return merchants.DefaultBaseURL
	}
	base, err := merchants.ParseBaseURL(text)
	if err != nil {
		diags.AddAttributeError(at, "Not an address of the API", fmt.Sprintf("In %s: %s.", source, err))
		return ""
	}
	if source == envAPIURL {
		return text
	}
	if operators := strings.TrimSpace(os.Getenv(envAPIURL)); operators != "" {
		if theirs, err := merchants.ParseBaseURL(operators); err != nil || theirs.String() != base.String() {
			diags.AddAttributeError(at, "Another address than in the environment",
				fmt.Sprintf("api_url differs from the environment variable %s, which whoever runs Terraform has set. "+
					"No request has been sent. Leave api_url out, or change the variable.", envAPIURL))
		}
	} else if keyFromEnv && !merchants.IsDefaultOrLoopback(base) {
		diags.AddAttributeError(at, "The key of the environment is not sent to another address",
			fmt.Sprintf("api_url names %s, and the key is in the environment variable %s. No request has been sent. "+
				"Whoever runs Terraform has to name the address as well: in the environment variable %s.",
				base.Host, envAPIKey, envAPIURL))
	}
	return text
}

// readOnly is true when the configuration or the environment says so: the configuration cannot
// allow what the environment forbids.
func (m providerModel) readOnly(diags *diag.Diagnostics) bool {
	at := path.Root("read_only")
	if m.ReadOnly.IsUnknown() {
		diags.AddAttributeError(at, "Not known whether this may write",
			"read_only has to be known when planning, because it decides whether anything may change. "+
				"Write true or false, take it from a variable, or leave it out and set "+envReadOnly+".")
	}
	return boolFromEnv(envReadOnly, at, diags) || m.ReadOnly.ValueBool()
}

func (m providerModel) liveDeletes(ctx context.Context, diags *diag.Diagnostics) []string {
	var names []types.String
	if !m.AllowLiveDelete.IsUnknown() {
		diags.Append(m.AllowLiveDelete.ElementsAs(ctx, &names, false)...)
	}
	if m.AllowLiveDelete.IsUnknown() || slices.ContainsFunc(names, types.String.IsUnknown) {
		diags.AddAttributeError(path.Root("allow_live_delete"), "Not known what may be deleted",
			"allow_live_delete and all that is in it has to be known when planning. Write it, or take it from a variable.")
	}
	var allowed []string
	for _, name := range names {
		allowed = append(allowed, name.ValueString())
	}
	return allowed
}

// readByID reports whether reads must not use listings.
func readByID(diags *diag.Diagnostics) bool {
	switch strategy := strings.TrimSpace(os.Getenv(envReadStrategy)); strategy {
	case "", "auto":
		return false
	case "get":
		return true
	default:
		diags.AddError("Unknown read strategy",
			fmt.Sprintf("The environment variable %s is %q; write auto or get.", envReadStrategy, strategy))
		return false
	}
}

// boolFromEnv reads a true or false environment variable; unset and blank are false.
func boolFromEnv(variable string, at path.Path, diags *diag.Diagnostics) bool {
	text := strings.TrimSpace(os.Getenv(variable))
	if text == "" {
		return false
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		diags.AddAttributeError(at, "Neither true nor false",
			fmt.Sprintf("The environment variable %s is %q; write true or false.", variable, text))
	}
	return value
}

func (m providerModel) timeout(diags *diag.Diagnostics) time.Duration {
	if m.RequestTimeout.IsNull() || m.RequestTimeout.IsUnknown() {
		return merchants.DefaultRequestTimeout
	}
	timeout, problems := m.RequestTimeout.ValueGoDuration()
	diags.Append(problems...)
	if timeout <= 0 {
		diags.AddAttributeError(path.Root("request_timeout"), "Not a time limit",
			"request_timeout must be longer than 0, such as 30s.")
	}
	return timeout
}

func (m providerModel) caCert(diags *diag.Diagnostics) []byte {
	name := m.CACertFile.ValueString()
	if blank(name) {
		return nil
	}
	// Reading a pipe would block forever.
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		addNoCertificates(fmt.Sprintf("%s is not a regular file", name), diags)
		return nil
	}
	pem, err := os.ReadFile(name)
	switch {
	case err != nil:
		addNoCertificates(err.Error(), diags)
	case !x509.NewCertPool().AppendCertsFromPEM(pem):
		addNoCertificates(fmt.Sprintf("%s has no certificate in PEM form in it", name), diags)
	}
	return pem
}

func addNoCertificates(why string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("ca_cert_file"), "No certificates",
		why+". Name a PEM file that exists, or leave ca_cert_file out to trust what the machine trusts.")
}

// fromEnv returns an argument or, when it is blank, its environment variable, and where the text
// was found.
func fromEnv(argument types.String, variable string) (text, source string) {
	name := strings.ToLower(strings.TrimPrefix(variable, "COHORT_"))
	if text = argument.ValueString(); !blank(text) {
		return strings.TrimSpace(text), "the argument " + name
	}
	return strings.TrimSpace(os.Getenv(variable)), variable
}

func logExchange(ctx context.Context, e merchants.Exchange) {
	fields := map[string]any{
		"method": e.Method, "path": e.Path, "status": e.Status, "request_id": e.RequestID, "attempt": e.Attempt,
		"duration_ms": e.Duration.Milliseconds(),
	}
	if e.Err != nil {
		fields["error"] = e.Err.Error()
	}
	tflog.Debug(ctx, "Merchants API", fields)
}

// Resources lists the resources.
func (p *cohortProvider) Resources(context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for _, k := range kinds {
		all = append(all, k.resource)
	}
	return all
}

// DataSources lists the data sources.
func (p *cohortProvider) DataSources(context.Context) []func() datasource.DataSource {
	all := []func() datasource.DataSource{
		newCampaignDiffusionDataSource, newInventoryDataSource, newSnapshotDataSource,
	}
	for _, k := range kinds {
		all = append(all, func() datasource.DataSource { return k.dataSource(k) })
	}
	return all
}

// EphemeralResources lists the ephemeral resources.
func (p *cohortProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newUserAuthTokenEphemeralResource}
}

// Actions lists the actions.
func (p *cohortProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{newCampaignEndAction}
}

// Functions lists the functions.
func (p *cohortProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		func() function.Function { return &diffFunction{p.compare} }, newSlugFunction,
	}
}

// ListResources lists the list resources.
func (p *cohortProvider) ListResources(context.Context) []func() list.ListResource {
	var all []func() list.ListResource
	for _, k := range kinds {
		all = append(all, func() list.ListResource { return k.query(k) })
	}
	return all
}
