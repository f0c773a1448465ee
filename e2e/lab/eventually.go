package lab

import (
	"errors"
	"time"
)

type fatal struct{ error }

// Unwrap gives the cause.
func (f fatal) Unwrap() error { return f.error }

// Fatal marks an error that waiting does not mend.
func Fatal(err error) error { return fatal{err} }

// Eventually calls f until it returns nil or a Fatal error or the time is
// over, and returns its last error.
func Eventually(limit time.Duration, f func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := f()
		if err == nil {
			return nil
		}
		if stop := (fatal{}); errors.As(err, &stop) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
