// Package broken breaks calls on purpose, each in one way, and checks that
// rtpgo explain names the cause and the side for either direction.
//
// All calls run at the same time in one laboratory (package lab), against one
// daemon. Each telephone has an address of its own there, so that what breaks
// one call leaves the others alone. The tests run where RTPGO_E2E is set, as
// those of package e2e do.
package broken
