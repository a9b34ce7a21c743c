package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// addAPIError reports what was attempted, what the service said, and what to do now. It reports at
// the attribute at fault when the service names one. doing is a phrase such as: create perk
// "welcome-10".
func addAPIError(diags *diag.Diagnostics, doing string, err error) {
	summary := "Could not " + doing
	apiError, ok := errors.AsType[*merchants.Error](err)
	switch {
	case !ok:
		diags.AddError(summary, sentence(err))
	case apiError.Attribute != "":
		diags.AddAttributeError(attributePath(apiError.Attribute), summary, apiErrorDetail(apiError))
	default:
		diags.AddError(summary, apiErrorDetail(apiError))
	}
}

// attributePath returns the path of an attribute named like shopify_discount.value.
func attributePath(attribute string) path.Path {
	at := path.Empty()
	for name := range strings.SplitSeq(attribute, ".") {
		at = below(at, name)
	}
	return at
}

// addUnknownType reports a type that this version does not know. The provider cannot represent its
// value, and an update would lose it.
func addUnknownType(diags *diag.Diagnostics, what, name string) {
	diags.AddError("Unknown type",
		fmt.Sprintf("%s is of type %q, which this version of the provider does not know. Nothing "+
			"was changed. Look for a newer version.", what, merchants.Plain(name)))
}

// describeError returns what the service said, without a path.
func describeError(err error) string {
	if apiError, ok := errors.AsType[*merchants.Error](err); ok {
		return apiErrorDetail(apiError)
	}
	return sentence(err)
}

// sentence turns an error into a sentence.
func sentence(err error) string {
	first, size := utf8.DecodeRuneInString(err.Error())
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(err.Error()[size:], ".") + "."
}

func apiErrorDetail(err *merchants.Error) string {
	var said string
	switch {
	case errors.Is(err, merchants.ErrKeyUnknown), errors.Is(err, merchants.ErrReadOnly),
		errors.Is(err, merchants.ErrSnapshot), errors.Is(err, merchants.ErrNotInSnapshot),
		errors.Is(err, merchants.ErrDigest): // Nothing was sent, so no answer is missing.
		said = sentence(err.Err)
	case err.Status == 0 && errors.Is(err, merchants.ErrUnusableAnswer):
		said = sentence(err.Err)
	case err.Status == 0:
		said = sentence(fmt.Errorf("there was no usable answer: %w", err.Err))
	case err.Code != "":
		said = fmt.Sprintf("The service said %q (HTTP %d, code %s).", err.Message, err.Status, err.Code)
	default:
		said = fmt.Sprintf("The service answered HTTP %d with %s.", err.Status, err.Message)
	}
	if err.Status != 0 && err.Err != nil {
		said += " " + sentence(err.Err)
	}
	request := fmt.Sprintf("Request: %s /v1/%s", err.Method, err.Path)
	if err.RequestID != "" {
		request += ", id " + err.RequestID
	}
	if err.Attempts > 1 {
		request += fmt.Sprintf(", %d attempts", err.Attempts)
	}
	return said + "\n" + request + "\n\n" + adviceOn(err)
}

// adviceOn returns what to do about an error.
func adviceOn(err *merchants.Error) string {
	switch {
	case errors.Is(err, merchants.ErrKeyUnknown):
		return "The api_key of the provider is only known after another resource is applied. Apply that resource first " +
			"(-target), or set COHORT_API_KEY to a key of the same merchant, which is used until then."
	case errors.Is(err, merchants.ErrSnapshot):
		return "Nothing was sent. " + withoutSnapshot
	case errors.Is(err, merchants.ErrNotInSnapshot):
		return "It can only be read with a key. Leave it out of plans from a snapshot."
	case errors.Is(err, merchants.ErrDigest):
		return digestAdvice
	case errors.Is(err, merchants.ErrReadOnly):
		return "This configuration only reads: read_only is set in the provider block, or COHORT_READ_ONLY " +
			"in the environment. Nothing was sent."
	case errors.Is(err, merchants.ErrUntrusted):
		return "Nothing was sent. If a proxy or a gateway has its own certificate authority, name its PEM file " +
			"in ca_cert_file of the provider block."
	case err.Status == http.StatusUnauthorized:
		return "The service does not accept the API key. Keys are found in Cohort's admin under Settings > Integrations; " +
			"the key may have been revoked, or belong to another address than api_url."
	case err.Status == http.StatusForbidden:
		return "The API key is valid but may not do this. Give the key the missing permission " +
			"in Cohort's admin, or use another key."
	case merchants.IsInUse(err):
		return "Other objects still refer to it. Remove those references first. If this configuration has already removed " +
			"them, apply the objects that had them on their own (-target=ADDRESS), and then apply again: in one run, " +
			"Terraform destroys before it updates. To replace it while it is in use, give the new one another key " +
			"(reference_id, internal_name) and write create_before_destroy = true in its lifecycle block: " +
			"then the references move before the old one is destroyed."
	case merchants.IsAlreadyExists(err):
		return "Another object of this merchant has this key. If this configuration manages it, the key must be free " +
			"before another object can take it: apply again. To swap the keys of two objects, give one of them a third key " +
			"first. If nobody manages it, import it, or choose another key. An archived campaign keeps its slug."
	case merchants.IsInvalidState(err):
		return adviceOnStatus(err)
	case merchants.IsNotFound(err):
		return "The object does not exist in this merchant. It may have been deleted outside of Terraform: run plan again."
	case err.Status == http.StatusExpectationFailed:
		return "Correct the configuration and apply again."
	case merchants.MayHaveHappened(err) && err.Method == http.MethodPost:
		return "The service may have made the change although it did not say so. Run apply again: an existing object is " +
			"then found by its key before anything is created. An object without a key, such as a list without " +
			"reference_id, is not: look for it in Cohort's admin first, and import it by its id."
	case err.Code == "" && (err.Status == http.StatusNotFound || err.Status == http.StatusMethodNotAllowed ||
		err.Status/100 == 3):
		return "Something other than the API answered. Check api_url, and what is between this machine and the " +
			"service, such as a proxy or a gateway."
	case err.Status == 0 && err.Attempts > 0 && !merchants.MayHaveHappened(err) && !errors.Is(err, context.Canceled):
		return "This request changed nothing. Check that this machine reaches the address in api_url, through the proxy in " +
			"HTTPS_PROXY if there is one, and try again. If the service is only slow, raise request_timeout."
	case err.Method == http.MethodGet || !merchants.MayHaveHappened(err):
		return "This request changed nothing. Try again later; if it still fails, give Cohort's support the request id."
	default:
		return "It is not known whether the change was made. Run plan again to see what the " +
			"merchant holds before you apply again."
	}
}

// adviceOnStatus returns what to do when the status of an object does not allow a request.
func adviceOnStatus(err *merchants.Error) string {
	switch err.Method {
	case http.MethodPatch, http.MethodPut:
		return "The status of the object does not allow this edit. To edit an archived object, set desired_status " +
			"to the status that it should have: the apply unarchives and edits it. The rewards and the distribution of a " +
			"published campaign are frozen: revert their change, or end the campaign and add another one."
	case http.MethodDelete:
		return "A published object is archived before it is deleted, so this was published after Terraform read it. " +
			"Destroy it again: Terraform then reads it, archives it and deletes it."
	default:
		return "The object has another status than when Terraform read it. Apply again: Terraform then continues from its " +
			"current status. If desired_status cannot be reached from there, remove desired_status to keep the object as " +
			"it is."
	}
}
