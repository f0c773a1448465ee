package top

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Options of the view.
type Options struct {
	Interval time.Duration // between snapshots
	Sort     string        // name of a column; "" for the age
	Reverse  bool
	Filter   string
	Limit    int // of Once: at most so many calls; 0 for all
}

// apply sets a model up.
func (o Options) apply(m *model) error {
	if o.Sort != "" {
		n, ok := columnOf(o.Sort)
		if !ok {
			var names []string
			for _, c := range columns {
				names = append(names, strings.ToLower(strings.Fields(c.name)[0]))
			}
			return fmt.Errorf("no column %q; there are %s", o.Sort, strings.Join(names, ", "))
		}
		m.sort = n
	}
	m.reversed, m.filter = o.Reverse, o.Filter
	return nil
}

// Once prints the calls once, as a table or as JSON. It looks twice, an
// interval apart, for packets per second.
func Once(ctx context.Context, w io.Writer, source Source, o Options, asJSON bool) error {
	m := newModel()
	if err := o.apply(m); err != nil {
		return err
	}
	for i := range 2 {
		if i > 0 {
			select {
			case <-time.After(o.Interval):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s, err := source.Fetch(ctx)
		if err != nil {
			return err
		}
		m.update(&s, nil, s.At)
	}
	shown := m.shown
	if o.Limit > 0 {
		shown = shown[:min(o.Limit, len(shown))]
	}
	if asJSON {
		return m.writeJSON(w, shown)
	}
	fmt.Fprintln(w, clean(m.last.Daemon))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, c := range columns {
		fmt.Fprint(t, separator(i), c.name)
	}
	for _, n := range shown {
		fmt.Fprintln(t)
		for i, c := range columns {
			fmt.Fprint(t, separator(i), clean(c.text(&m.rows[n])))
		}
	}
	fmt.Fprintln(t)
	return t.Flush()
}

func separator(column int) string {
	if column == 0 {
		return ""
	}
	return "\t"
}

func (m *model) writeJSON(w io.Writer, shown []int) error {
	type object struct {
		Call
		Age    int64   `json:"age"` // seconds
		Rate   float64 `json:"packets-per-second"`
		Loss   float64 `json:"loss-percent"`
		Jitter float64 `json:"jitter-ms"`
		Idle   *int64  `json:"idle"` // seconds; null before a packet
	}
	list := make([]object, 0, len(shown))
	for _, n := range shown {
		r := &m.rows[n]
		o := object{Call: r.Call, Age: int64(r.Age / time.Second), Rate: round(r.rate), Loss: round(100 * r.loss()),
			Jitter: round(float64(r.Jitter) / float64(time.Millisecond))}
		if r.Call.Idle >= 0 {
			seconds := int64(r.Call.Idle / time.Second)
			o.Idle = &seconds
		}
		list = append(list, o)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(list)
}

// round leaves a tenth.
func round(f float64) float64 { return float64(int64(f*10+0.5)) / 10 }
