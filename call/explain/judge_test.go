package explain

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"rtpgo/media"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// at is a time of the call in seconds.
func at(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// pcmu is the set of payload types of a call with PCMU and DTMF.
var pcmu = [2]uint64{1 | 1<<13, 1 << (101 - 64)}

// talking is a healthy call of alice and bob, answered after a second and a
// minute old.
func talking() *Call {
	side := func(tag, local, told, peer string, other int) Side {
		return Side{
			Tag: tag, Other: other, Index: 1, Type: "audio", Protocol: "RTP/AVP", Initialized: true,
			Sends: true, Receives: true, Passes: true, Interface: "public", Learns: true,
			PayloadTypes: pcmu, Even: [2]uint64{1},
			Streams: [2]Stream{{
				Local: ap(local), Told: ap(told), Signalled: ap(peer), Remote: ap(peer), Confirmed: true,
				In: 3000, Out: 3000, First: at(1), Last: at(60), Longest: 172,
				Sources: []media.SSRCStats{{SSRC: 1, Packets: 3000, Octets: 3000 * 172}},
				Plain:   media.Look{RTP: 16, Even: 16, Firsts: 9},
				Route:   Route{Known: true, MTU: 1500},
			}, {Local: netip.AddrPortFrom(ap(local).Addr(), ap(local).Port()+1)}},
		}
	}
	c := &Call{Created: start, Answered: at(1), Now: at(60), Sides: []Side{
		side("alice", "10.0.0.1:30000", "203.0.113.1:30000", "198.51.100.10:4000", 1),
		side("bob", "10.0.0.1:30012", "203.0.113.1:30012", "192.0.2.21:4000", 0),
	}}
	c.Sides[0].Offered = true
	return c
}

// silent has a party never send anything.
func silent(s *Side) {
	st := &s.Streams[0]
	st.In, st.Sources, st.First, st.Last, st.Confirmed, st.Plain, st.Longest = 0, nil, time.Time{}, time.Time{}, false, media.Look{}, 0
}

func TestJudge(t *testing.T) {
	const alice, bob = 0, 1
	type want struct {
		code  Code
		fault bool
		side  string
		text  string // a part of the sentence
	}
	healthy := want{Healthy, false, "", ""}
	for _, c := range []struct {
		name      string
		change    func(c *Call, alice, bob *Side)
		fromAlice want
		fromBob   want
	}{
		{"healthy", func(*Call, *Side, *Side) {}, healthy, healthy},
		{"never a packet", func(_ *Call, _, b *Side) { silent(b) },
			healthy, want{SilentSender, true, "bob", "bob (192.0.2.21:4000) has never sent a packet to rtpgo (public 203.0.113.1:30012): alice hears nothing."}},
		{"not yet a packet", func(c *Call, _, b *Side) { c.Now = at(2); silent(b) },
			healthy, want{SilentSender, false, "bob", "No packet"}},
		{"stopped", func(_ *Call, a, _ *Side) { a.Streams[0].Last = at(40) },
			want{Stopped, true, "alice", "the last one 20 s ago: bob hears nothing"}, healthy},
		{"resumed a moment ago", func(c *Call, a, _ *Side) { a.Streams[0].Last, c.Signalled = at(20), at(59.5) }, healthy, healthy},
		{"added a moment ago", func(c *Call, a, _ *Side) { silent(a); c.Signalled = at(59.5) },
			want{SilentSender, false, "alice", "No packet"}, healthy},
		{"answered a moment ago, ICE began long ago", func(c *Call, _, b *Side) {
			c.Answered = at(59)
			b.ICE = ICE{On: true, Started: true, Since: at(0)}
		}, healthy, healthy},
		{"codec of before", func(_ *Call, a, _ *Side) {
			a.Streams[0].Sources = append(a.Streams[0].Sources, media.SSRCStats{Packets: 500, LastPT: 9})
		}, healthy, healthy},
		{"a pause", func(_ *Call, a, _ *Side) { a.Streams[0].Last = at(52) }, healthy, healthy},
		{"timeout", func(c *Call, a, b *Side) {
			c.Ended, c.EndReason = true, "timeout"
			a.Streams[0].Last, b.Streams[0].Last = at(30), at(30)
		}, want{Timeout, true, "alice", "ended by timeout"}, want{Timeout, true, "bob", "ended by timeout"}},
		{"timeout without any", func(c *Call, a, b *Side) {
			c.Ended, c.EndReason = true, "timeout"
			silent(a)
			silent(b)
		}, want{SilentSender, true, "alice", "The call was ended by timeout."}, want{SilentSender, true, "bob", "never"}},
		{"greatest age", func(c *Call, _, _ *Side) { c.Ended, c.EndReason = true, "final-timeout" },
			want{Timeout, false, Rtpgo, "final-timeout"}, want{Timeout, false, Rtpgo, "final-timeout"}},
		{"held", func(_ *Call, a, b *Side) { a.Receives, b.Sends, b.Passes = false, false, false },
			healthy, want{Held, false, "alice", "alice has put the call on hold"}},
		{"held by both", func(_ *Call, a, b *Side) {
			a.Receives, a.Sends, a.Passes, b.Receives, b.Sends, b.Passes = false, false, false, false, false, false
		}, want{Held, false, "alice", "sends nothing"}, want{Held, false, "alice", "on hold"}},
		{"held with 0.0.0.0", func(_ *Call, a, b *Side) {
			a.Zero, a.Streams[0].Last, b.Passes = true, at(50), false
		}, want{Held, false, "alice", "0.0.0.0"}, want{Held, false, "alice", "0.0.0.0"}},
		{"0.0.0.0 but still sending", func(_ *Call, a, b *Side) { a.Zero, b.Passes = true, false },
			healthy, want{Held, false, "alice", "0.0.0.0"}},
		{"blocked", func(_ *Call, a, _ *Side) { a.Block = "block media" },
			want{Blocked, true, Rtpgo, `"block media"`}, healthy},
		{"silenced", func(_ *Call, a, _ *Side) { a.Silenced = true },
			want{Blocked, true, Rtpgo, "replaced by silence"}, healthy},
		{"source port", func(_ *Call, _, b *Side) {
			silent(b)
			b.Streams[0].Refused, b.Streams[0].Drops[media.DropSource] = ap("192.0.2.21:9999"), 500
		}, healthy, want{SourcePort, true, "bob", "from 192.0.2.21:9999"}},
		{"source moved", func(_ *Call, _, b *Side) {
			s := &b.Streams[0]
			s.Last, s.RefusedLast = at(40), at(59)
			s.Refused, s.Drops[media.DropSource] = ap("192.0.2.21:9999"), 900
		}, healthy, want{SourcePort, true, "bob", "from 192.0.2.21:9999"}},
		{"only a stranger", func(_ *Call, _, b *Side) {
			silent(b)
			b.Streams[0].Refused, b.Streams[0].Drops[media.DropSource] = ap("198.51.100.99:7"), 500
		}, healthy, want{Stranger, true, "bob", "198.51.100.99:7"}},
		{"a stranger beside", func(_ *Call, _, b *Side) {
			b.Streams[0].Refused, b.Streams[0].Drops[media.DropSource] = ap("198.51.100.99:7"), 500
		}, healthy, want{Stranger, false, "bob", "isn't touched by it"}},
		{"a few strays", func(_ *Call, _, b *Side) {
			b.Streams[0].Refused, b.Streams[0].Drops[media.DropSource] = ap("198.51.100.99:7"), 3
		}, healthy, healthy},
		{"private address, not learned", func(_ *Call, _, b *Side) {
			silent(b)
			b.Streams[0].Signalled, b.Streams[0].Remote = ap("192.168.1.5:4000"), ap("192.168.1.5:4000")
		}, want{PrivateAddress, true, "bob", "192.168.1.5:4000"}, want{SilentSender, true, "bob", "never sent"}},
		{"private address, learning off", func(_ *Call, _, b *Side) {
			b.Learns, b.Streams[0].Confirmed = false, false
			b.Streams[0].Signalled, b.Streams[0].Remote = ap("192.168.1.5:4000"), ap("192.168.1.5:4000")
		}, want{PrivateAddress, true, "bob", "192.168.1.5:4000"}, healthy},
		{"private address, learned", func(_ *Call, _, b *Side) { b.Streams[0].Signalled = ap("192.168.1.5:4000") },
			want{PrivateAddress, false, "bob", "learned"}, healthy},
		{"private address within its network", func(_ *Call, _, b *Side) {
			b.Streams[0].Signalled, b.Streams[0].Remote, b.Streams[0].Told = ap("10.0.0.5:4000"), ap("10.0.0.5:4000"), ap("10.0.0.1:30012")
		}, healthy, healthy},
		{"private address, SIP from elsewhere", func(_ *Call, _, b *Side) {
			silent(b)
			b.Source = netip.MustParseAddr("192.0.2.21")
			b.Streams[0].Signalled, b.Streams[0].Remote, b.Streams[0].Told = ap("10.0.0.5:4000"), ap("10.0.0.5:4000"), ap("10.0.0.1:30012")
		}, want{PrivateAddress, true, "bob", "10.0.0.5:4000"}, want{SilentSender, true, "bob", "never"}},
		{"wrong interface", func(_ *Call, _, b *Side) {
			silent(b)
			b.Better, b.Streams[0].Route.Source = "private", netip.MustParseAddr("10.1.0.1")
		}, want{WrongInterface, true, Rtpgo, "by interface private (10.1.0.1)"}, want{WrongInterface, true, Rtpgo, "private"}},
		{"another interface that works", func(_ *Call, _, b *Side) { b.Better = "private" }, healthy, healthy},
		{"no route", func(_ *Call, _, b *Side) {
			silent(b)
			b.Streams[0].Failed[media.FailedRoute], b.Streams[0].Route.Error = 3000, "network is unreachable"
		}, want{NoRoute, true, Rtpgo, "network is unreachable"}, want{SilentSender, true, "bob", "never"}},
		{"no neighbour", func(_ *Call, _, b *Side) {
			silent(b)
			b.Streams[0].Path = media.PathError{Problem: media.PathHost, From: netip.MustParseAddr("10.0.0.1"), Count: 20, First: at(5), Last: at(59)}
		}, want{NoRoute, true, Rtpgo, "neighbour"}, want{SilentSender, true, "bob", "never"}},
		{"own firewall", func(_ *Call, _, b *Side) { b.Streams[0].Failed[media.FailedDenied] = 3000 },
			want{Firewall, true, Rtpgo, "own firewall"}, healthy},
		{"a few failures", func(_ *Call, _, b *Side) {
			b.Streams[0].Failed[media.FailedDenied], b.Streams[0].Failed[media.FailedBusy] = 4, 2000
		}, healthy, healthy},
		{"port unreachable", func(_ *Call, _, b *Side) {
			b.Streams[0].Path = media.PathError{Problem: media.PathPort, From: netip.MustParseAddr("192.0.2.21"), Count: 20, First: at(5), Last: at(59)}
		}, want{NotReceived, true, "bob", "nobody listens at 192.0.2.21:4000"}, healthy},
		{"port closed before the end", func(c *Call, _, b *Side) {
			c.Ended, c.EndReason = true, "deleted"
			b.Streams[0].Path = media.PathError{Problem: media.PathPort, Count: 6, First: at(59.5), Last: at(60)}
		}, healthy, healthy},
		{"prohibited", func(_ *Call, _, b *Side) {
			b.Streams[0].Path = media.PathError{Problem: media.PathProhibited, From: netip.MustParseAddr("192.0.2.1"), Count: 20, First: at(5), Last: at(59)}
		}, want{NotReceived, true, "bob", "firewall at 192.0.2.1"}, healthy},
		{"all lost", func(_ *Call, _, b *Side) { b.Streams[0].Report = Report{Sent: 10, Reports: 10, Lost: 1, LostAll: true} },
			want{NotReceived, true, "bob", "RTCP"}, healthy},
		{"reports without blocks", func(_ *Call, _, b *Side) { b.Streams[0].Report = Report{Sent: 10, Described: true} },
			want{NotReceived, true, "bob", "RTCP"}, healthy},
		{"a device that reports no blocks in bare reports", func(_ *Call, _, b *Side) { b.Streams[0].Report = Report{Sent: 10} }, healthy, healthy},
		{"reports", func(_ *Call, _, b *Side) { b.Streams[0].Report = Report{Sent: 10, Reports: 9, Lost: 0.2} }, healthy, healthy},
		{"payload type", func(_ *Call, a, _ *Side) { a.Streams[0].Sources[0].LastPT = 9 },
			want{PayloadType, true, "alice", "payload type 9"}, healthy},
		{"comfort noise", func(_ *Call, a, _ *Side) { a.Streams[0].Sources[0].LastPT = 13 }, healthy, healthy},
		{"SRTP key", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security = Security{Mode: SDES, Suite: "AES_CM_128_HMAC_SHA1_80"}
			a.Streams[0].Drops[media.DropAuth], a.Streams[0].Garbled = 3000, media.Look{RTP: 16, Tagged: 16, Random: 16, Firsts: 15}
		}, want{SRTPKey, true, "alice", "AES_CM_128_HMAC_SHA1_80"}, healthy},
		{"SRTP expected", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security.Mode = SDES
			a.Streams[0].Drops[media.DropAuth], a.Streams[0].Garbled = 3000, media.Look{RTP: 16, Even: 16, Firsts: 9}
		}, want{SRTPExpected, true, "alice", "plain RTP"}, healthy},
		{"SRTP expected, Opus comes", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security.Mode = DTLSSRTP
			a.Security.DTLS[0] = DTLS{Used: true, Established: true}
			a.Streams[0].Drops[media.DropAuth], a.Streams[0].Garbled = 3000, media.Look{RTP: 16, PT: 96, Firsts: 2}
		}, want{SRTPExpected, true, "alice", "plain RTP"}, healthy},
		{"SRTP with a few forged packets", func(_ *Call, a, _ *Side) {
			a.Security.Mode = SDES
			a.Streams[0].Drops[media.DropAuth] = 30
		}, healthy, healthy},
		{"SRTP without a key", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security.Mode = Pending
			a.Streams[0].Drops[media.DropKey], a.Streams[0].Garbled = 3000, media.Look{RTP: 16, Tagged: 16, Random: 16}
		}, want{SRTPKey, true, "alice", "No SRTP key"}, healthy},
		{"SRTP unexpected", func(_ *Call, a, _ *Side) {
			a.Streams[0].Plain = media.Look{RTP: 16, Tagged: 16, Random: 16, Firsts: 15}
		},
			want{SRTPUnexpected, true, "alice", "though plain RTP"}, healthy},
		{"SRTP unexpected, in the kernel", func(_ *Call, a, _ *Side) {
			a.Streams[0].Plain = media.Look{RTP: 1, Tagged: 1, Random: 1, Firsts: 1}
			a.Streams[0].Sources[0].Octets = 3000 * (12 + 170)
		}, want{SRTPUnexpected, true, "alice", "though plain RTP"}, healthy},
		{"SRTP passes through", func(_ *Call, a, _ *Side) {
			a.Protocol, a.Streams[0].Plain = "RTP/SAVP", media.Look{RTP: 16, Tagged: 16, Random: 16, Firsts: 15}
		}, healthy, healthy},
		{"no RTP but something", func(_ *Call, a, _ *Side) { silent(a); a.Streams[0].Drops[media.DropNotRTP] = 400 },
			want{SRTPUnexpected, true, "alice", "aren't RTP"}, healthy},
		{"DTLS not started", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security = Security{Mode: DTLSSRTP, DTLS: [2]DTLS{{Used: true, Since: at(1)}}}
		}, want{DTLSNotStarted, true, "alice", "never began"}, want{DTLSNotStarted, true, "alice", "never began"}},
		{"DTLS not answered", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security = Security{Mode: DTLSSRTP, DTLS: [2]DTLS{{Used: true, Active: true, Failure: "the handshake timed out", Since: at(1)}}}
		}, want{DTLSNotStarted, true, "alice", "doesn't answer"}, want{DTLSNotStarted, true, "alice", "doesn't answer"}},
		{"DTLS failed", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security = Security{Mode: DTLSSRTP, DTLS: [2]DTLS{{Used: true, Heard: true, Failure: "alert: handshake failure", Since: at(1)}}}
		}, want{DTLSFailed, true, "alice", "handshake failure"}, want{DTLSFailed, true, "alice", "handshake failure"}},
		{"DTLS without end", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security = Security{Mode: DTLSSRTP, DTLS: [2]DTLS{{Used: true, Heard: true, Since: at(1)}}}
		}, want{DTLSFailed, true, "alice", "doesn't end"}, want{DTLSFailed, true, "alice", "doesn't end"}},
		{"DTLS fingerprint", func(_ *Call, a, _ *Side) {
			silent(a)
			a.Security = Security{Mode: DTLSSRTP, DTLS: [2]DTLS{{Used: true, Heard: true, Fingerprint: true, Failure: "x", Since: at(1)}}}
		}, want{DTLSFingerprint, true, "alice", "fingerprint"}, want{DTLSFingerprint, true, "alice", "fingerprint"}},
		{"DTLS under way", func(c *Call, a, _ *Side) {
			c.Now = at(2)
			silent(a)
			a.Security = Security{Mode: DTLSSRTP, DTLS: [2]DTLS{{Used: true, Heard: true, Since: at(1)}}}
		}, want{SilentSender, false, "alice", "No packet"}, healthy},
		{"ICE without a pair", func(_ *Call, _, b *Side) {
			silent(b)
			b.ICE = ICE{On: true, Started: true, Since: at(1), Candidates: 2}
		}, want{ICENoPair, true, "bob", "none of its connectivity checks"}, want{ICENoPair, true, "bob", "none"}},
		{"ICE, one way", func(_ *Call, _, b *Side) {
			silent(b)
			b.ICE = ICE{On: true, Started: true, Failed: true, Checks: 7, Since: at(1), Candidates: 2}
		}, want{ICENoPair, true, "bob", "7 of its connectivity checks"}, want{ICENoPair, true, "bob", "7"}},
		{"ICE works", func(_ *Call, _, b *Side) { b.ICE = ICE{On: true, Started: true, Valid: true, Since: at(1)} }, healthy, healthy},
		{"mux", func(_ *Call, _, b *Side) { b.Mux, b.Streams[1].In = true, 12 },
			healthy, want{Mux, true, "bob", "a=rtcp-mux"}},
		{"mux honoured", func(_ *Call, _, b *Side) { b.Mux, b.Streams[0].In, b.Streams[0].RTCPIn = true, 3012, 12 }, healthy, healthy},
		{"RTCP only", func(_ *Call, _, b *Side) { silent(b); b.Streams[1].In = 12 },
			healthy, want{RTCPOnly, true, "bob", "not one RTP packet"}},
		{"RTCP only, on one port", func(_ *Call, _, b *Side) {
			silent(b)
			b.Streams[0].In, b.Streams[0].RTCPIn = 12, 12
		}, healthy, want{RTCPOnly, true, "bob", "not one RTP packet"}},
		{"port of another call", func(_ *Call, _, b *Side) {
			silent(b)
			b.Streams[0].Elsewhere = media.Stray{Port: ap("10.0.0.1:30044"), Source: ap("192.0.2.21:4000"), Packets: 300}
		}, healthy, want{EndedPort, true, "bob", "10.0.0.1:30044"}},
		{"port of this call, ended", func(c *Call, _, b *Side) {
			c.Ended, c.EndReason = true, "deleted"
			b.Streams[0].After = media.Stray{Source: ap("192.0.2.21:4000"), Packets: 900, Last: at(75)}
		}, healthy, want{EndedPort, true, "bob", "15 s after the end"}},
		{"the last packets", func(c *Call, _, b *Side) {
			c.Ended, c.EndReason = true, "deleted"
			b.Streams[0].After = media.Stray{Source: ap("192.0.2.21:4000"), Packets: 40, Last: at(61)}
		}, healthy, healthy},
		{"too long", func(_ *Call, a, b *Side) {
			a.Type, b.Type, a.Streams[0].Longest, b.Streams[0].Route.MTU = "video", "video", 1400, 1280
			b.Streams[0].Report.Stalled = true
		}, want{MTU, true, "bob", "1280"}, healthy},
		{"too long, but it may arrive", func(_ *Call, a, b *Side) {
			a.Type, b.Type, a.Streams[0].Longest, b.Streams[0].Route.MTU = "video", "video", 1400, 1280
		}, want{MTU, false, "bob", "1280"}, healthy},
		{"broken off on the way", func(_ *Call, _, b *Side) {
			b.Streams[0].Report = Report{Reports: 9, Sent: 9, Stalled: true}
		}, want{NotReceived, true, "bob", "nothing"}, healthy},
		{"too long, refused", func(_ *Call, a, b *Side) { a.Streams[0].Longest, b.Streams[0].Failed[media.FailedTooLong] = 1400, 500 },
			want{MTU, true, "bob", "500 packets are refused"}, healthy},
		{"too long for a link", func(_ *Call, a, b *Side) {
			a.Streams[0].Longest = 1400
			b.Streams[0].Path = media.PathError{Problem: media.PathTooLong, MTU: 1300, Count: 20, First: at(5), Last: at(59)}
		}, want{MTU, true, "bob", "MTU of 1300"}, healthy},
		{"NAT-wait", func(_ *Call, a, b *Side) {
			silent(b)
			b.Streams[0].Out, a.Streams[0].Drops[media.DropNoSink] = 0, 3000
		}, want{SilentSender, true, "bob", "NAT-wait"}, want{SilentSender, true, "bob", "never"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			facts := talking()
			c.change(facts, &facts.Sides[alice], &facts.Sides[bob])
			got := Judge(facts)
			if len(got) != 2 {
				t.Fatalf("%d verdicts: %+v", len(got), got)
			}
			for i, w := range []want{c.fromAlice, c.fromBob} {
				v := got[i]
				if v.Code != w.code || v.Fault != w.fault || v.Side != w.side || !strings.Contains(v.Text, w.text) {
					t.Errorf("from %s: %s, fault %v, side %q, %q; want %s, %v, %q, %q", v.From, v.Code, v.Fault, v.Side, v.Text, w.code, w.fault, w.side, w.text)
				}
				if v.Fault && v.Check == "" || v.Text == "" || strings.Contains(v.Text+v.Check, "%!") {
					t.Errorf("from %s: text %q, check %q", v.From, v.Text, v.Check)
				}
			}
		})
	}
}

// TestJudgeOfOneSide: an offer has one verdict, sections that were refused none.
func TestJudgeOfOneSide(t *testing.T) {
	for _, c := range []struct {
		reason string
		ended  bool
		fault  bool
	}{{"", false, false}, {"deleted", true, false}, {"offer-timeout", true, true}} {
		f := talking()
		f.Answered, f.Ended, f.EndReason = time.Time{}, c.ended, c.reason
		f.Sides[1].Initialized = false
		got := Judge(f)
		if len(got) != 1 || got[0].Code != NotAnswered || got[0].Fault != c.fault || got[0].From != "alice" {
			t.Errorf("%q: %+v", c.reason, got)
		}
	}
	f := talking()
	f.Sides[1].Disabled = true
	if got := Judge(f); len(got) != 0 {
		t.Errorf("a refused section: %+v", got)
	}
	if got := Judge(&Call{}); len(got) != 0 {
		t.Errorf("no call: %+v", got)
	}
}

// TestWorst: faults go before remarks, those before healthy.
func TestWorst(t *testing.T) {
	list := []Verdict{{Code: Healthy}, {Code: Held}, {Code: Stopped, Fault: true}, {Code: MTU, Fault: true}}
	for n, want := range []Code{Healthy, Healthy, Held, Stopped, Stopped} {
		if got := Worst(list[:n]); got.Code != want {
			t.Errorf("of the first %d: %s, want %s", n, got.Code, want)
		}
	}
}
