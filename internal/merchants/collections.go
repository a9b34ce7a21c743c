package merchants

import (
	"context"
	"encoding/json"
	"iter"
)

// Collections are the kinds of objects of the API.
type Collections struct {
	UserProperties  Collection[*UserProperty, UserPropertyInput]
	Lists, Segments Collection[*Cohort, CohortInput]
	Perks           Collection[*Perk, PerkInput]
	DigitalAssets   Collection[*DigitalAsset, DigitalAssetInput]
	Badges          Collection[*Badge, BadgeInput]
	Campaigns       Collection[*Campaign, CampaignInput]
}

func collectionsOf(c *Client) Collections {
	return Collections{
		UserProperties: Collection[*UserProperty, UserPropertyInput]{c, &userProperties},
		Lists:          Collection[*Cohort, CohortInput]{c, &lists},
		Segments:       Collection[*Cohort, CohortInput]{c, &segments},
		Perks:          Collection[*Perk, PerkInput]{c, &perks},
		DigitalAssets:  Collection[*DigitalAsset, DigitalAssetInput]{c, &digitalAssets},
		Badges:         Collection[*Badge, BadgeInput]{c, &badges},
		Campaigns:      Collection[*Campaign, CampaignInput]{c, &campaigns},
	}
}

// descriptors are the descriptors of all kinds.
var descriptors = []*descriptor{
	&userProperties, &lists, &segments, &perks, &digitalAssets, &badges, &campaigns,
}

// anyCollection is a [Collection] of any kind, for a snapshot.
type anyCollection interface {
	described() *descriptor
	complete(ctx context.Context) iter.Seq2[json.RawMessage, error]
}

func (c Collections) every() []anyCollection {
	return []anyCollection{c.UserProperties, c.Lists, c.Segments, c.Perks, c.DigitalAssets, c.Badges, c.Campaigns}
}
