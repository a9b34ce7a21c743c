package companion

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// newSnapshotCommand writes a merchant into a file.
func newSnapshotCommand(ctx context.Context) *cobra.Command {
	var out, from string
	var force bool

	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Write a merchant into a file, for plans without its key",
		Long: `Write a merchant into a file, for plans without its key.

The key is in COHORT_API_KEY, the address in COHORT_API_URL unless it is Cohort's. Only GET requests
are sent. The file holds every object of the merchant, as JSON with one object a line: no users, no
API key, and digests in place of the codes of perks. It stays confidential: it holds campaigns that
are not released yet, and short codes can be guessed from their digests.

With COHORT_SNAPSHOT=FILE, the provider plans from the file. Such a plan cannot be applied.

Exit codes: 0 for success, 1 if the merchant cannot be read or the file cannot be written, 2 for
wrong usage, a missing key or the key of the other merchant.`,
		Example: `  terraform-provider-cohort snapshot --from live --out live.json
  COHORT_SNAPSHOT=live.json terraform plan`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if strings.HasPrefix(from, snapshotPrefix) {
				return errors.New("--from needs test or live here: a snapshot of a snapshot is the same file")
			}
			source, err := keyOfOne.source("--from", from, 0)
			if err != nil {
				return err
			}
			return takeSnapshot(ctx, cmd, source, out, force)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "-", "file to write; - is standard output")
	keyedFlag(cmd, &from, "from", "test", "merchant to read")
	flags.BoolVar(&force, "force", false, "replace a file that is not a snapshot")
	_ = cmd.MarkFlagFilename("out", "json")
	return cmd
}

func takeSnapshot(
	ctx context.Context, cmd *cobra.Command, source provider.Source, out string, force bool,
) error {
	if err := checkReplaceable(out, force); err != nil {
		return &failure{err}
	}
	reader, err := provider.Open(ctx, cmd.Root().Version, source)
	if err != nil {
		return undone(ctx, "written", err)
	}
	shown := newProgress(cmd, "Reading the "+string(source.Mode)+" merchant")
	taken, err := reader.Snapshot(ctx)
	shown.end()
	if err != nil {
		return undone(ctx, "written", err)
	}
	return writeResult(cmd, out, taken.File())
}

// writeResult writes what a command was called for: into a file, or to standard output for "-".
func writeResult(cmd *cobra.Command, out string, content []byte) error {
	var err error
	if out == "-" {
		_, err = cmd.OutOrStdout().Write(content)
	} else {
		err = writeWhole(out, content)
	}
	if err != nil {
		return &failure{err}
	}
	return nil
}

// checkReplaceable refuses to overwrite what is not a snapshot.
func checkReplaceable(out string, force bool) error {
	info, err := os.Stat(out)
	switch {
	case out == "-" || errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", out)
	}
	if _, err := merchants.ReadSnapshot(out); err != nil && !force {
		return fmt.Errorf("nothing was written, because %s exists and is not a snapshot: choose another file, or add "+
			"--force to replace it", out)
	}
	return nil
}

// writeWhole writes a file that only its owner can read, whole or not at all. It follows a link.
func writeWhole(name string, content []byte) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".snapshot-*") // With mode 0600.
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
