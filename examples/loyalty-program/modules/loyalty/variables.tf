variable "shop_url" {
  description = "Address of the shop, without a slash at the end."
  type        = string

  validation {
    condition     = can(regex("^https://[^/]+$", var.shop_url))
    error_message = "An address such as https://www.sorbier.example is needed."
  }
}

variable "media_url" {
  description = "Where images and videos lie, without a slash at the end."
  type        = string
  default     = "https://cdn.example.com/sorbier"
}

variable "on_destroy" {
  description = "What destroying does to something that was published: archive keeps it, delete does not."
  type        = string
  default     = "archive"

  validation {
    condition     = contains(["archive", "delete"], var.on_destroy)
    error_message = "Either archive or delete."
  }
}
