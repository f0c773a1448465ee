package cdr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"rtpgo/call"
)

// Config says where records go.
type Config struct {
	// Line takes the line for syslog; nil: none.
	Line func(string) error
	// File is what a line of JSON is appended to for each record; "-" is
	// standard output, "" none. A file that is moved away is made anew.
	File string
	Log  *zap.Logger
}

// depth bounds the records waiting; what comes on top is lost, and logged.
const depth = 16384

// complainEvery is how often failures are logged.
const complainEvery = time.Minute

// Writer writes records from a goroutine of its own.
type Writer struct {
	Config
	queue    chan *call.Record
	done     chan struct{}
	lost     atomic.Uint64
	file     *os.File
	failed   time.Time
	reported uint64 // of lost ones
}

// New opens the file and starts.
func New(c Config) (*Writer, error) {
	w := &Writer{Config: c, queue: make(chan *call.Record, depth), done: make(chan struct{})}
	if err := w.open(); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

// Ended takes a record; it never waits.
func (w *Writer) Ended(r *call.Record) {
	select {
	case w.queue <- r:
	default:
		w.lost.Add(1)
	}
}

// Close writes what is waiting and ends. Ended must not be called any more.
func (w *Writer) Close() {
	close(w.queue)
	<-w.done
	if w.file != nil && w.File != "-" {
		w.file.Close()
	}
}

func (w *Writer) run() {
	defer close(w.done)
	for r := range w.queue {
		if w.Line != nil {
			w.complain(w.Line(Line(r)))
		}
		if w.File != "" {
			w.complain(w.write(r))
		}
		if lost := w.lost.Load(); lost != w.reported {
			w.complain(fmt.Errorf("%d records lost in all: they come faster than they can be written", lost))
			w.reported = lost
		}
	}
}

func (w *Writer) write(r *call.Record) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return err
	}
	if w.moved() {
		w.file.Close()
		w.file = nil
	}
	if err := w.open(); err != nil {
		return err
	}
	n, err := w.file.Write(b.Bytes())
	if err != nil && n > 0 && w.File != "-" {
		_, _ = io.WriteString(w.file, "\n") // what follows is a line of its own
	}
	return err
}

func (w *Writer) open() (err error) {
	switch {
	case w.file != nil || w.File == "":
	case w.File == "-":
		w.file = os.Stdout
	default:
		w.file, err = os.OpenFile(w.File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	}
	return err
}

// moved tells whether another file, or none, has the name now.
func (w *Writer) moved() bool {
	if w.file == nil || w.File == "-" {
		return false
	}
	open, err := w.file.Stat()
	if err != nil {
		return true
	}
	named, err := os.Stat(w.File)
	return err != nil || !os.SameFile(open, named)
}

// complain logs a failure once in a while.
func (w *Writer) complain(err error) {
	if err == nil || time.Since(w.failed) < complainEvery {
		return
	}
	w.failed = time.Now()
	w.Log.Error("call records not written", zap.Error(err))
}
