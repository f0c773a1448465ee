package media

import "golang.org/x/sys/unix"

// GiveWay lets other threads have the processor before the caller goes on: a
// worker whose packets wait, for one. The kernel would let a thread that works
// without a pause keep it for milliseconds.
func GiveWay() { _, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
