# Plausible values for what Cohort decides. Copy this file into a directory such as tests/mocks, and
# name that directory in a test file:
#
#   mock_provider "cohort" {
#     source = "./tests/mocks"
#   }
#
# Attributes that your configuration sets keep their values. All objects of a kind get the same id,
# so override it where a test has to tell two of them apart. A mock cannot leave an object out, so a
# perk that is looked up has a code, a link and a discount at once, and lists of objects are empty.
# status is that of a published object, also for a draft: override it where a test asks for it.

mock_resource "cohort_user_property" {
  defaults = {
    id           = "5f0c1d52-3a55-4a3c-9f3e-000000000001"
    mode         = "test"
    reference_id = "loyalty_tier"
  }
}

mock_resource "cohort_list" {
  defaults = {
    id   = "5f0c1d52-3a55-4a3c-9f3e-000000000002"
    mode = "test"
  }
}

mock_resource "cohort_segment" {
  defaults = {
    id    = "5f0c1d52-3a55-4a3c-9f3e-000000000003"
    mode  = "test"
    match = "all"
    groups = {
      match = "all"
      conditions = {
        audience = { member = true }
        event    = { performed = true }
      }
    }
  }
}

mock_resource "cohort_perk" {
  defaults = {
    id         = "5f0c1d52-3a55-4a3c-9f3e-000000000004"
    mode       = "test"
    status     = "live"
    on_destroy = "archive"
  }
}

mock_resource "cohort_digital_asset" {
  defaults = {
    id     = "5f0c1d52-3a55-4a3c-9f3e-000000000005"
    mode   = "test"
    status = "published"
  }
}

mock_resource "cohort_badge" {
  defaults = {
    id         = "5f0c1d52-3a55-4a3c-9f3e-000000000006"
    mode       = "test"
    status     = "published"
    visibility = "everyone"
  }
}

mock_resource "cohort_campaign" {
  defaults = {
    id         = "5f0c1d52-3a55-4a3c-9f3e-000000000007"
    mode       = "test"
    status     = "published"
    on_destroy = "archive"
    challenge = {
      slug  = "summer-hunt"
      steps = { id = "5f0c1d52-3a55-4a3c-9f3e-000000000008" }
    }
    store = { slug = "summer-store" }
  }
}

mock_data "cohort_user_property" {
  defaults = {
    id           = "5f0c1d52-3a55-4a3c-9f3e-000000000001"
    mode         = "test"
    name         = "Loyalty tier"
    reference_id = "loyalty_tier"
    type         = "text"
  }
}

mock_data "cohort_list" {
  defaults = {
    id           = "5f0c1d52-3a55-4a3c-9f3e-000000000002"
    mode         = "test"
    name         = "VIP customers"
    reference_id = "vip"
  }
}

mock_data "cohort_segment" {
  defaults = {
    id           = "5f0c1d52-3a55-4a3c-9f3e-000000000003"
    mode         = "test"
    name         = "Gold members"
    reference_id = "gold-members"
    match        = "all"
  }
}

mock_data "cohort_perk" {
  defaults = {
    id               = "5f0c1d52-3a55-4a3c-9f3e-000000000004"
    mode             = "test"
    status           = "live"
    internal_name    = "workshop"
    title            = { en = "Boot care workshop" }
    description      = { en = "<p>Bring your boots.</p>" }
    image_url        = "https://cdn.example.com/workshop.png"
    video_url        = null
    expires_at       = "2027-12-31T23:00:00Z"
    code             = { value = "WELCOME10" }
    link             = { url = "https://www.example.com/workshop" }
    shopify_discount = { name = "WELCOME10", type = "percentage", value = 10 }
    custom           = { type = "voucher", settings = "{}" }
  }
}

mock_data "cohort_digital_asset" {
  defaults = {
    id            = "5f0c1d52-3a55-4a3c-9f3e-000000000005"
    mode          = "test"
    status        = "published"
    internal_name = "founder-card"
    title         = { en = "Founder card" }
    description   = { en = "<p>One of the first 500.</p>" }
    image_url     = "https://cdn.example.com/card.png"
    video_url     = null
    max_supply    = 500
  }
}

mock_data "cohort_badge" {
  defaults = {
    id                 = "5f0c1d52-3a55-4a3c-9f3e-000000000006"
    mode               = "test"
    status             = "published"
    internal_name      = "gold-badge"
    audience_id        = "5f0c1d52-3a55-4a3c-9f3e-000000000003"
    title              = { en = "Gold" }
    description        = { en = "You reached gold." }
    image_url          = "https://cdn.example.com/gold.svg"
    locked_description = { en = "Reach gold to unlock." }
    visibility         = "everyone"
  }
}

mock_data "cohort_campaign" {
  defaults = {
    id            = "5f0c1d52-3a55-4a3c-9f3e-000000000007"
    mode          = "test"
    status        = "published"
    internal_name = "summer-hunt"
    audience_id   = "5f0c1d52-3a55-4a3c-9f3e-000000000002"
    start_at      = "2027-06-01T00:00:00Z"
    end_at        = "2027-08-31T22:00:00Z"
    distribution = {
      direct       = { max_quantity = 500 }
      instant_draw = { max_boxes = 1000 }
      raffle       = { max_boxes = 1000, draw_at = "2027-09-01T10:00:00Z" }
    }
    challenge = {
      title       = { en = "Summer hunt" }
      description = { en = "<p>Find the fox.</p>" }
      opt_in_cta  = { en = "Join" }
      image_url   = "https://cdn.example.com/fox.jpg"
      video_url   = null
      slug        = "summer-hunt"
    }
    store = {
      title       = { en = "Summer store" }
      description = { en = "<p>Choose one.</p>" }
      image_url   = "https://cdn.example.com/store.jpg"
      video_url   = null
      slug        = "summer-store"
    }
    airdrop = {}
  }
}

mock_data "cohort_campaign_diffusion" {
  defaults = {
    mode                = "test"
    type                = "toast"
    position            = "bottom-right"
    selector            = null
    supported_languages = ["en"]
    whitelisted_urls    = ["^https://www\\.example\\.com/"]
    campaign = {
      id           = "5f0c1d52-3a55-4a3c-9f3e-000000000007"
      name         = { en = "Summer hunt" }
      description  = { en = "<p>Find the fox.</p>" }
      image_url    = "https://cdn.example.com/fox.jpg"
      video_url    = null
      link         = "https://www.example.com/summer-hunt"
      accent_color = "#0b7a4b"
    }
  }
}

mock_data "cohort_inventory" {
  defaults = {
    mode            = "test"
    user_properties = { loyalty_tier = "5f0c1d52-3a55-4a3c-9f3e-000000000001" }
    lists           = { vip = "5f0c1d52-3a55-4a3c-9f3e-000000000002" }
    segments        = { gold-members = "5f0c1d52-3a55-4a3c-9f3e-000000000003" }
    perks           = { workshop = "5f0c1d52-3a55-4a3c-9f3e-000000000004" }
    digital_assets  = { founder-card = "5f0c1d52-3a55-4a3c-9f3e-000000000005" }
    badges          = { gold-badge = "5f0c1d52-3a55-4a3c-9f3e-000000000006" }
    campaigns       = { summer-hunt = "5f0c1d52-3a55-4a3c-9f3e-000000000007" }
  }
}

mock_data "cohort_snapshot" {
  defaults = {
    mode = "test"
    json = "{}"
  }
}
