// Command get prints the path of the Terraform or OpenTofu that tests run, and downloads Terraform
// if there is neither. The makefile calls it; all logic is in package terraformcli.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/tools/terraformcli"
)

func main() {
	path, err := terraformcli.Find(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"),
		func(text string) { fmt.Fprintln(os.Stderr, text) })
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, path)
}
