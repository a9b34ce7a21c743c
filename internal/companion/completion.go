package companion

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// keyedMerchants are the merchants of the service.
var keyedMerchants = []cobra.Completion{
	cobra.CompletionWithDesc("test", "the test merchant"),
	cobra.CompletionWithDesc("live", "the live merchant"),
}

// snapshotCompletion stands for a file of the command snapshot.
var snapshotCompletion = cobra.CompletionWithDesc(snapshotPrefix, "a file of the command snapshot")

// completeMerchant completes test, live and snapshot:, and the files after that.
func completeMerchant(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	path, isSnapshot := strings.CutPrefix(begun, snapshotPrefix)
	if !isSnapshot {
		var found []cobra.Completion
		for _, one := range slices.Concat(keyedMerchants, []cobra.Completion{snapshotCompletion}) {
			if strings.HasPrefix(one, begun) {
				found = append(found, one)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	var found []cobra.Completion
	folder, name := filepath.Split(path)
	entries, _ := os.ReadDir(cmp.Or(folder, "."))
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), name) {
			continue
		}
		completed := snapshotPrefix + folder + entry.Name()
		if entry.IsDir() {
			completed += string(filepath.Separator)
		}
		found = append(found, completed)
	}
	return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeKind completes a kind, alone and with the colon in front of a key.
func completeKind(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var found []cobra.Completion
	for _, k := range provider.Catalog() {
		if !strings.HasPrefix(k.Name+":", begun) {
			continue
		}
		found = append(found, cobra.CompletionWithDesc(k.Name, "all "+k.Plural),
			cobra.CompletionWithDesc(k.Name+":", "the "+k.Plural+" with this key, as in "+k.Name+":summer-*"))
	}
	return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
