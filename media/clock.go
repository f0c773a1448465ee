package media

import (
	"time"

	"golang.org/x/sys/unix"
)

// Times on the packet path are nanoseconds of CLOCK_MONOTONIC, the clock that
// the kernel's packet filters read too (bpf_ktime_get_ns).

var (
	clockStart = time.Now()
	clockBase  = monotonic()
)

func monotonic() int64 {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
		return int64(time.Since(clockStart))
	}
	return ts.Nano()
}

// Now returns the time of the packet path: nanoseconds of CLOCK_MONOTONIC. It
// makes no system call.
func Now() int64 { return clockBase + int64(time.Since(clockStart)) }

// WallTime converts a time of the packet path; 0, meaning never, becomes the
// zero Time.
func WallTime(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(ns - Now()))
}
