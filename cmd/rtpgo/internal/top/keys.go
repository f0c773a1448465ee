package top

import "github.com/gdamore/tcell/v2"

// action is what a key asks of the world outside the model.
type action uint8

const (
	nothing action = iota
	quit
	refresh     // ask the daemon now
	askDetail   // of the call that model.about names
	terminateIt // the same
)

// key handles one key.
func (m *model) key(e *tcell.EventKey) action {
	if e.Key() == tcell.KeyCtrlC {
		return quit
	}
	m.message = ""
	switch m.mode {
	case filtering:
		return m.filterKey(e)
	case confirming:
		m.mode = m.from
		if e.Key() == tcell.KeyRune && (e.Rune() == 'y' || e.Rune() == 'Y') {
			return terminateIt
		}
		m.message = "not ended"
		return nothing
	case helping:
		m.mode = m.from
		return nothing
	case detailing:
		return m.detailKey(e)
	default:
		return m.listKey(e)
	}
}

func (m *model) listKey(e *tcell.EventKey) action {
	page := max(1, m.height-1)
	switch e.Key() {
	case tcell.KeyUp:
		m.move(-1)
	case tcell.KeyDown:
		m.move(1)
	case tcell.KeyPgUp:
		m.move(-page)
	case tcell.KeyPgDn:
		m.move(page)
	case tcell.KeyHome:
		m.move(-len(m.shown))
	case tcell.KeyEnd:
		m.move(len(m.shown))
	case tcell.KeyLeft:
		m.sortBy((m.sort + len(columns) - 1) % len(columns))
	case tcell.KeyRight:
		m.sortBy((m.sort + 1) % len(columns))
	case tcell.KeyEscape:
		m.setFilter("")
	case tcell.KeyEnter:
		if m.selected != "" {
			m.mode, m.about, m.detail, m.scroll = detailing, m.selected, nil, 0
			return askDetail
		}
	case tcell.KeyRune:
		return m.listRune(e.Rune())
	}
	return nothing
}

func (m *model) listRune(r rune) action {
	switch r {
	case 'q':
		return quit
	case 'k':
		m.move(-1)
	case 'j':
		m.move(1)
	case '<':
		m.sortBy((m.sort + len(columns) - 1) % len(columns))
	case '>', 's':
		m.sortBy((m.sort + 1) % len(columns))
	case 'r':
		m.sortBy(m.sort)
	case '/', 'f':
		m.mode, m.before = filtering, m.filter
	case 'p', ' ':
		m.paused = !m.paused
		if !m.paused {
			return refresh
		}
	case 't':
		if m.selected != "" {
			m.from, m.mode, m.about = listing, confirming, m.selected
		}
	case '?', 'h':
		m.mode, m.from = helping, listing
	}
	return nothing
}

func (m *model) filterKey(e *tcell.EventKey) action {
	switch e.Key() {
	case tcell.KeyEnter:
		m.mode = listing
	case tcell.KeyEscape:
		m.mode = listing
		m.setFilter(m.before)
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		if n := len(m.filter); n > 0 {
			m.setFilter(m.filter[:n-1])
		}
	case tcell.KeyCtrlU:
		m.setFilter("")
	case tcell.KeyRune:
		// Call-ids are ASCII (RFC 3261 section 25.1).
		if r := e.Rune(); r > ' ' && r < 0x7f && len(m.filter) < maxFilter {
			m.setFilter(m.filter + string(r))
		} else if r == ' ' { // "no media"
			m.setFilter(m.filter + " ")
		}
	}
	return nothing
}

const maxFilter = 256

func (m *model) setFilter(text string) {
	m.filter = text
	m.arrange()
}

func (m *model) detailKey(e *tcell.EventKey) action {
	last := max(0, len(m.wrapped)-m.height)
	switch e.Key() {
	case tcell.KeyEscape, tcell.KeyLeft, tcell.KeyBackspace, tcell.KeyBackspace2:
		m.mode = listing
	case tcell.KeyUp:
		m.scroll--
	case tcell.KeyDown:
		m.scroll++
	case tcell.KeyPgUp:
		m.scroll -= m.height
	case tcell.KeyPgDn:
		m.scroll += m.height
	case tcell.KeyHome:
		m.scroll = 0
	case tcell.KeyEnd:
		m.scroll = last
	case tcell.KeyRune:
		switch e.Rune() {
		case 'q':
			m.mode = listing
		case 'k':
			m.scroll--
		case 'j':
			m.scroll++
		case 't':
			m.from, m.mode = detailing, confirming
		case '?', 'h':
			m.mode, m.from = helping, detailing
		}
	}
	m.scroll = max(0, min(m.scroll, last))
	return nothing
}
