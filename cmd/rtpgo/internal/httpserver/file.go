package httpserver

import (
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
)

// checkEvery is how often a file is looked at for changes, at most.
const checkEvery = time.Second

// file is something read from files, and read again when they have changed.
type file[T any] struct {
	paths []string
	read  func() (T, error)
	log   *zap.Logger

	mu      sync.Mutex
	value   T
	states  []state
	checked time.Time
}

// state tells whether a file is still the same.
type state struct {
	modified time.Time
	size     int64
}

// load reads for the first time.
func load[T any](log *zap.Logger, read func() (T, error), paths ...string) (*file[T], error) {
	f := &file[T]{paths: paths, read: read, log: log}
	f.states = f.stat()
	var err error
	f.value, err = read()
	return f, err
}

// get is the value of the newest readable state of the files.
func (f *file[T]) get() T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.checked) >= checkEvery {
		f.checked = now
		f.refresh(false)
	}
	return f.value
}

// reload reads again, changed or not.
func (f *file[T]) reload() {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refresh(true)
}

func (f *file[T]) refresh(always bool) {
	states := f.stat()
	same := true
	for i := range states {
		same = same && states[i] == f.states[i]
	}
	if same && !always {
		return
	}
	f.states = states
	value, err := f.read()
	if err != nil {
		f.log.Warn("file changed and can't be read, the old content stays in force", zap.Strings("files", f.paths), zap.Error(err))
		return
	}
	f.value = value
	f.log.Info("file read again", zap.Strings("files", f.paths))
}

func (f *file[T]) stat() []state {
	list := make([]state, len(f.paths))
	for i, path := range f.paths {
		if info, err := os.Stat(path); err == nil {
			list[i] = state{info.ModTime(), info.Size()}
		}
	}
	return list
}
