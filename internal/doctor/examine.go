package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/document"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/probe"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Report is what doctor found out. It holds no key, no id and no text of the merchant.
type Report struct {
	// Provider is the version of this program.
	Provider string `json:"provider"`
	// Access is nil if no merchant was asked.
	Access *Access `json:"access,omitempty"`
	CLI    CLI     `json:"cli"`
	// Objects are the objects of the merchant by kind.
	Objects []Count `json:"objects,omitempty"`
	// Document is the comparison of the service's own API document with the contract; nil if there is
	// no document.
	Document *Compared `json:"document,omitempty"`
	// Tried are the addresses at which the service has no document.
	Tried []string `json:"tried,omitempty"`
	// Probe is what the service did; nil without a probe.
	Probe *probe.Result `json:"probe,omitempty"`
}

// Access is how the service is reached.
type Access struct {
	Mode    merchants.Mode `json:"mode"`
	Address string         `json:"address"`
	// Accepted says that the service answered with this key as the contract says.
	Accepted bool `json:"accepted"`
	// Problem says why not.
	Problem string `json:"problem,omitempty"`
	// Proxy is the proxy in between; "" for none.
	Proxy string `json:"proxy,omitempty"`
	// Issuer is who issued the certificate of the service, or of a proxy that reads along; "" for
	// plain http. Until is its last day.
	Issuer string `json:"certificate_issuer,omitempty"`
	Until  string `json:"certificate_until,omitempty"`
	// Latency is the median time in milliseconds that a small request took, over Requests requests.
	Latency  float64 `json:"latency_ms,omitempty"`
	Requests int     `json:"latency_requests,omitempty"`
}

// Count is how many objects of a kind a merchant has.
type Count struct {
	// Kind is a kind in the plural, such as digital assets.
	Kind    string `json:"kind"`
	Objects int    `json:"objects"`
	// Problem says why they could not be counted.
	Problem string `json:"problem,omitempty"`
}

// Compared is what a document says of the assumptions of the contract.
type Compared struct {
	// Where is the address of the document, or its file.
	Where    string             `json:"where"`
	Findings []contract.Finding `json:"findings"`
}

// Options say what to examine.
type Options struct {
	// Version is the version of this program.
	Version string
	// Source is the merchant; without a key, none is asked.
	Source provider.Source
	// Document is the API document of the service, in place of the one that the service publishes; nil
	// if there is none. Where names it.
	Document *document.Document
	Where    string
	// Probe tries the service; nil only looks. The merchant has to be the test merchant.
	Probe *probe.Options
	// Progress is called with what is going on.
	Progress func(text string)
}

// Examine looks at the access, the CLI, the objects and the document. It sends nothing but GET,
// unless the options have a probe. The error says what cannot be examined at all.
func Examine(ctx context.Context, options Options) (*Report, error) {
	if options.Probe != nil && options.Source.Mode != merchants.ModeTest {
		return nil, probe.ErrNotTest
	}
	report := &Report{Provider: options.Version, CLI: examineCLI(ctx)}
	if options.Document != nil {
		if err := report.compare(options.Document, options.Where); err != nil {
			return nil, err
		}
	}
	if options.Source.Key == "" {
		return report, nil
	}
	reader, err := provider.Open(ctx, options.Version, options.Source)
	if err != nil {
		return nil, err
	}
	options.Progress("Asking the service")
	c, err := contract.Load()
	if err != nil {
		return nil, err
	}
	var reached bool
	if report.Access, reached = examineAccess(ctx, reader, c.ObservedRead()); !reached {
		return report, ctx.Err()
	}
	if report.Document == nil {
		if err := report.find(ctx, reader.Client()); err != nil {
			return nil, err
		}
	}
	for _, k := range provider.Catalog() {
		options.Progress("Counting " + k.Plural)
		count := Count{Kind: k.Plural}
		if count.Objects, err = reader.Count(ctx, k); err != nil {
			count.Problem = problemOf(err)
		}
		report.Objects = append(report.Objects, count)
	}
	if options.Probe != nil && ctx.Err() == nil {
		if err := report.probe(ctx, options); err != nil {
			return report, err
		}
	}
	return report, ctx.Err()
}

func (r *Report) compare(theirs *document.Document, where string) error {
	findings, err := document.Compare(theirs)
	r.Document = &Compared{Where: where, Findings: findings}
	return err
}

// find asks the service for its document.
func (r *Report) find(ctx context.Context, client *merchants.Client) error {
	theirs, where, tried, err := document.Find(ctx, func(ctx context.Context, path string) (merchants.Answer, error) {
		return client.Call(ctx, http.MethodGet, path, nil, nil)
	})
	if err != nil || theirs == nil {
		r.Tried = tried
		return err
	}
	return r.compare(theirs, where)
}

func (r *Report) probe(ctx context.Context, options Options) error {
	client, err := provider.OpenClient(ctx, options.Version, options.Source)
	if err != nil {
		return err
	}
	how := *options.Probe
	stranger := options.Source
	stranger.Key = "test_" + uuid.NewString()
	if how.Stranger, err = provider.OpenClient(ctx, options.Version, stranger); err != nil {
		return err
	}
	if r.Document != nil {
		how.Hints = r.Document.Findings
	}
	how.Progress = options.Progress
	r.Probe, err = probe.Run(ctx, client, how)
	return err
}

// timed is how many requests measure the latency.
const timed = 5

// examineAccess sends a GET. It reports whether it makes sense to ask for more.
func examineAccess(ctx context.Context, reader *provider.Reader, path string) (access *Access, reached bool) {
	client := reader.Client()
	access = &Access{Mode: reader.Mode(), Address: client.Address(), Proxy: client.Proxy()}
	var times []time.Duration
	for failures := 0; len(times) < timed; {
		answer, err := client.Call(ctx, http.MethodGet, path, nil, nil)
		if err != nil && failures == 0 && ctx.Err() == nil {
			failures++ // One connection can break.
			continue
		}
		if err != nil {
			access.Problem = problemOf(err)
			return access, false
		}
		times = append(times, answer.Duration)
		if answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
			certificate := answer.TLS.PeerCertificates[0]
			access.Issuer = merchants.Plain(cmp.Or(certificate.Issuer.CommonName, certificate.Issuer.String()))
			access.Until = certificate.NotAfter.UTC().Format(time.DateOnly)
		}
		if access.Problem, reached = judgeAccess(answer); !reached {
			return access, false
		}
	}
	access.Accepted = access.Problem == ""
	slices.Sort(times)
	access.Latency = float64(times[len(times)/2].Microseconds()) / 1000
	access.Requests = len(times)
	return access, true
}

// judgeAccess says what is wrong with an answer, and whether it makes sense to go on. Without the
// route or the permission, other requests may still work.
func judgeAccess(answer merchants.Answer) (problem string, reached bool) {
	switch {
	case answer.Status == http.StatusUnauthorized:
		return "the service does not know this key (HTTP 401)", false
	case answer.Status/100 == 3:
		return fmt.Sprintf("the address redirects to another one (HTTP %d), where the key is not sent", answer.Status), false
	case answer.Status >= http.StatusInternalServerError:
		return fmt.Sprintf("the service answers with HTTP %d", answer.Status), false
	case len(answer.Body) > 0 && !json.Valid(answer.Body):
		return "the answer is not JSON, but a page that a proxy or a login portal may have sent", false
	case answer.Status >= http.StatusBadRequest:
		return fmt.Sprintf("the service answers with HTTP %d", answer.Status), true
	default:
		return "", true
	}
}

// problemOf describes an error without what the service said, which may quote the merchant.
func problemOf(err error) string {
	failed, ok := errors.AsType[*merchants.Error](err)
	switch {
	case !ok:
		return err.Error()
	case failed.Err != nil:
		return failed.Err.Error()
	case contract.IsErrorCode(failed.Code):
		return fmt.Sprintf("HTTP %d, code %s", failed.Status, failed.Code)
	default:
		return fmt.Sprintf("HTTP %d", failed.Status)
	}
}
