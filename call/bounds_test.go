package call

import (
	"fmt"
	"testing"

	"rtpgo/ng"
)

// TestPortSetsAreBounded: an end that takes another port with each re-INVITE
// doesn't eat up the pool; what was counted on closed ports stays.
func TestPortSetsAreBounded(t *testing.T) {
	k := newLab(t, nil).established()
	sent := 0
	for i := range 5 * maxSets {
		k.reoffer(description("198.51.100.1", fmt.Sprintf("m=audio %d RTP/AVP 0", 6000+2*i)))
		k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
		if out := k.send(endB, k.facing("b"), rtpOf(0, uint16(i))); len(out) != 1 || out[0].To.Port() != uint16(6000+2*i) {
			t.Fatalf("%d: %+v", i, out)
		}
		sent++
	}
	if n := used(k.lab); n > 2*(maxSets+1) {
		t.Errorf("%d ports taken", n)
	}
	if n := len(k.engine.Ports()); n != used(k.lab) {
		t.Errorf("%d ports open, %d taken", n, used(k.lab))
	}
	k.model(func(c *Call) {
		if n := c.party("b").medias[0].counters(rtp).in.packets; n != uint64(sent) {
			t.Errorf("%d packets counted, %d came", n, sent)
		}
	})
}

// TestAliasesAreBounded: an answer under ever new tags renames the party; the
// oldest names are forgotten.
func TestAliasesAreBounded(t *testing.T) {
	k := newLab(t, nil).established()
	const last = 3 * maxAliases
	for i := range last + 1 {
		if d := k.step(fmt.Sprintf("answer a b%d", i)); d.Text("result") != "ok" {
			t.Fatal(d)
		}
	}
	k.model(func(c *Call) {
		p := c.party(fmt.Sprintf("b%d", last))
		if p == nil || len(p.aliases) != maxAliases || c.party(fmt.Sprintf("b%d", last-maxAliases)) != p || c.party("b0") != nil {
			t.Errorf("%v has the aliases %q", p, p.aliases)
		}
		if len(c.parties) != 2 {
			t.Errorf("%d parties", len(c.parties))
		}
	})
	if d := k.do("query", kv("call-id", k.id)); len(get(d, "tags").(ng.Dict)) != 2 {
		t.Error(d)
	}
}
