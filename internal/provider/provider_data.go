package provider

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// providerData is what one configured provider shares with its resources: the client, the merchant
// of the configuration, and the guards.
type providerData struct {
	client *merchants.Client
	// baseURL is the address of the API.
	baseURL string
	// mode comes from the configuration and not from the key, so that every plan of that configuration
	// has the same one.
	mode merchants.Mode
	// fromSnapshot says that a snapshot stands in for the merchant: nothing can be applied.
	fromSnapshot bool
	// allowLiveDelete names the objects that may be deleted or replaced in live, as kind:key.
	allowLiveDelete []string
	// overwrite lets an update win over a change made outside.
	overwrite bool
	// expectEmpty says that all objects may be gone.
	expectEmpty bool
	ledger      ledger
	existing    existing
	// sampling lets only one plan call at a time check the merchant.
	sampling sync.Mutex
}

// providerDataFrom returns the data that Configure of the provider left. It returns nil while
// Terraform only validates; containConfigured in package protocol then refuses the calls that need
// it.
func providerDataFrom(configured any, diags *diag.Diagnostics) *providerData {
	if configured == nil {
		return nil
	}
	s, ok := configured.(*providerData)
	if !ok {
		diags.AddError("The provider is not configured",
			fmt.Sprintf("This is a bug of the provider: in place of its own data it got %T. Please report it.", configured))
	}
	return s
}

// identityModel identifies an object: its merchant, and its id there.
type identityModel struct {
	Mode types.String `tfsdk:"mode"`
	ID   types.String `tfsdk:"id"`
}

// identity returns the identity of the object with this id in the configured merchant.
func (p *providerData) identity(id types.String) identityModel {
	return identityModel{Mode: types.StringValue(string(p.mode)), ID: id}
}

// same compares two models value by value, as the framework does: a number may have another
// precision.
func same[Model any](a, b Model) bool { return sameValue(reflect.ValueOf(a), reflect.ValueOf(b)) }

func sameValue(a, b reflect.Value) bool {
	if a.CanInterface() { // An embedded struct cannot, but its fields can.
		if value, ok := reflect.TypeAssert[attr.Value](a); ok {
			other, _ := reflect.TypeAssert[attr.Value](b)
			return value.Equal(other)
		}
	}
	for i := range a.NumField() {
		if !sameValue(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}
