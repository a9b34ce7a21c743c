// Package sandbox is a stateful Merchants API with a test and a live merchant, on loopback. It serves to try the provider without
// an account, to test a module offline, and to test the provider itself.
//
// It is written from the contract (merchants/openapi.yaml) and shares no type with the client, so that each checks the other.
// Every rule says in a comment how much of it is known: documented in Cohort's manual, observed in what Cohort published,
// inferred from these, or assumed. The sandbox is strict: it refuses each property, parameter and body that the contract does
// not name.
//
// # Where to find a rule
//
//   - kinds.go: what a kind is; one file a kind for its properties and its own rules
//   - fields.go: the forms of values, and 417 with the path of the property at fault
//   - rules.go: what holds for all kinds: create, update, delete, life cycle, references, uniqueness
//   - reads.go: get, list, pages, and what reads show after a write that a fault made slow to appear
//   - server.go: key, rate, routes, answers, and the stages at which a fault strikes
//   - store.go: the two merchants and the data file; history.go: exchanges and counters
//   - normalize.go: what a service does to values that it only tidies
//   - faults.go: matching and editing; admin.go: the admin API and the methods behind it
//
// # Admin API
//
// It has an address of its own, and demands no key. So it serves programs on this machine alone: a request with the Origin of a web page, or
// with a Host that is not this machine, is refused with status 403, and a body has to be JSON by its Content-Type. Answers are JSON; an error is
// {"error": "…"} with status 400, 403 or 404.
//
//	GET    /stats               {"requests", "by_method", "by_status", "by_mode", "max_in_flight", "connections"}
//	POST   /reset               counters and history to nothing
//	GET    /history             the newest exchanges, see Exchange
//	GET    /objects?mode=test   {"perks": […], …}
//	PATCH  /objects/{id}        changes properties behind the back of the client; no rule is applied, a status can be set
//	DELETE /objects/{id}        deletes behind the back of the client
//	POST   /wipe?mode=test      deletes everything of a merchant
//	GET    /faults              the armed faults, with what they matched and struck
//	POST   /faults              arms one
//	DELETE /faults              disarms all, gives revoked keys back, lets reads show what is stored
//	PUT    /diffusion?mode=test turns campaign diffusion on with the object to answer
//	DELETE /diffusion?mode=test turns it off
//
// # Faults
//
// One JSON form serves AddFault, POST /faults and the flag --fault. The type Fault lists every key. A fault says which requests
// it matches (mode, method, route, contains), which of these it strikes (nth, count, probability), at which stage (before
// anything is carried out, after the commit and before the answer, while the answer is sent) and what then happens. One request is
// struck by one fault: the first that is due. Every fault counts every match.
//
// The third and fourth create of a perk are committed, and the connection is reset before the answer:
//
//	{"method": "POST", "route": "/v1/perks", "nth": 3, "count": 2, "stage": "after", "reset": true}
//
// Every third request or so is told to come back in an hour:
//
//	{"count": -1, "probability": 0.3, "status": 429, "headers": {"Retry-After": "3600"}}
//
// After each change of a campaign the next two reads show the old one:
//
//	{"method": "PATCH", "route": "/v1/campaigns/{id}", "count": -1, "stale": 2}
//
// Lists leave out what is archived, steps lose their ids, and the total is wrong:
//
//	{"method": "GET", "route": "/v1/campaigns", "count": -1, "hide_rows": {"status": "archived"},
//	 "drop": ["data[].typeConfig.steps[].id"], "set": {"total": 7, "data[].future": true}}
//
// A create hangs for 40 s, is committed then, and the client may be gone:
//
//	{"method": "POST", "stage": "before", "delay": "40s"}
//
// A stage that is not given is "before" for status, html, delay, hang and reset, "after" for empty alone, "answer" for the rest.
// At stage "answer" a reset or a hang comes after half of the body, or after truncate bytes of it, with the Content-Length of
// the whole.
package sandbox
