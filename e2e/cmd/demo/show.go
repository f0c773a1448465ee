package main

import (
	"fmt"
	"strings"

	"rtpgo/e2e/phone"
)

func heading(text string) { fmt.Printf("\n== %s\n", text) }

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// showSDP prints what Kamailio gave the relay for a call, and what it got.
func (d *demo) showSDP(callID string) {
	for _, e := range d.lab.Tap.Exchanges(callID) {
		before, _ := e.Request["sdp"].(string)
		after, _ := e.Reply["sdp"].(string)
		if before == "" || after == "" {
			continue
		}
		fmt.Printf("\n%s, direction %v (- as it came, + as it goes on)\n", e.Command(), e.Request["direction"])
		for _, line := range diff(lines(before), lines(after)) {
			fmt.Println("  " + line)
		}
	}
}

func lines(sdp string) []string {
	return strings.Split(strings.TrimRight(strings.ReplaceAll(sdp, "\r", ""), "\n"), "\n")
}

// diff marks the lines of two texts by their longest common subsequence.
func diff(a, b []string) (marked []string) {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			marked = append(marked, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			marked = append(marked, "- "+a[i])
			i++
		default:
			marked = append(marked, "+ "+b[j])
			j++
		}
	}
	return marked
}

// row is one line of the table of packets.
type row struct {
	media, from, to string
	sent, got       phone.Count
}

// count adds both directions of some calls to the table.
func (d *demo) count(privateCalls bool, media string, pairs [][2]*phone.End) {
	there, back := row{media: media, from: "public", to: "private"}, row{media: media, from: "private", to: "public"}
	if privateCalls {
		there, back = back, there
	}
	for _, p := range pairs {
		there.add(p[0], p[1])
		back.add(p[1], p[0])
	}
	d.rows = append(d.rows, there, back)
}

func (r *row) add(from, to *phone.End) {
	r.sent.RTP += from.Sent.RTP
	r.sent.RTCP += from.Sent.RTCP
	r.got.RTP += to.Got.RTP
	r.got.RTCP += to.Got.RTCP
}

// table prints the packets of the calls.
func (d *demo) table() {
	heading("Packets, counted at the telephones")
	fmt.Printf("%-12s %-7s    %-7s %20s %18s\n", "media", "from", "to", "RTP sent/arrived", "RTCP sent/arrived")
	for _, r := range d.rows {
		fmt.Printf("%-12s %-7s -> %-7s %20s %18s\n", r.media, r.from, r.to,
			fmt.Sprintf("%d/%d", r.sent.RTP, r.got.RTP), fmt.Sprintf("%d/%d", r.sent.RTCP, r.got.RTCP))
	}
}

// showRelayed prints how much the relay says that it forwarded.
func (d *demo) showRelayed() error {
	reply, err := d.lab.NG.Command(map[string]any{"command": "statistics"})
	if err != nil {
		return err
	}
	all, _ := reply["statistics"].(map[string]any)
	total, _ := all["totalstatistics"].(map[string]any)
	fmt.Printf("rtpgo itself counts %v packets relayed, %v with an error\n",
		total["relayedpackets"], total["relayedpacketerrors"])
	return nil
}
