package pull

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Write writes all files, or none. It refuses if one was changed since it was read.
func (p *Pull) Write() (err error) {
	var files []*file
	for f := range p.contents {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b *file) int { return strings.Compare(a.path, b.path) })
	beside := map[*file]string{}
	defer func() {
		for _, path := range beside {
			if removed := os.Remove(path); !errors.Is(removed, fs.ErrNotExist) {
				err = errors.Join(err, removed)
			}
		}
	}()
	for _, f := range files {
		held, err := os.ReadFile(f.path)
		if err != nil {
			return err
		}
		if !bytes.Equal(held, f.content) {
			return fmt.Errorf("%s was changed in the meantime: run pull again", f.name)
		}
		if beside[f], err = writeBeside(f.path, p.contents[f]); err != nil {
			return err
		}
	}
	for i, f := range files {
		if err := os.Rename(beside[f], f.path); err != nil {
			return errors.Join(err, restore(files[:i]))
		}
		delete(beside, f)
	}
	return nil
}

// writeBeside writes what shall replace a file, with its permissions, into the same directory.
func writeBeside(path string, content []byte) (name string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return "", fmt.Errorf("%s is read-only: make it writable, and run pull again", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".pull-*")
	if err != nil {
		return "", err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(info.Mode().Perm()), file.Sync(), file.Close())
	return file.Name(), err
}

// restore brings back the files that were replaced.
func restore(files []*file) error {
	var failed error
	for _, f := range files {
		name, err := writeBeside(f.path, f.content)
		if err == nil {
			err = os.Rename(name, f.path)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}
