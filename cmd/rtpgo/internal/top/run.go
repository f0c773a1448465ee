package top

import (
	"context"
	"time"

	"github.com/gdamore/tcell/v2"
)

// answer is what came of a question to the source.
type answer struct {
	snapshot *Snapshot // of Fetch
	err      error
	detail   []string // of Detail
	about    string   // call-id
	ended    bool     // of Terminate
}

// Run shows the calls on the terminal until the user quits or ctx ends.
func Run(ctx context.Context, source Source, o Options) error {
	screen, err := tcell.NewScreen()
	if err != nil {
		return err
	}
	if err := screen.Init(); err != nil {
		return err
	}
	defer screen.Fini()
	return run(ctx, screen, source, o)
}

// run is Run on a screen that is ready.
func run(ctx context.Context, screen tcell.Screen, source Source, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel()
	if err := o.apply(m); err != nil {
		return err
	}
	answers := make(chan answer, 4)
	ask := func(question func() answer) {
		go func() {
			select {
			case answers <- question():
			case <-ctx.Done():
			}
		}()
	}
	asking := false // one snapshot at a time, however slow the daemon is
	fetch := func() {
		if asking {
			return
		}
		asking = true
		ask(func() answer {
			s, err := source.Fetch(ctx)
			return answer{snapshot: &s, err: err}
		})
	}
	detailing := false
	detail := func() {
		if detailing {
			return
		}
		detailing = true
		id := m.about
		ask(func() answer {
			lines, err := source.Detail(ctx, id)
			if lines == nil {
				lines = []string{}
			}
			return answer{detail: lines, err: err, about: id}
		})
	}
	events := make(chan tcell.Event, 16)
	go screen.ChannelEvents(events, ctx.Done())
	ticker := time.NewTicker(o.Interval)
	defer ticker.Stop()
	clock := time.NewTicker(time.Second) // the time that the daemon is gone for
	defer clock.Stop()
	fetch()
	for {
		m.draw(screen, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-clock.C:
		case <-ticker.C:
			if !m.paused {
				fetch()
			}
			if m.inDetail() {
				detail()
			}
		case a := <-answers:
			switch {
			case a.snapshot != nil:
				asking = false
				m.update(a.snapshot, a.err, time.Now())
			case a.detail != nil:
				detailing = false
				m.showDetail(a)
			default:
				m.ended(a)
				fetch()
			}
		case e, ok := <-events:
			if !ok {
				return nil // the terminal is gone
			}
			switch e := e.(type) {
			case *tcell.EventResize:
				screen.Sync()
			case *tcell.EventKey:
				switch m.key(e) {
				case quit:
					return nil
				case refresh:
					fetch()
				case askDetail:
					detail()
				case terminateIt:
					id := m.about
					ask(func() answer { return answer{ended: true, about: id, err: source.Terminate(ctx, id)} })
				}
			}
		}
	}
}

func (m *model) inDetail() bool {
	return m.mode == detailing || m.from == detailing && (m.mode == confirming || m.mode == helping)
}

// showDetail takes the description of a call, if it is still asked for.
func (m *model) showDetail(a answer) {
	switch {
	case !m.inDetail() || a.about != m.about:
	case a.err != nil:
		m.detail = append([]string{a.err.Error()}, m.detail...)[:1]
	default:
		m.detail = a.detail
	}
}

// ended tells what came of ending a call.
func (m *model) ended(a answer) {
	if a.err != nil {
		m.message = "not ended: " + a.err.Error()
		return
	}
	m.message = "ended " + a.about
	if m.mode == detailing && m.about == a.about {
		m.mode = listing
	}
}
