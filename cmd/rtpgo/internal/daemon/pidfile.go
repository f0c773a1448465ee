package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// pidFile is the file of --pidfile; nil where none was asked for.
type pidFile struct{ path string }

func writePIDFile(path string) (*pidFile, error) {
	if path == "" {
		return nil, nil
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return nil, fmt.Errorf("pidfile: %w", err)
	}
	return &pidFile{path}, nil
}

func (f *pidFile) remove() error {
	if f == nil {
		return nil
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
