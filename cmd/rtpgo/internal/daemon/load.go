package daemon

import (
	"os"
	"strconv"
	"strings"

	"rtpgo/call"
)

// hostLoad measures the load of the host; proc(5) describes the files.
type hostLoad struct {
	busy, total uint64 // of the last measurement, in ticks
}

func (h *hostLoad) measure() call.Load {
	return call.Load{Average: loadAverage(readFile("/proc/loadavg")), CPU: h.cpu(readFile("/proc/stat"))}
}

func readFile(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return "" // no load is known, and none limits
	}
	return string(b)
}

// loadAverage is the first number of /proc/loadavg, that of one minute.
func loadAverage(text string) float64 {
	first, _, _ := strings.Cut(text, " ")
	f, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return f
}

// cpu is the part of the time since the last measurement in which the cores
// weren't idle, in percent; 0 the first time.
func (h *hostLoad) cpu(stat string) float64 {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 6 || fields[0] != "cpu" {
		return 0
	}
	var busy, total uint64
	for i, f := range fields[1:min(len(fields), 9)] { // user to steal: guests count as user already
		n, err := strconv.ParseUint(f, 10, 64)
		if err != nil {
			return 0
		}
		total += n
		if i != 3 && i != 4 { // idle, iowait
			busy += n
		}
	}
	before := *h
	h.busy, h.total = busy, total
	if before.total == 0 || total <= before.total || busy < before.busy {
		return 0
	}
	return 100 * float64(busy-before.busy) / float64(total-before.total)
}
