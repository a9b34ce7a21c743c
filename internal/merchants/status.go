package merchants

// Statuses of perks, digital assets, badges and campaigns, in the words of this package and of HCL. They are documented
// for campaigns and perks.
const (
	StatusDraft     = "draft"
	StatusLive      = "live"
	StatusPublished = "published"
	StatusEnded     = "ended"
	StatusArchived  = "archived"
)

// Transition is a change of status. It is the last part of the path by which the service is asked for it (assumed).
type Transition string

// The transitions. Which of them a kind has is for its callers to know.
const (
	// Publish makes a draft visible to users. An airdrop hands out its rewards at once, and nothing takes them back.
	Publish Transition = "publish"
	// End closes a published campaign for good.
	End Transition = "end"
	// Archive hides an object from users; it can come back.
	Archive Transition = "archive"
	// Unarchive brings an archived object back to the status that it had.
	Unarchive Transition = "unarchive"
)

// reached are the statuses to which transitions lead. A status that is not known is never one of them.
var reached = map[Transition][]string{
	Publish:   {StatusLive, StatusPublished, StatusEnded},
	End:       {StatusEnded},
	Archive:   {StatusArchived},
	Unarchive: {StatusDraft, StatusLive, StatusPublished, StatusEnded},
}
