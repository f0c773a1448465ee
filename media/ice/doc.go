// Package ice is an ICE agent for media ports (RFC 8445): it finds out by
// authenticated STUN exchanges from which of our ports to which address of the
// peer media can be sent, and keeps finding out while the call lasts (RFC
// 7675). It owns no sockets and no goroutine per call: packets come from the
// flows of a media engine, and one Executor runs every agent of the process.
//
// Each media has an Agent of its own with one checklist. Our candidates are
// host candidates: relayed and server-reflexive ones of ours don't exist here.
// Checks are paced per agent.
package ice
