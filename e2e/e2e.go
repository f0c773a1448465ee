// Package e2e proves rtpgo from outside: calls through a real Kamailio with
// its unmodified rtpengine module, between telephones in network namespaces
// that have no link to each other but the media relay under test.
//
// The tests run where RTPGO_E2E is set (e2e/run does it). They need root,
// iproute2, nftables, Kamailio, SIPp and tshark, and skip with the reason where
// one is missing. The relay's binary is RTPGO_BIN, by
// default bin/rtpgo of this repository; any daemon with rtpengine's options
// and NG protocol can be put there.
package e2e

import "embed"

// Testdata holds Kamailio's configuration and the SIPp scenarios.
//
//go:embed testdata
var Testdata embed.FS
