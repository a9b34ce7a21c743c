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
)

// CheckDirectory says why nothing can be written below a directory. It is for a command that would
// otherwise notice only after it has read a large merchant. Write calls it too.
func CheckDirectory(directory string, force bool) error {
	held, err := heldIn(directory)
	if err != nil {
		return err
	}
	if len(held) > 0 && !force {
		return fmt.Errorf("%s is not empty. Nothing was written. Choose another directory, or let --force replace what an "+
			"earlier export wrote there", directory)
	}
	for _, err := os.Lstat(directory); errors.Is(err, fs.ErrNotExist); _, err = os.Lstat(directory) {
		directory = filepath.Dir(directory)
	}
	probe, err := os.CreateTemp(directory, ".cohort-export-")
	if err != nil {
		return fmt.Errorf("nothing can be written: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Write writes the files below a directory, which must not exist or be empty. With force, it may
// hold other files: those that an export wrote are replaced, or removed if the configuration has
// them no more, and all others stay. If one of the others is in the way, nothing is written.
func (e *Export) Write(directory string, force bool) error {
	if err := CheckDirectory(directory, force); err != nil {
		return err
	}
	written, err := writtenIn(directory)
	if err != nil {
		return err
	}
	var obstacles []string
	for name := range e.Files {
		if _, err := os.Lstat(filepath.Join(directory, name)); err == nil && written[name] == nil {
			obstacles = append(obstacles, name)
		}
	}
	if slices.Sort(obstacles); len(obstacles) > 0 {
		return fmt.Errorf("%s in %s was not written by an export, or its first line was changed. Nothing was written. "+
			"Move it away, or choose another directory", strings.Join(obstacles, ", "), directory)
	}
	return e.replace(directory, written)
}

// replace writes all files beside their places first, so that a full disk leaves the old ones.
func (e *Export) replace(directory string, written map[string][]byte) (err error) {
	const beside = ".new"
	names := slices.Sorted(maps.Keys(e.Files))
	defer func() {
		if err != nil {
			for _, name := range names {
				err = errors.Join(err, removed(filepath.Join(directory, name+beside)))
			}
		}
	}()
	for _, name := range names {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path+beside, e.Files[name], 0o600); err != nil {
			return err
		}
	}
	for _, name := range names {
		path := filepath.Join(directory, name)
		if err := os.Rename(path+beside, path); err != nil {
			return err
		}
	}
	for name := range written {
		if _, stays := e.Files[name]; !stays {
			if err := removed(filepath.Join(directory, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func removed(path string) error {
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

// heldIn returns the names that a directory has; none if it does not exist.
func heldIn(directory string) ([]fs.DirEntry, error) {
	held, err := os.ReadDir(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return held, err
}

// writtenIn returns the files of earlier exports below a directory.
func writtenIn(directory string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, folder := range []string{".", "modules/loyalty", "env/test", "env/live"} {
		held, err := heldIn(filepath.Join(directory, folder))
		if err != nil {
			return nil, err
		}
		for _, entry := range held {
			if !entry.Type().IsRegular() {
				continue
			}
			name := filepath.ToSlash(filepath.Join(folder, entry.Name()))
			content, err := os.ReadFile(filepath.Join(directory, name))
			if err != nil {
				return nil, err
			}
			if first, _, _ := strings.Cut(string(content), "\n"); strings.Contains(first, marker) {
				files[name] = content
			}
		}
	}
	return files, nil
}
