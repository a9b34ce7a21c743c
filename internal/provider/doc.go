// Package provider is the Terraform side: the provider and its guards, resources, data sources,
// queries and ephemeral resources. [New] returns the provider, [NewServer] the protocol server that
// Terraform talks to. This package knows no path, property or word of the service: the descriptors
// of package merchants hold those. Package protocol wraps all calls.
//
// catalog.go lists the kinds of objects once. A resource is one file, read from top to bottom; a
// long schema has a file of its own. Nothing is inherited. Resources share plain functions:
//
//	attributes.go, references.go, held.go     schemas: common attributes, validators, plan modifiers
//	values.go, localized.go, equal_forms.go   values: to the API and back, and which forms are equal
//	rehosted_urls.go
//	lifecycle.go                              statuses and transitions
//	crud.go, diagnostics.go, lookup.go        ends of the four calls, errors, keys and ids
//	guards.go                                 the guards, with a table of their files
//
// kind_data_source.go and kind_query.go hold the data sources and the queries of all kinds.
// contract_test.go and kinds_test.go enforce what resources have in common.
//
// # Values
//
// Other code refers to these rules by number.
//
//  1. Unknown is never sent and never stored. Null is left out on create, and sent as an explicit
//     null on update when there was a value. An empty text, list or map is like null.
//  2. After a write, configured values come from the plan and computed ones from the answer. After
//     a read, everything comes from the API, so that drift shows. Only a value that the service
//     wrote in another form stays as the user wrote it: equal_forms.go lists the equal forms. The
//     one projection of each object, its method read, compares with the prior value to do this.
//  3. Optional and computed only where the service chooses: a slug, the reference id of a property,
//     the settings that Terraform gives a default.
//  4. UseStateForUnknown only on what never changes after create. Values that change by themselves
//     are not in the schema.
//  5. What cannot change in the API requires replacement.
//  6. State and identity are written right after the POST, before any other call.
//  7. Gone on read: identity, then removal. Gone on delete: success. [merchants.IsNotFound] alone
//     decides what is gone.
//  8. Values without order in the service are compared without order; values with one are a list.
//     Localized text is a map by language.
//  9. When a second call fails after a successful create, the answer is a warning and true values,
//     never a taint: users may already have joined that campaign, and a taint would destroy it.
//  10. An update leaves alone what it does not change. A property that is not modeled stays, at any
//     depth, unless another variant replaces its object. A number stays a number. The client takes
//     these from the object as it was read. The settings of triggers and of custom perks are the
//     user's alone.
//  11. Whatever the service holds can be written in the configuration, so that any existing object
//     can be adopted. What no service can hold (no JSON, no time) is an error of validate. A value
//     that is wrong by itself (an address, a number, a word, a language code) is an error of the
//     plan, unless the state has that value already: held.go. A defect that only prevents
//     publishing is a warning; it is an error when the configuration asks for publishing.
//  12. No diagnostic repeats a text of the configuration, which may be sensitive. It names the
//     place in its text, because Terraform shows no nested path.
package provider
