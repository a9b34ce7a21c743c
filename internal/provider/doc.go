// Package provider is everything Terraform: the provider and its guards, resources, data sources,
// queries and ephemeral resources. [New] makes the provider, [NewServer] the protocol server that
// Terraform talks to. Nothing here knows a path, a property or a word of the service: those stand in
// the descriptors of package merchants. Nothing here wraps all calls: that is package protocol.
//
// catalog.go says once which kinds of objects there are. A resource is one file, read from top to
// bottom; its schema stands in a file of its own when it is long. Nothing is inherited. What resources
// share are plain functions:
//
//	attributes.go, references.go, held.go     schemas: common attributes, validators, what stays as it is
//	values.go, localized.go, equal_forms.go   values: to the API and back, and which forms are equal
//	rehosted_urls.go
//	lifecycle.go                              statuses and transitions
//	crud.go, diagnostics.go, lookup.go        ends of the four calls, errors, keys and ids
//	guards.go                                 the guards, with a table of their files
//
// The data sources and the queries of all kinds are kind_data_source.go and kind_query.go. What
// resources must have in common is demanded by contract_test.go and kinds_test.go.
//
// # Values
//
// Other code refers to these rules by number.
//
//  1. Unknown is never sent and never stored. Null is left out on create and sent as an explicit null on update when there was a value. An empty
//     text, list or map is like null.
//  2. After a write, configured values come from the plan and computed ones from the answer. After a read, everything comes from the API, so
//     that drift shows; a value that the service only wrote in another form stays as the user wrote it: equal_forms.go says which forms are
//     equal. The one projection of each object, its method read, does this by looking at the prior value.
//  3. Optional and computed only where the service chooses: a slug, the reference id of a property, the settings that Terraform gives a default.
//  4. UseStateForUnknown only on what never changes after create. Values that move by themselves are not in the schema.
//  5. What cannot change in the API requires replacement.
//  6. State and identity are written right after the POST, before any other call.
//  7. Gone on read: identity, then removal. Gone on delete: success. [merchants.IsNotFound] alone decides what is gone.
//  8. What has no order in the service is compared without order; what has is a list. Localized text is a map by language.
//  9. When a second call fails after a successful create, the answer is a warning and true values, never a taint: users may already have
//     joined that campaign, and a taint would destroy it.
//  10. An update leaves alone what it does not change: a property that is not modeled stays, at any depth and of whatever is not replaced by
//     another variant, and a number stays a number. The method Over of an input takes it from the object as it was read. The settings of
//     triggers and of custom perks are the user's alone.
//  11. What the service holds can be written down, so that whatever exists can be adopted. What no service can hold (no JSON, no time) is an error
//     of validate. What is wrong with a value alone (an address, a number, a word, a language code) is an error of the plan, unless the state has
//     that value already: held.go. What only keeps an object from being published is an error when that is asked for, and else a warning.
//  12. No diagnostic repeats a text of the configuration, which may be sensitive. It names the place in its text, because Terraform shows no
//     nested one.
package provider
