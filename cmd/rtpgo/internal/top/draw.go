package top

import (
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
)

var (
	plain    = tcell.StyleDefault
	bold     = plain.Bold(true)
	dim      = plain.Dim(true)
	inverse  = plain.Reverse(true)
	heading  = plain.Reverse(true)
	alarming = plain.Foreground(tcell.ColorRed).Bold(true)
	warning  = plain.Foreground(tcell.ColorYellow)
)

// draw paints the whole screen; the terminal gets what has changed.
func (m *model) draw(s tcell.Screen, now time.Time) {
	s.Clear()
	s.HideCursor()
	width, height := s.Size()
	m.height = max(1, height-4) // two lines above the table's head, one below the table
	m.move(0)
	m.drawTop(s, width, now)
	switch m.mode {
	case helping:
		drawLines(s, width, 2, height-1, help, plain)
	case detailing:
		m.drawDetail(s, width, height)
	case confirming:
		if m.from == detailing {
			m.drawDetail(s, width, height)
			break
		}
		m.drawTable(s, width)
	default:
		m.drawTable(s, width)
	}
	m.drawBottom(s, width, height-1)
	s.Show()
}

// drawTop paints the two lines about the daemon and all its calls.
func (m *model) drawTop(s tcell.Screen, width int, now time.Time) {
	switch {
	case m.last == nil && m.failed == nil:
		put(s, 0, 0, width, "asking the daemon ...", bold)
		return
	case m.last != nil:
		put(s, 0, 0, width, m.last.Daemon, bold)
	}
	if m.failed != nil {
		first, _, _ := strings.Cut(m.failed.Error(), "\n")
		put(s, 0, 1, width, fmt.Sprintf("GONE for %s, trying again: %s", clock(now.Sub(m.since)), first), alarming)
		return
	}
	rate, packets, lost, drops := m.sums()
	loss := 0.0
	if packets+lost > 0 {
		loss = 100 * float64(lost) / float64(packets+lost)
	}
	text := fmt.Sprintf("%d calls, %.0f packets/s, loss %.2f%%, %d dropped", len(m.rows), rate, loss, drops)
	if m.filter != "" {
		text += fmt.Sprintf("; %d match %q", len(m.shown), m.filter)
	}
	if m.paused {
		text += "; PAUSED"
	}
	put(s, 0, 1, width, text, plain)
}

func (m *model) drawTable(s tcell.Screen, width int) {
	put(s, 0, 2, width, strings.Repeat(" ", width), heading)
	m.cells(width, func(x, w int, c *column, i int) {
		name := c.name
		if i == m.sort {
			name = mark(name, w, m.reversed)
		}
		put(s, x, 2, w, pad(name, w, c.left), heading.Bold(i == m.sort))
	})
	base := plain
	if m.failed != nil {
		base = dim
	}
	for line := 0; line < m.height && m.offset+line < len(m.shown); line++ {
		r := &m.rows[m.shown[m.offset+line]]
		style := base
		if m.offset+line == m.cursor {
			style = inverse
			put(s, 0, 3+line, width, strings.Repeat(" ", width), style)
		}
		m.cells(width, func(x, w int, c *column, _ int) {
			put(s, x, 3+line, w, pad(clean(c.text(r)), w, c.left), m.cellStyle(style, c, r))
		})
	}
	if len(m.shown) == 0 && m.last != nil {
		text := "no calls"
		if m.filter != "" {
			text = "no call matches"
		}
		put(s, 0, 3, width, text, dim)
	}
}

// mark shows which column the table is sorted by, where there is room.
func mark(name string, width int, reversed bool) string {
	sign := "v"
	if reversed {
		sign = "^"
	}
	if width > 0 && len(name) >= width {
		return name[:width-1] + sign
	}
	return name + sign
}

// cellStyle colours what is wrong.
func (m *model) cellStyle(style tcell.Style, c *column, r *row) tcell.Style {
	if style == inverse || m.failed != nil {
		return style
	}
	switch {
	case c.name == "STATE" && badness(r.State) <= 1, c.name == "LOSS%" && r.loss() > 0.05, c.name == "DROPS" && r.dropping:
		return alarming
	case c.name == "STATE" && r.State == "silent", c.name == "LOSS%" && r.loss() > 0.01:
		return warning
	}
	return style
}

// cells calls f for each column with its place. On a narrow screen columns at
// the right don't show.
func (m *model) cells(width int, f func(x, w int, c *column, i int)) {
	fixed, used := 0, 0
	for i := range columns {
		if columns[i].width > 0 && fixed+columns[i].width+1 <= width-minID {
			fixed += columns[i].width + 1
			used = i
		} else if columns[i].width > 0 {
			break
		}
	}
	x := 0
	for i := range columns[:used+1] {
		w := columns[i].width
		if w == 0 {
			w = max(1, width-fixed)
		}
		f(x, w, &columns[i], i)
		x += w + 1
	}
}

// minID is the least room for the call-id.
const minID = 12

func (m *model) drawDetail(s tcell.Screen, width, height int) {
	if m.detail == nil {
		put(s, 0, 2, width, "asking ...", dim)
		return
	}
	m.height = max(1, height-3)
	m.wrapped = wrap(m.detail, width)
	m.scroll = max(0, min(m.scroll, len(m.wrapped)-m.height))
	drawLines(s, width, 2, height-1, m.wrapped[m.scroll:], plain)
}

// wrap breaks lines that are wider than the screen, at a blank where there is
// one; what follows is indented as the line is.
func wrap(lines []string, width int) []string {
	var out []string
	for _, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if indent > width/2 {
			line, indent = line[indent:], 0
		}
		for len(line) > width && width > 0 {
			at := strings.LastIndexByte(line[:width+1], ' ')
			if at <= indent {
				at = width
			}
			out = append(out, line[:at])
			line = strings.Repeat(" ", indent) + strings.TrimLeft(line[at:], " ")
		}
		out = append(out, line)
	}
	return out
}

func drawLines(s tcell.Screen, width, from, to int, lines []string, style tcell.Style) {
	for i, line := range lines {
		if from+i >= to {
			return
		}
		put(s, 0, from+i, width, line, style)
	}
}

func (m *model) drawBottom(s tcell.Screen, width, y int) {
	switch {
	case m.mode == filtering:
		text := "filter: " + m.filter
		put(s, 0, y, width, text, bold)
		s.ShowCursor(min(len(text), width-1), y)
	case m.mode == confirming:
		put(s, 0, y, width, fmt.Sprintf("(y/n) End the call %s? Its ports are released, the telephones aren't told.", m.about), alarming)
	case m.message != "":
		put(s, 0, y, width, m.message, bold)
	case m.mode == detailing:
		put(s, 0, y, width, "Esc back  t end the call  arrows scroll  ? help", dim)
	case m.mode == helping:
		put(s, 0, y, width, "any key goes back", dim)
	default:
		put(s, 0, y, width, "Enter details  / filter  < > sort  r reverse  t end  p pause  ? help  q quit", dim)
	}
}

// help is what ? shows.
var help = []string{
	"arrows, j k, PgUp PgDn, Home End   move",
	"Enter       the selected call: parties, ports, peers, packets, drops, verdict",
	"/           show only calls whose id, state, codec or engine has a text",
	"            (Enter keeps it, Esc drops it)",
	"< >         sort by the column to the left or right",
	"r           sort the other way round",
	"t           end the selected call, after a question",
	"p           pause, and go on",
	"q           back, quit",
	"",
	"PKT/S  RTP packets received per second from all parties of the call",
	"LOSS%  of the packets that all parties have sent, JIT the worst jitter",
	"IDLE   since the last packet of any stream",
	"DROPS  packets that were received and not forwarded; red while they grow",
	"ENGINE kernel or user: who forwards the packets; both: a stream each",
}

// put writes text from a place on, at most so many cells of it.
func put(s tcell.Screen, x, y, width int, text string, style tcell.Style) {
	for _, r := range clean(text) {
		if width <= 0 {
			return
		}
		s.SetContent(x, y, r, nil, style)
		x, width = x+1, width-1
	}
}

// clean replaces what isn't one visible cell wide for certain: text from
// outside must not steer the terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

// pad fills text up to a width, or cuts it.
func pad(text string, width int, left bool) string {
	switch {
	case len(text) > width && width > 1:
		return text[:width-1] + "~"
	case len(text) > width:
		return text[:width]
	case left:
		return text + strings.Repeat(" ", width-len(text))
	default:
		return strings.Repeat(" ", width-len(text)) + text
	}
}
