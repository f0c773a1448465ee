package call_test

import (
	"fmt"
	"strings"
	"testing"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media/memory"
	"rtpgo/ng"
)

func statusRegistry(t *testing.T) *call.Registry {
	t.Helper()
	set, err := interfaces.Parse([]string{"pub/192.0.2.1"}, interfaces.PoolConfig{Min: 30000, Max: 39999})
	if err != nil {
		t.Fatal(err)
	}
	engine := memory.New()
	registry := call.New(call.Config{Interfaces: set, Engine: engine, Version: "test", TOS: -1})
	t.Cleanup(func() { registry.Close(); engine.Close() })
	return registry
}

func ask(t *testing.T, r *call.Registry, request ng.Dict) ng.Dict {
	t.Helper()
	decoded, _, err := ng.Decode(ng.Bencode.Append(nil, request))
	if err != nil {
		t.Fatal(err)
	}
	return r.HandleNG(t.Context(), decoded)
}

func offer(t *testing.T, r *call.Registry, id string) {
	t.Helper()
	sdp := "v=0\r\no=- 1 1 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
	reply := ask(t, r, ng.Dict{{Key: "command", Value: "offer"}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: sdp}})
	if get(reply, "result") != "ok" {
		t.Fatalf("offer %s: %v", id, reply)
	}
}

func get(d ng.Dict, key string) any {
	for _, p := range d {
		if p.Key == key {
			return p.Value
		}
	}
	return nil
}

func TestStatusShowsEveryCallOnce(t *testing.T) {
	r := statusRegistry(t)
	const calls = 300
	for i := range calls {
		offer(t, r, fmt.Sprintf("call-%03d", i))
	}
	var seen []string
	request := ng.Dict{{Key: "command", Value: call.StatusCommand}}
	for pages := 0; ; pages++ {
		if pages > calls {
			t.Fatal("the pages don't end")
		}
		reply := ask(t, r, request)
		if get(reply, "live calls") != int64(calls) || get(get(reply, "engine").(ng.Dict), "name") != "memory" {
			t.Fatalf("reply %v", reply)
		}
		if size := len(ng.Bencode.Append(nil, reply)); size > 65000 {
			t.Errorf("a page of %d bytes may not fit into a datagram", size)
		}
		for _, c := range get(reply, "calls").(ng.List) {
			seen = append(seen, get(c.(ng.Dict), "call-id").(string))
		}
		if get(reply, "more") == int64(0) {
			break
		}
		request = append(request[:1:1], ng.Pair{Key: "cursor", Value: seen[len(seen)-1]})
	}
	if len(seen) != calls || seen[0] != "call-000" || seen[calls-1] != "call-299" {
		t.Errorf("%d calls seen, from %q to %q", len(seen), seen[0], seen[len(seen)-1])
	}
}

func TestStatusOfOneCall(t *testing.T) {
	r := statusRegistry(t)
	offer(t, r, "one")
	offer(t, r, "other")
	reply := ask(t, r, ng.Dict{{Key: "command", Value: call.StatusCommand}, {Key: "call-id", Value: "one"}})
	calls := get(reply, "calls").(ng.List)
	if len(calls) != 1 {
		t.Fatalf("reply %v", reply)
	}
	text := string(ng.JSON.Append(nil, calls[0].(ng.Dict)))
	for _, want := range []string{`"call-id":"one"`, `"state":"offered"`, `"PCMA/8000"`, `"signalled":"198.51.100.5:4000"`, `"interface":"pub"`, `"local":"192.0.2.1:3`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
	reply = ask(t, r, ng.Dict{{Key: "command", Value: call.StatusCommand}, {Key: "call-id", Value: "none"}})
	if get(reply, "error-reason") != "Unknown call-id" {
		t.Errorf("status of an unknown call: %v", reply)
	}
}

// TestStatusOfHugeCall proves that a call with more branches than a datagram
// has room for is still shown.
func TestStatusOfHugeCall(t *testing.T) {
	r := statusRegistry(t)
	sections := strings.Repeat("m=audio 4000 RTP/AVP 8\r\n", 4)
	for i := range 31 {
		reply := ask(t, r, ng.Dict{
			{Key: "command", Value: "offer"}, {Key: "call-id", Value: "huge"}, {Key: "from-tag", Value: fmt.Sprint("caller", i)},
			{Key: "sdp", Value: "v=0\r\no=- 1 1 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\n" + sections},
		})
		if get(reply, "result") != "ok" {
			t.Fatalf("offer %d: %v", i, reply)
		}
	}
	reply := ask(t, r, ng.Dict{{Key: "command", Value: call.StatusCommand}, {Key: "call-id", Value: "huge"}})
	if size := len(ng.Bencode.Append(nil, reply)); size > 65000 || get(reply, "result") != "ok" {
		t.Errorf("%d bytes, result %v", size, get(reply, "result"))
	}
}

func TestStatusLimit(t *testing.T) {
	r := statusRegistry(t)
	offer(t, r, "a")
	offer(t, r, "b")
	reply := ask(t, r, ng.Dict{{Key: "command", Value: call.StatusCommand}, {Key: "limit", Value: int64(1)}})
	if n := len(get(reply, "calls").(ng.List)); n != 1 || get(reply, "more") != int64(1) {
		t.Errorf("limit 1 gave %d calls, more %v", n, get(reply, "more"))
	}
}
