package provider

// Equal forms are ways to write one value. The service may store another form than the user wrote.
// That is no change and does not show; anything else does. This table lists the equal forms of each
// attribute; an exact value has one form. The projections (the methods read) follow it.
// equal_forms_test.go reads the table from here and walks each form through create, update, refresh
// and import.
//
//	airdrop                                            exact
//	audience_id                                        exact
//	challenge                                          exact
//	challenge.description                              html languages empty
//	challenge.image_url                                trimmed media empty
//	challenge.opt_in_cta                               html languages empty
//	challenge.slug                                     trimmed chosen
//	challenge.steps                                    empty
//	challenge.steps.description                        html languages empty
//	challenge.steps.icon                               trimmed empty
//	challenge.steps.id                                 exact
//	challenge.steps.title                              html languages empty
//	challenge.steps.triggers                           empty
//	challenge.steps.triggers.settings                  json empty
//	challenge.steps.triggers.type                      trimmed
//	challenge.steps.user_action                        trimmed
//	challenge.title                                    html languages empty
//	challenge.video_url                                trimmed media empty
//	code                                               exact
//	code.value                                         trimmed
//	code.value_wo                                      exact
//	code.value_wo_version                              exact
//	custom                                             exact
//	custom.settings                                    json empty
//	custom.type                                        trimmed
//	description                                        html languages empty
//	desired_status                                     exact
//	distribution                                       default
//	distribution.direct                                exact
//	distribution.direct.max_quantity                   exact
//	distribution.instant_draw                          exact
//	distribution.instant_draw.max_boxes                exact
//	distribution.raffle                                exact
//	distribution.raffle.draw_at                        time empty
//	distribution.raffle.max_boxes                      exact
//	end_at                                             time empty
//	expires_at                                         time empty
//	groups                                             empty
//	groups.conditions                                  empty
//	groups.conditions.audience                         exact
//	groups.conditions.audience.id                      exact
//	groups.conditions.audience.member                  exact
//	groups.conditions.event                            exact
//	groups.conditions.event.name                       trimmed
//	groups.conditions.event.performed                  exact
//	groups.conditions.event.within_days                exact
//	groups.conditions.user_property                    exact
//	groups.conditions.user_property.operator           trimmed
//	groups.conditions.user_property.property           trimmed
//	groups.conditions.user_property.value              trimmed number empty
//	groups.match                                       exact
//	id                                                 exact
//	image_url                                          trimmed media empty
//	internal_name                                      trimmed
//	link                                               exact
//	link.url                                           trimmed
//	locked_description                                 html languages empty
//	match                                              exact
//	max_supply                                         exact
//	mode                                               exact
//	name                                               trimmed
//	on_destroy                                         exact
//	reference_id                                       trimmed empty
//	rewards                                            order empty
//	rewards.digital_asset_id                           exact
//	rewards.perk_id                                    exact
//	rewards.price                                      exact
//	rewards.price.amount                               exact
//	rewards.price.currency                             exact
//	rewards.quantity                                   exact
//	shopify_discount                                   exact
//	shopify_discount.name                              trimmed
//	shopify_discount.type                              exact
//	shopify_discount.value                             exact
//	start_at                                           time empty
//	status                                             exact
//	store                                              exact
//	store.description                                  html languages empty
//	store.image_url                                    trimmed media empty
//	store.slug                                         trimmed chosen
//	store.title                                        html languages empty
//	store.video_url                                    trimmed media empty
//	title                                              html languages empty
//	type                                               exact
//	video_url                                          trimmed media empty
//	visibility                                         exact
//
// The forms:
//
//	chosen     a value that the service chooses for an empty text
//	default    direct distribution without a limit for none
//	empty      null, an empty text, list or map; in settings also JSON null, and {} as an answer
//	html       white space, the style of tags and of characters, end tags that HTML implies
//	json       order of keys, white space, escapes, the way a number is written
//	languages  a language that is left out, null or an empty text
//	media      the address of a copy by the service, as long as the write returned that address
//	number     the way in which a value is written that the service holds as a number
//	order      the order of the elements
//	time       time zone, and fractions of a millisecond
//	trimmed    blanks around a text
//
// An empty id of another object and an empty reference id of a user property are refused. The first
// would mean all users where one list was meant. Other objects read the second.
