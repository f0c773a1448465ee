package broken

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"rtpgo/e2e/lab"
)

// call is one call between A, who offers, and B, over NG without Kamailio.
type call struct {
	*testing.T
	b    *bench
	id   string
	A, B *leg
	// flags are given with offer and answer, towardsB with the offer and
	// towardsA with the answer only.
	flags, towardsB, towardsA ng
	// direction names the interfaces of A and B.
	direction [2]string
	ended     bool
}

// ng is a part of an NG request.
type ng map[string]any

// newCall makes the telephones: A on the public side, B on the private one.
func newCall(t *testing.T, b *bench, id string) *call {
	t.Helper()
	public, private := b.sides()
	return &call{
		T: t, b: b, id: id, direction: [2]string{"public", "private"},
		A: newLeg(t, b, public, "A"), B: newLeg(t, b, private, "B"),
	}
}

// offer tells B what A says; answer the other way round.
func (c *call) offer() {
	c.Helper()
	c.B.hear(c.sdp("offer", c.A, c.towardsB, ng{"direction": []string{c.direction[0], c.direction[1]}}))
}

func (c *call) answer() {
	c.Helper()
	c.A.hear(c.sdp("answer", c.B, c.towardsA, ng{"direction": []string{c.direction[1], c.direction[0]}, "to-tag": "B"}))
}

// connect is offer and answer.
func (c *call) connect() {
	c.Helper()
	c.offer()
	c.answer()
}

func (c *call) sdp(command string, from *leg, more ...ng) string {
	c.Helper()
	request := ng{"from-tag": "A", "sdp": from.sdp()}
	maps.Copy(request, c.flags)
	for _, m := range more {
		maps.Copy(request, m)
	}
	sdp, ok := c.command(command, request)["sdp"].(string)
	if !ok {
		c.Fatalf("%s: no SDP", command)
	}
	return sdp
}

// command asks the relay about this call.
func (c *call) command(name string, request ng) map[string]any {
	c.Helper()
	r := map[string]any{"command": name, "call-id": c.id}
	maps.Copy(r, request)
	reply, err := c.b.NG.Command(r)
	if err != nil {
		c.Fatal(err)
	}
	if reply["result"] != "ok" {
		c.Fatalf("%s: %v", name, reply)
	}
	return reply
}

// end deletes the call, unless it has ended in another way.
func (c *call) end() {
	c.Helper()
	if !c.ended {
		c.command("delete", ng{"from-tag": "A"})
		c.ended = true
	}
}

// talk lets both send until the end.
func (c *call) talk() {
	c.A.talk()
	c.B.talk()
}

// until waits for a condition on the way to a broken call.
func (c *call) until(what string, f func() bool) {
	c.Helper()
	err := lab.Eventually(patience, func() error {
		if !f() {
			return fmt.Errorf("never: %s", what)
		}
		return nil
	})
	if err != nil {
		c.Fatal(err)
	}
}

// hears waits until a leg has received n packets of RTP.
func (c *call) hears(l *leg, n uint32) {
	c.Helper()
	c.until(fmt.Sprintf("%s hears %d packets", l.tag, n), func() bool { return l.received().packets >= n })
}

// patience is how long is waited for what has to come.
const patience = 60 * time.Second
