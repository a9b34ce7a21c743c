package export

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// signed adds to the first line of a file, which is the marker, a checksum of the other lines. It
// tells whether somebody has edited the file since.
func signed(content []byte) []byte {
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	signature := marker + " Checksum: " + digest(string(rest), checksumDigits) + "."
	return append(append(bytes.Replace(first, []byte(marker), []byte(signature), 1), '\n'), rest...)
}

const checksumDigits = 10

// isOurs reports whether an export wrote a file, and whether the file is as it was written.
func isOurs(content []byte) (ours, unchanged bool) {
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	signature := marker + " Checksum: " + digest(string(rest), checksumDigits) + "."
	return bytes.Contains(first, []byte(marker)), bytes.Contains(first, []byte(signature))
}

// Write writes the files below a directory, which must not exist or be empty. With force, it may
// hold other files: those that an export wrote and nobody has edited are replaced, or removed if
// the configuration has them no more, and all others stay. If a file is in the way, nothing is
// written. It returns the removed files.
func (e *Export) Write(directory string, force bool) (removed []string, err error) {
	if err := CheckDirectory(directory, force); err != nil {
		return nil, err
	}
	written, err := writtenIn(directory)
	if err != nil {
		return nil, err
	}
	var obstacles, edited []string
	for name := range e.Files {
		if _, err := os.Lstat(filepath.Join(directory, name)); err == nil && written[name] == nil {
			obstacles = append(obstacles, name)
		}
	}
	for name, content := range written {
		if _, unchanged := isOurs(content); !unchanged && !bytes.Equal(content, e.Files[name]) {
			edited = append(edited, name)
		}
	}
	slices.Sort(obstacles)
	slices.Sort(edited)
	switch {
	case len(obstacles) > 0:
		return nil, fmt.Errorf("no export wrote %s in %s. Nothing was written. Move it away, or choose another directory",
			strings.Join(obstacles, ", "), directory)
	case len(edited) > 0:
		return nil, fmt.Errorf("somebody has edited %s in %s since it was exported. Nothing was written. Move it away, or "+
			"delete it to get the new one", strings.Join(edited, ", "), directory)
	}
	for name := range written {
		if _, stays := e.Files[name]; !stays {
			removed = append(removed, name)
		}
	}
	slices.Sort(removed)
	return removed, e.replace(directory, removed)
}

// replace writes all files beside their places first, so that a full disk leaves the old ones.
func (e *Export) replace(directory string, stale []string) (err error) {
	beside := map[string]string{}
	defer func() {
		for _, path := range beside {
			err = errors.Join(err, remove(path))
		}
	}()
	for _, name := range slices.Sorted(maps.Keys(e.Files)) {
		folder := filepath.Dir(filepath.Join(directory, name))
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return err
		}
		file, err := os.CreateTemp(folder, ".export-*") // With mode 0600.
		if err != nil {
			return err
		}
		beside[name] = file.Name()
		_, err = file.Write(e.Files[name])
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	for name, path := range beside {
		if err := os.Rename(path, filepath.Join(directory, name)); err != nil {
			return err
		}
		delete(beside, name)
	}
	for _, name := range stale {
		if err := remove(filepath.Join(directory, name)); err != nil {
			return err
		}
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Differences returns the files below a directory that differ from the configuration: that are
// missing, that have other contents, or that an earlier export wrote and this one does not.
func (e *Export) Differences(directory string) ([]string, error) {
	var differ []string
	for name, content := range e.Files {
		held, err := os.ReadFile(filepath.Join(directory, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil || !bytes.Equal(held, content) {
			differ = append(differ, name)
		}
	}
	written, err := writtenIn(directory)
	for name := range written {
		if _, stays := e.Files[name]; !stays {
			differ = append(differ, name)
		}
	}
	slices.Sort(differ)
	return differ, err
}

// CheckDirectory says why nothing can be written below a directory, whatever the configuration. It
// is for a command that would otherwise notice only after it has read a large merchant.
func CheckDirectory(directory string, force bool) error {
	held, err := heldIn(directory)
	if err != nil {
		return err
	}
	if len(held) > 0 && !force {
		return fmt.Errorf("%s is not empty. Nothing was written. Choose another directory, or let --force replace what an "+
			"earlier export wrote there", directory)
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		info, err := os.Lstat(filepath.Join(directory, folder))
		if err == nil && !info.IsDir() && folder != "." {
			return fmt.Errorf("%s in %s is not a directory of its own. Nothing was written. Move it away, or choose another "+
				"directory", folder, directory)
		}
	}
	for _, err := os.Lstat(directory); errors.Is(err, fs.ErrNotExist); _, err = os.Lstat(directory) {
		directory = filepath.Dir(directory)
	}
	probe, err := os.CreateTemp(directory, ".export-*")
	if err != nil {
		return fmt.Errorf("nothing can be written: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// heldIn returns the names that a directory has; none if it does not exist.
func heldIn(directory string) ([]fs.DirEntry, error) {
	held, err := os.ReadDir(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return held, err
}

// folders are the folders that an export writes into, with the files that it may write there.
var folders = func() map[string][]string {
	module := []string{"data.tf", "variables.tf", "versions.tf"}
	for _, k := range portable.Kinds() {
		module = append(module, fileOf(k))
	}
	root := []string{"main.tf", "adopt.tf", "stamp.tf"}
	return map[string][]string{
		".": slices.Concat(module, root, []string{"EXPORT.md"}), "modules": nil, "modules/loyalty": module,
		"env": nil, "env/test": root, "env/live": root,
	}
}()

// fileOf is the file with the resources of a kind.
func fileOf(k portable.Kind) string { return strings.ReplaceAll(k.Plural, " ", "_") + ".tf" }

// writtenIn returns the files of earlier exports below a directory.
func writtenIn(directory string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for folder, names := range folders {
		for _, base := range names {
			name := strings.TrimPrefix(folder+"/"+base, "./")
			info, err := os.Lstat(filepath.Join(directory, name))
			if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
				continue
			}
			content, err := os.ReadFile(filepath.Join(directory, name))
			if err != nil {
				return nil, err
			}
			if ours, _ := isOurs(content); ours {
				files[name] = content
			}
		}
	}
	return files, nil
}
