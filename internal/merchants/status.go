package merchants

// Statuses of perks, digital assets, badges and campaigns, in the words of this package and of HCL
// (documented for campaigns and perks). The descriptors hold the service's words (assumed).
const (
	StatusDraft     = "draft"
	StatusLive      = "live"
	StatusPublished = "published"
	StatusEnded     = "ended"
	StatusArchived  = "archived"
)

// Transition is a change of status. Its value is the last part of the path of the request
// (assumed).
type Transition string

// The transitions. Callers must know which of them a kind has.
const (
	// Publish makes a draft visible to users. An airdrop hands out its rewards at once, irrevocably.
	Publish Transition = "publish"
	// End closes a published campaign for good.
	End Transition = "end"
	// Archive hides an object from users. Unarchive reverses it.
	Archive Transition = "archive"
	// Unarchive gives an archived object its earlier status back.
	Unarchive Transition = "unarchive"
)

// reached are the statuses to which transitions lead (assumed). An unknown status is never one of
// them.
var reached = map[Transition][]string{
	Publish:   {StatusLive, StatusPublished, StatusEnded},
	End:       {StatusEnded},
	Archive:   {StatusArchived},
	Unarchive: {StatusDraft, StatusLive, StatusPublished, StatusEnded},
}
