package daemon

import (
	"bytes"
	"testing"

	"rtpgo/media/srtp"
	"rtpgo/ng"
)

func savp(to string) ng.Pair { return ng.Pair{Key: "transport-protocol", Value: to} }

// TestSDES: every suite on either side of a call, with RTP on the other, and
// with RTCP, which leaves as the side needs it.
func TestSDES(t *testing.T) {
	for _, engine := range userSpaceEngines {
		t.Run(engine, func(t *testing.T) {
			p := launchEngine(t, engine)
			for _, suite := range srtp.Suites {
				t.Run(suite.Name+" to RTP", func(t *testing.T) { sdesToRTP(t, p, suite) })
				t.Run("RTP to "+suite.Name, func(t *testing.T) { rtpToSDES(t, p, suite) })
				t.Run(suite.Name+" on both sides", func(t *testing.T) { sdesPassThrough(t, p, suite) })
			}
			for i, suite := range srtp.Suites {
				other := srtp.Suites[(i+5)%len(srtp.Suites)]
				t.Run(suite.Name+" to "+other.Name, func(t *testing.T) { sdesToSDES(t, p, suite, other) })
			}
		})
	}
}

func sub(t *testing.T, p *process) *dialogue {
	q := *p
	q.t = t
	return newDialogue(&q)
}

// offerSDES begins a call of A with one suite; the answer's key comes back.
func answerKeys(t *testing.T, d *dialogue, suite *srtp.Suite, key srtp.Key, answer string) {
	t.Helper()
	m := d.command("answer", answer)
	c, theirs := offered(t, m, suite)
	if len(m.Cryptos) != 1 || c.Tag != 1 {
		t.Errorf("A is answered %+v", m.Cryptos)
	}
	d.a.keyed(srtp.Params{Suite: suite, Key: theirs}, srtp.Params{Suite: suite, Key: key})
}

func sdesToRTP(t *testing.T, p *process, suite *srtp.Suite) {
	d := sub(t, p)
	defer d.end()
	key := srtp.GenerateKey(suite)
	m := d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, suite, key, "")), savp("RTP/AVP"))
	if m.Protocol != "RTP/AVP" || len(m.Cryptos) != 0 {
		t.Fatalf("B is offered %s %v", m.Protocol, m.Cryptos)
	}
	answerKeys(t, d, suite, key, d.b.sdp("RTP/AVP"))
	d.both(100)
	d.both(101)
	// A packet in the clear doesn't pass, and is counted.
	d.a.sendRaw(0, rtpPacket(102, 0xa0a0))
	until(t, "the packet in the clear is counted", func() bool { return d.drops("a", "authentication") == 1 })
	again := d.a.send(0, rtpPacket(103, 0xa0a0))
	d.b.receive(0)
	d.a.sendRaw(0, again)
	until(t, "the repeated packet is counted", func() bool { return d.drops("a", "replay") == 1 })
	d.b.silent("clear and repeated packets")
}

func rtpToSDES(t *testing.T, p *process, suite *srtp.Suite) {
	d := sub(t, p)
	defer d.end()
	m := d.command("offer", d.a.sdp("RTP/AVP"), savp("RTP/SAVPF"))
	if len(m.Cryptos) != len(srtp.Suites) {
		t.Errorf("B is offered %d suites", len(m.Cryptos))
	}
	c, theirs := offered(t, m, suite)
	key := srtp.GenerateKey(suite)
	d.command("answer", d.b.sdp("RTP/SAVPF", crypto(c.Tag, suite, key, "")))
	d.b.keyed(srtp.Params{Suite: suite, Key: theirs}, srtp.Params{Suite: suite, Key: key})
	d.both(65535)
	d.both(0)
}

// sdesPassThrough: both sides hold the same keys, so that packets arrive
// exactly as they were sent, and only if they are authentic.
func sdesPassThrough(t *testing.T, p *process, suite *srtp.Suite) {
	d := sub(t, p)
	defer d.end()
	key := srtp.GenerateKey(suite)
	m := d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, suite, key, "")))
	c, theirs := offered(t, m, suite)
	if c.Tag != 1 || !bytes.Equal(theirs.Master, key.Master) {
		t.Errorf("B isn't offered A's own key but %+v", c)
	}
	answer := srtp.GenerateKey(suite)
	d.b.keyed(srtp.Params{Suite: suite, Key: key}, srtp.Params{Suite: suite, Key: answer})
	answerKeys(t, d, suite, key, d.b.sdp("RTP/SAVP", crypto(c.Tag, suite, answer, "")))
	for _, way := range [2][2]*peer{{d.a, d.b}, {d.b, d.a}} {
		for comp, pkt := range [2][]byte{rtpPacket(7, 5), pli(5)} {
			if sent, arrived := d.pass(way[0], way[1], comp, pkt); !bytes.Equal(sent, arrived) {
				t.Errorf("sent %x, arrived %x", sent, arrived)
			}
		}
	}
	forged := d.a.out.(*srtp.Protector)
	pkt, err := forged.RTP(make([]byte, 400), rtpPacket(8, 5))
	if err != nil {
		t.Fatal(err)
	}
	pkt[len(pkt)-1] ^= 1
	d.a.sendRaw(0, pkt)
	until(t, "the forged packet is counted", func() bool { return d.drops("a", "authentication") == 1 })
	d.b.silent("forged packet")
}

func sdesToSDES(t *testing.T, p *process, one, two *srtp.Suite) {
	d := sub(t, p)
	defer d.end()
	key := srtp.GenerateKey(one)
	m := d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, one, key, "")))
	c, theirs := offered(t, m, two)
	answer := srtp.GenerateKey(two)
	d.b.keyed(srtp.Params{Suite: two, Key: theirs}, srtp.Params{Suite: two, Key: answer})
	answerKeys(t, d, one, key, d.b.sdp("RTP/SAVP", crypto(c.Tag, two, answer, "")))
	d.both(9)
}

// TestSDESReinvite: counters go on where the key stays, and begin anew with a
// new key.
func TestSDESReinvite(t *testing.T) {
	suite := srtp.AES_CM_128_HMAC_SHA1_80
	p := launchEngine(t, "sockets")
	d := sub(t, p)
	key := srtp.GenerateKey(suite)
	offer := d.a.sdp("RTP/SAVP", crypto(1, suite, key, ""))
	d.command("offer", offer, savp("RTP/AVP"))
	answerKeys(t, d, suite, key, d.b.sdp("RTP/AVP"))
	// Past a roll-over in steps that no receiver would take for one.
	for _, seq := range []uint16{30000, 60000, 65535, 0, 20000} {
		d.both(seq)
	}
	hold := d.a.sdp("RTP/SAVP", crypto(1, suite, key, ""), "sendonly")
	for _, sdp := range []string{hold, offer, offer} {
		d.command("offer", sdp, savp("RTP/AVP"))
		m := d.command("answer", d.b.sdp("RTP/AVP"))
		if _, theirs := offered(t, m, suite); d.a.in.(*srtp.Unprotector).ID() != idOf(t, srtp.Params{Suite: suite, Key: theirs}) {
			t.Fatal("the key changes without need")
		}
	}
	d.both(20001)
	d.a.sendRaw(0, mustProtect(t, srtp.Params{Suite: suite, Key: key}, rtpPacket(20002, 0xa0a0)))
	until(t, "a sender that lost count is refused", func() bool { return d.drops("a", "authentication") == 1 })
	// Until the answer the old key counts, then the new one.
	next := srtp.GenerateKey(suite)
	d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, suite, next, "")), savp("RTP/AVP"))
	d.both(20003)
	m := d.command("answer", d.b.sdp("RTP/AVP"))
	_, theirs := offered(t, m, suite)
	d.a.out = protector(t, srtp.Params{Suite: suite, Key: next})
	if d.a.in.(*srtp.Unprotector).ID() != idOf(t, srtp.Params{Suite: suite, Key: theirs}) {
		d.a.in = unprotector(t, srtp.Params{Suite: suite, Key: theirs})
	}
	d.pass(d.a, d.b, 0, rtpPacket(5, 0xa0a0))
	d.pass(d.b, d.a, 0, rtpPacket(20004, 0xa0a0))
	if state := d.security("a", 0); state != "SDES "+suite.Name {
		t.Errorf("state %q", state)
	}
}

// TestSDESParameters: the master key identifier and the session parameters of
// RFC 4568 section 6.3, in the direction whose key they stand with.
func TestSDESParameters(t *testing.T) {
	suite := srtp.AES_CM_128_HMAC_SHA1_80
	p := launchEngine(t, "sockets")
	for name, c := range map[string]struct {
		line   string
		params srtp.Params
	}{
		"MKI":                  {"|2^20|7:4", srtp.Params{MKI: []byte{0, 0, 0, 7}}},
		"UNENCRYPTED_SRTP":     {" UNENCRYPTED_SRTP", srtp.Params{UnencryptedSRTP: true}},
		"UNENCRYPTED_SRTCP":    {" UNENCRYPTED_SRTCP", srtp.Params{UnencryptedSRTCP: true}},
		"UNAUTHENTICATED_SRTP": {" UNAUTHENTICATED_SRTP", srtp.Params{UnauthenticatedSRTP: true}},
	} {
		t.Run(name, func(t *testing.T) {
			d := sub(t, p)
			defer d.end()
			c.params.Suite, c.params.Key = suite, srtp.GenerateKey(suite)
			d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, suite, c.params.Key, c.line)), savp("RTP/AVP"))
			d.command("answer", d.b.sdp("RTP/AVP"))
			d.a.out = protector(t, c.params)
			d.pass(d.a, d.b, 0, rtpPacket(1, 1))
			d.pass(d.a, d.b, 1, pli(1))
		})
	}
}

// TestSDESMux: RTCP multiplexed on the encrypted side alone.
func TestSDESMux(t *testing.T) {
	suite := srtp.AEAD_AES_128_GCM
	for _, engine := range userSpaceEngines {
		p := launchEngine(t, engine)
		d := sub(t, p)
		key := srtp.GenerateKey(suite)
		d.command("offer", d.a.sdp("RTP/SAVPF", crypto(1, suite, key, ""), "rtcp-mux"), savp("RTP/AVP"),
			ng.Pair{Key: "rtcp-mux", Value: ng.List{"demux"}})
		answerKeys(t, d, suite, key, d.b.sdp("RTP/AVP"))
		d.pass(d.a, d.b, 0, rtpPacket(1, 1))
		d.pass(d.b, d.a, 0, rtpPacket(1, 2))
		d.a.send(0, report(1))
		if got, _ := d.b.receive(1); !bytes.Equal(got, report(1)) {
			t.Errorf("RTCP of A is %x at B", got)
		}
		d.b.send(1, report(2))
		if got, _ := d.a.receive(0); !bytes.Equal(got, report(2)) {
			t.Errorf("RTCP of B is %x at A", got)
		}
		d.end()
	}
}

// TestSilencedPassThrough: packets that passed as they were are encrypted by
// the relay from one packet to the next, when it has to change them.
func TestSilencedPassThrough(t *testing.T) {
	suite := srtp.AES_CM_128_HMAC_SHA1_80
	p := launchEngine(t, "sockets")
	d := sub(t, p)
	key, answer := srtp.GenerateKey(suite), srtp.GenerateKey(suite)
	d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, suite, key, "")))
	d.b.keyed(srtp.Params{Suite: suite, Key: key}, srtp.Params{Suite: suite, Key: answer})
	answerKeys(t, d, suite, key, d.b.sdp("RTP/SAVP", crypto(1, suite, answer, "")))
	for _, seq := range []uint16{40000, 65530, 10} {
		d.pass(d.a, d.b, 0, rtpPacket(seq, 5))
		d.pass(d.a, d.b, 1, pli(5))
	}
	for _, c := range []string{"silence media", "unsilence media"} {
		d.ask(ng.Dict{{Key: "command", Value: c}, {Key: "call-id", Value: d.id}, {Key: "from-tag", Value: "a"}})
		seq := map[string]uint16{"silence media": 11, "unsilence media": 12}[c]
		d.a.send(0, rtpPacket(seq, 5))
		got, _ := d.b.receive(0)
		if quiet := bytes.Equal(got[12:], bytes.Repeat([]byte{0xd5}, 160)); quiet != (c == "silence media") {
			t.Errorf("after %s: %x", c, got)
		}
		d.pass(d.a, d.b, 1, pli(5))
	}
}

func protector(t *testing.T, p srtp.Params) *srtp.Protector {
	t.Helper()
	o, err := srtp.NewProtector(p)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func unprotector(t *testing.T, p srtp.Params) *srtp.Unprotector {
	t.Helper()
	o, err := srtp.NewUnprotector(p)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func mustProtect(t *testing.T, p srtp.Params, pkt []byte) []byte {
	t.Helper()
	out, err := protector(t, p).RTP(make([]byte, len(pkt)+200), pkt)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func idOf(t *testing.T, p srtp.Params) [32]byte {
	t.Helper()
	return p.ID()
}

// TestEncryptedFeedback: RTCP of reduced size passes between SAVPF and AVPF.
func TestEncryptedFeedback(t *testing.T) {
	suite := srtp.AEAD_AES_256_GCM
	d := newDialogue(launchEngine(t, "sockets"))
	key := srtp.GenerateKey(suite)
	d.command("offer", d.a.sdp("RTP/SAVPF", crypto(1, suite, key, ""), "rtcp-rsize"), savp("RTP/AVPF"))
	answerKeys(t, d, suite, key, d.b.sdp("RTP/AVPF", "rtcp-rsize"))
	d.pass(d.a, d.b, 1, pli(1))
	d.pass(d.b, d.a, 1, pli(2))
}
