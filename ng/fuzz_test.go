package ng

import (
	"strings"
	"testing"
)

func FuzzBencode(f *testing.F) {
	for _, doc := range samples(f) {
		f.Add(doc)
	}
	for _, s := range []string{"de", "d07:command4:pinge", "d1:xd1:yl1:z1:wd1:ai1eeeee", "d9223372036854775807:a", "d1:ai-0ee"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if len(doc) == 0 || doc[0] != 'd' {
			return
		}
		agreesWithJackpal(t, "document", doc)
	})
}

func FuzzJSON(f *testing.F) {
	for _, doc := range samples(f) {
		d, _, err := Unmarshal(doc)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(JSON.Append(nil, d))
	}
	for _, s := range []string{`{}`, `{"a":"\ud83d\ude00\u00e9"}`, `{"a":[1,-2,3.5e6,null,true,{}]}`, "{\"a\":\"\xe9\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(agreesWithEncodingJSON)
}

// Whatever comes in: no panic, lists within their bounds, and a request that
// means the same in both encodings.
func FuzzDecode(f *testing.F) {
	for _, doc := range samples(f) {
		f.Add(doc)
		d, _, _ := Unmarshal(doc)
		f.Add(JSON.Append(nil, d))
	}
	f.Add([]byte(`{"command":"offer","flags":["codec-strip-PCMU","sdp-attr-add-audio-x--1","SDES-no-X","replace origin"],"received-from":["IP4","192.0.2.1"]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, _, err := Decode(doc)
		if err != nil {
			return
		}
		checkBounds(t, r, len(doc))
	})
}

func FuzzRTPPFlags(f *testing.F) {
	for _, s := range rtppSamples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc := Bencode.Append(nil, Dict{{"rtpp-flags", s}})
		r, _, err := Templates{"default": s}.Decode(doc)
		if err != nil {
			t.Fatal(err)
		}
		checkBounds(t, r, 2*len(s)+len(doc))
	})
}

var rtppSamples = []string{
	"", "   ", "=", "ICE = force", "a=[", "a=[b=[c", "codec=[strip=]", "rtpp-flags=rtpp-flags=x",
	"direction=priv direction=pub", "internal external",
	"received-from=[IP4 198.18.1.1] SIP-source-address",
	"replace-origin via-branch=auto-next strict-source label=callee OSRTP-accept transport-protocol=RTP/AVP address-family=IP4",
	"via-branch=auto OSRTP=[accept] codec=[transcode=[PCMA PCMU] accept=[AMR-WB AMR] strip=[EVS]]",
	"sdp-attr=[audio=[add=[x-y:z]  remove=[sendrecv] substitute=[[a b] [c d] e>f]]]",
	"codec=[strip=[all]  except=[PCMA  telephone-event]]  ptime=30",
	"generate-mid  DTLS=passive  transport-protocol=UDP/TLS/RTP/SAVPF  SDES=[off no-X order:A;B]",
}

// checkBounds checks what must hold of every request.
func checkBounds(t *testing.T, r *Request, size int) {
	t.Helper()
	if len(r.Unknown) > maxUnknown || len(r.Unsupported) > maxUnknown {
		t.Errorf("%d unknown, %d unsupported", len(r.Unknown), len(r.Unsupported))
	}
	for _, u := range r.Unknown {
		if near := Nearest(u.Where, u.Name); len(near) > maxName {
			t.Errorf("nearest of %q is %q", u.Name, near)
		}
	}
	n := len(r.CallID.Value) + len(r.FromTag.Value) + len(r.ToTag.Value) + len(r.SDP.Value)
	for _, l := range [][]string{r.Direction, r.FromTags, r.SDPMediaRemove, r.Codec.Strip, r.Codec.Offer, r.SDES.No} {
		n += len(strings.Join(l, ""))
	}
	if n > 4*size+64 { // strings.ToLower and U+FFFD can lengthen
		t.Errorf("%d bytes of values from %d bytes", n, size)
	}
	if r.Flags.TrustAddress && r.Flags.SIPSourceAddress {
		t.Error("trust-address and SIP-source-address both set")
	}
	if r.TOS < -1 || r.TOS > 255 || r.Ptime < 0 || r.DeleteDelay < 0 {
		t.Errorf("TOS %d, ptime %d, delete delay %d", r.TOS, r.Ptime, r.DeleteDelay)
	}
}
