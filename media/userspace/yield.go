package userspace

import "os"

// yieldPoint is where the garbage collector and the scheduler can stop the
// thread after a system call that they don't know of: the prologue of a
// function that needs stack for a call of its own checks for their request,
// that of a small leaf function doesn't. Without it the process would hang at
// the next collection.
//
//go:noinline
func yieldPoint() {
	var a [192]byte
	touch(&a)
}

//go:noinline
func touch(a *[192]byte) { a[len(os.Args)&63] = 1 }
