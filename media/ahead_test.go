package media

import "testing"

// A look ahead may be out of date, of nothing, or of a flow that goes nowhere:
// to ask is harmless, and it is known whose look it is.
func TestAhead(t *testing.T) {
	f, _ := benchFlow(KindRTP)
	nowhere := &Flow{Stream: f.Stream}
	for _, flow := range []*Flow{nil, f, nowhere} {
		a := flow.Ahead()
		if n := testing.AllocsPerRun(10, a.Ask); n != 0 {
			t.Errorf("%v allocations", n)
		}
		if !a.Of(flow) || a.Of(new(Flow)) {
			t.Error("taken for the look at another flow")
		}
	}
}
