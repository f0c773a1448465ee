package ng

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"testing"

	bencode "github.com/jackpal/bencode-go"
)

// offer is a request as Kamailio's module sends it.
func sample(b testing.TB, name string) []byte {
	doc, err := os.ReadFile("testdata/kamailio/" + name)
	if err != nil {
		b.Fatal(err)
	}
	return doc
}

func BenchmarkDecodeOffer(b *testing.B) {
	doc := sample(b, "01-offer")
	b.ReportAllocs()
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, _, err := Decode(doc); err != nil {
			b.Fatal(err)
		}
	}
}

// The document alone, without the vocabulary.
func BenchmarkReadBencode(b *testing.B) {
	doc := string(sample(b, "01-offer"))
	t := new(tree)
	b.ReportAllocs()
	for b.Loop() {
		t.reset()
		if err := readBencode(t, doc); err != nil {
			b.Fatal(err)
		}
	}
}

// The comparison: github.com/jackpal/bencode-go on the same document.
func BenchmarkReadBencodeJackpal(b *testing.B) {
	doc := sample(b, "01-offer")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bencode.Decode(bytes.NewReader(doc)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeJSON(b *testing.B) {
	d, _, err := Unmarshal(sample(b, "01-offer"))
	if err != nil {
		b.Fatal(err)
	}
	doc := JSON.Append(nil, d)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Decode(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func reply(b *testing.B) Dict {
	d, _, err := Unmarshal(sample(b, "01-offer"))
	if err != nil {
		b.Fatal(err)
	}
	return Dict{{"sdp", d.Text("sdp")}, {"result", "ok"}}
}

func BenchmarkEncodeReply(b *testing.B) {
	d := reply(b)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = Bencode.Append(dst[:0], d)
	}
}

func BenchmarkEncodeReplyJackpal(b *testing.B) {
	d := map[string]any{"sdp": reply(b).Text("sdp"), "result": "ok"}
	var dst bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		dst.Reset()
		if err := bencode.Marshal(&dst, d); err != nil {
			b.Fatal(err)
		}
	}
}

// A whole message through the server, without the socket.
func BenchmarkServe(b *testing.B) {
	doc := sample(b, "01-offer")
	d := reply(b)
	s := NewServer(HandlerFunc(func(context.Context, *Request) Dict { return d }), nil)
	peer := netip.MustParseAddrPort("127.0.0.1:5060")
	var message []byte
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		message = append(fmt.Appendf(message[:0], "0_12345_%d ", n), doc...)
		s.Serve(context.Background(), peer, message, func([]byte) {})
	}
}
