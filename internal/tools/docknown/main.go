// Command docknown writes the page of the documentation that says what is known of the API. It
// reads nothing but the contract of package merchants, so the page cannot say more than that.
package main

import (
	"fmt"
	"os"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docknown FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docknown:", err)
		os.Exit(1)
	}
}

func write(file string) error {
	contract, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		return err
	}
	content, err := page(contract)
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}
