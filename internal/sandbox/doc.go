// Package sandbox is a stateful Merchants API with a test and a live merchant, on loopback. Use it
// to try the provider without an account, to test a module offline, and to test the provider
// itself. It contains rules of the service and faults to inject. It must not import any other
// package of this repository, nor anything of Terraform.
//
// It is written from the contract (merchants/openapi.yaml) and shares no type with the client, so
// each checks the other. The comment of each rule states its source: documented in Cohort's manual,
// observed in what Cohort published, inferred from these, or assumed. The sandbox is strict: it
// refuses every property, parameter and body that the contract does not name.
//
// # Where to find a rule
//
//   - kinds.go: what a kind is; each kind has a file for its properties and its own rules
//   - fields.go: the forms of values, and 417 with the path of the wrong property
//   - rules.go: the rules for all kinds: create, update, delete, life cycle, references, uniqueness
//   - reads.go: get, list, pages, and stale reads after a write
//   - server.go: key, rate, routes, answers, and the stages at which a fault strikes
//   - store.go: the two merchants and the data file; history.go: exchanges and counters
//   - normalize.go: how a service rewrites values without changing their meaning
//   - faults.go: matching and editing; admin.go: the admin API and the methods behind it
//   - dialect.go: the form of a dialect; dialect_vocabulary.go: what a dialect knows of our
//     properties; dialect_requests.go, dialect_answers.go and dialect_document.go: the translations
//
// # Admin API
//
// The admin API has its own address and needs no key. So it serves only programs on this machine:
// it refuses a request with the Origin of a web page, or with a Host that is not this machine, with
// status 403. The Content-Type of a body must be JSON. Answers are JSON; an error is {"error": "…"}
// with status 400, 403 or 404.
//
//	GET    /stats               {"requests", "by_method", "by_status", "by_mode", "max_in_flight", "connections"}
//	POST   /reset               clears counters and history
//	GET    /history             the newest exchanges, see Exchange
//	GET    /objects?mode=test   {"perks": […], …}
//	PATCH  /objects/{id}        changes properties unseen by the client; no rule applies, a status can be set
//	DELETE /objects/{id}        deletes unseen by the client
//	POST   /wipe?mode=test      deletes everything of a merchant
//	GET    /faults              the armed faults, with what they matched and struck
//	POST   /faults              arms one
//	DELETE /faults              disarms all, restores revoked keys, makes reads current again
//	PUT    /diffusion?mode=test turns campaign diffusion on; the body is the answer
//	DELETE /diffusion?mode=test turns it off
//
// # Faults
//
// AddFault, POST /faults and the flag --fault take the same JSON form. The type Fault lists every
// key. A fault says which requests it matches (mode, method, route, contains), which of these it
// strikes (nth, count, probability), at which stage (before the request is carried out, after the
// commit and before the answer, while the answer is sent) and what happens then. At most one fault
// strikes a request: the first that is due. Every fault counts every match.
//
// The third and fourth create of a perk are committed. The connection is reset before the answer:
//
//	{"method": "POST", "route": "/v1/perks", "nth": 3, "count": 2, "stage": "after", "reset": true}
//
// About every third request is answered 429 with a wait of an hour:
//
//	{"count": -1, "probability": 0.3, "status": 429, "headers": {"Retry-After": "3600"}}
//
// After each change of a campaign, the next two reads show the old version:
//
//	{"method": "PATCH", "route": "/v1/campaigns/{id}", "count": -1, "stale": 2}
//
// Lists leave out archived objects, steps lose their ids, and the total is wrong:
//
//	{"method": "GET", "route": "/v1/campaigns", "count": -1, "hide_rows": {"status": "archived"},
//	 "drop": ["data[].typeConfig.steps[].id"], "set": {"total": 7, "data[].future": true}}
//
// A create hangs for 40 s and is then committed, even if the client is gone:
//
//	{"method": "POST", "stage": "before", "delay": "40s"}
//
// The default stage is "before" for status, html, delay, hang and reset, "after" for empty alone,
// and "answer" for the rest. At stage "answer", a reset or a hang comes after half of the body, or
// after truncate bytes; the Content-Length is still that of the whole body.
//
// # Dialects
//
// Options.Dialect and the flag --dialect make the sandbox another API: the same rules behind other
// paths, methods, names, words and forms. A dialect translates a request into our API before
// anything else sees it, and the answer after everything else. So faults, the admin API and the
// data file keep our form; the history has what went over the wire. What a dialect has moved is
// gone from its old place: an old path or method is an unknown route, an old name an unknown
// property.
//
// A dialect is a JSON object, in which every key can be left out. Kinds are named by our path below
// /v1; "*" stands for every kind, and the entry of a kind is laid over it. A property is named by
// its path in our API without indices, and what a type sets by our word for the type:
// typeConfig:code.code.
//
//	"prefix": "/v2"                      in place of /v1, for the kinds; "" is the root
//	"paths": {"perks": "rewards/perks"}  below the prefix
//	"pages": {"rows": "items", "next": "next", "total": "count", "limit": "pageSize", "cursor": "page",
//	          "meta": "pagination", "max": 50, "form": "number"}
//	                                     names, the object around next and total, the largest limit, and
//	                                     the form: cursor; number (from 1) and offset (rows to skip), both
//	                                     without next; array (no envelope, cursor is the number of the
//	                                     page); none (one page, no parameters)
//	"update": {"*": "PUT"}               PUT of the whole object, or PATCH or POST of a part
//	"transitions": {"*": {"publish": {"method": "PUT", "path": "activate"}},
//	                "perks": {"archive": {"status": "archived"}}}
//	                                     another method and last segment, or an update of nothing but the
//	                                     status, by the method of updates or another
//	"names": {"*": {"internalName": "name"}}
//	"case": "snake"                      or kebab, pascal: of all properties without an entry in names
//	"words": {"perks": {"status": {"draft": "DRAFT"}}}
//	"upper": true                        every enum in upper case, with _ for -
//	"omit": {"*": ["createdAt"]}         answers lack it
//	"omit_rows": {"campaigns": ["typeConfig"]}  lists lack it
//	"require": {"perks": {"category": "string"}}  one more required property; any JSON type
//	"refuse": {"badges": ["lockedDescription"]}  not a property of the service
//	"readonly": {"perks": ["expiresAt"]} updates ignore it; only properties at the top
//	"ids": "number"                      in answers and in references
//	"nulls": "omitted"                   answers lack properties that are null
//	"envelope": "data"                   answers have the object below this name
//	"create": {"status": 200, "empty": true, "location": true}
//	"delete": {"status": 204}
//	"errors": {"status": 400, "form": "framework", "not_found": 410, "not_found_code": false,
//	           "not_found_body": false}  in place of 417; {"statusCode", "message": [], "error"}
//	"late": {"status": 2, "reads": 1}    reads that show what was before a transition, or an update
//	"times": "seconds"                   or offset (+00:00 in place of Z), number (milliseconds)
//	"merge": true                        an update merges nested objects
//	"clear": "refused"                   or ignored: null at the top of an update
//	"unique": false                      reference ids and slugs can be shared
//	"in_use": false                      objects in use can be deleted
//	"strict": false                      unknown properties of requests are ignored
//	"filter": "refused"                  or ignored: the parameter type of cohorts
//	"document": "hidden"                 no API document; by default it is served in the dialect
package sandbox
