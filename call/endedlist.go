package call

import (
	"slices"
	"time"

	"rtpgo/ng"
)

// EndedSummary is what a list of ended calls shows of one.
type EndedSummary struct {
	ID             string
	Created, Ended time.Time
	Reason         string // as in ExplainCommand's reply
	Tags           []string
	Verdict        string // the worst one, as are the next two
	Fault          bool
	Text           string
}

// EndedCount is how many ended calls are remembered.
func (r *Registry) EndedCount() int {
	r.ended.mu.Lock()
	defer r.ended.mu.Unlock()
	return len(r.ended.queue)
}

// EndedSummaries lists the ended calls that are remembered, the latest first.
func (r *Registry) EndedSummaries() []EndedSummary {
	calls := r.ended.before(0, maxEnded)
	list := make([]EndedSummary, 0, len(calls))
	for _, k := range calls {
		facts := k.facts()
		v := k.verdict(&facts)
		s := EndedSummary{
			ID: k.id, Created: facts.Created, Ended: facts.Now, Reason: facts.EndReason,
			Verdict: string(v.Code), Fault: v.Fault, Text: v.Text,
		}
		for i := range facts.Sides {
			if tag := facts.Sides[i].Tag; !slices.Contains(s.Tags, tag) {
				s.Tags = append(s.Tags, tag)
			}
		}
		list = append(list, s)
	}
	return list
}

// Explain is the reply of ExplainCommand for one call; nil when there is none
// of that name, neither up nor remembered.
func (r *Registry) Explain(id string) ng.Dict {
	reply, err := r.explain(&ng.Request{CallID: ng.Text{Set: true, Value: id}})
	if err != nil {
		return nil
	}
	return reply
}
