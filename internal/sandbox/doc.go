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
package sandbox
