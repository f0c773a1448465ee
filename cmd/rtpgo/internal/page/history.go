package page

import (
	"net/http"
	"sync"
	"time"
)

// The history has a point every ten seconds of the last hour.
const (
	historyStep   = 10 * time.Second
	historyPoints = 360
)

// point is the state of the daemon at one time; rates are per second.
type point struct {
	At      int64   `json:"at"` // seconds since 1970
	Calls   int     `json:"calls"`
	Packets float64 `json:"packets"`
	Loss    float64 `json:"loss"` // 0 to 1
	Dropped float64 `json:"dropped"`
	NG      float64 `json:"ng"`
	Latency float64 `json:"latency"` // ms
	Ports   int     `json:"ports"`
}

// history is a bounded series of points.
type history struct {
	mu     sync.Mutex
	points []point
}

// add adds a snapshot where the next point is due.
func (h *history) add(s *snapshot) {
	if s.window == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	step := int64(historyStep / time.Second)
	at := s.at.Unix() / step * step
	if n := len(h.points); n > 0 && h.points[n-1].At >= at {
		return
	}
	if len(h.points) >= historyPoints {
		h.points = append(h.points[:0], h.points[len(h.points)-historyPoints+1:]...)
	}
	h.points = append(h.points, s.point(at))
}

func (s *snapshot) point(at int64) point {
	return point{
		At: at, Calls: s.figures.Live, Packets: round(s.sum.packets), Loss: s.sum.loss(), Dropped: round(s.sum.dropped),
		NG: round(s.ngRate.requests), Latency: ms(s.ngRate.latency.Seconds()), Ports: s.ports,
	}
}

func (p *Page) history(w http.ResponseWriter, _ *http.Request) {
	h := &p.collect.history
	h.mu.Lock()
	b := marshal(append([]point{}, h.points...))
	h.mu.Unlock()
	writeJSON(w, b)
}

func writeJSON(w http.ResponseWriter, b []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(b)
}
