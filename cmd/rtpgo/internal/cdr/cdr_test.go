package cdr

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/call"
)

func record() *call.Record {
	began := time.Unix(1795830399, 582213000)
	local, remote := netip.MustParseAddrPort("192.0.2.1:30000"), netip.MustParseAddrPort("198.51.100.1:4000")
	return &call.Record{
		CallID: "call\n1", Creator: netip.MustParseAddrPort("127.0.0.1:46077"), Created: began, Ended: began.Add(1614486 * time.Microsecond),
		LastSignal: began, Duration: 1.614486, Answered: true, Reason: "deleted",
		Parties: []call.RecordParty{
			{Tag: "ft1", Caller: true, Created: began, Peers: []string{"ta1"}, Medias: []call.RecordMedia{
				{Index: 1, Type: "audio", Protocol: "RTP/AVP", PT: 8, Codec: "PCMA/8000", Streams: []call.RecordStream{
					{Kind: "RTP", Local: local, Signalled: remote, Remote: remote, Packets: 38, Octets: 2168, Last: began.Add(time.Second)},
					{Kind: "RTCP", Local: local, Remote: remote},
				}},
			}},
			{Tag: "ta1", Created: began, Peers: []string{}, Medias: []call.RecordMedia{{Index: 1, PT: -1}}},
		},
	}
}

// TestLine compares with what the reference logged of such a call.
func TestLine(t *testing.T) {
	const want = "ci=call_1, created_from=127.0.0.1:46077, last_signal=1795830399, tos=0, " +
		"ml0_start_time=1795830399.582213, ml0_end_time=1795830401.196699, ml0_duration=1.614486, ml0_termination=REGULAR, " +
		"ml0_local_tag=ft1, ml0_local_tag_type=FROM_TAG, ml0_remote_tag=ta1, payload_type=8, " +
		"ml0_midx1_rtp_endpoint_ip=198.51.100.1, ml0_midx1_rtp_endpoint_port=4000, ml0_midx1_rtp_local_relay_ip=192.0.2.1, " +
		"ml0_midx1_rtp_local_relay_port=30000, ml0_midx1_rtp_relayed_packets=38, ml0_midx1_rtp_relayed_bytes=2168, " +
		"ml0_midx1_rtp_relayed_errors=0, ml0_midx1_rtp_last_packet=1795830400, ml0_midx1_rtp_in_tos_tclass=0, " +
		"ml0_midx1_rtcp_endpoint_ip=198.51.100.1, ml0_midx1_rtcp_endpoint_port=4000, ml0_midx1_rtcp_local_relay_ip=192.0.2.1, " +
		"ml0_midx1_rtcp_local_relay_port=30000, ml0_midx1_rtcp_relayed_packets=0, ml0_midx1_rtcp_relayed_bytes=0, " +
		"ml0_midx1_rtcp_relayed_errors=0, ml0_midx1_rtcp_last_packet=0, ml0_midx1_rtcp_in_tos_tclass=0, " +
		"ml1_start_time=1795830399.582213, ml1_end_time=1795830401.196699, ml1_duration=1.614486, ml1_termination=REGULAR, " +
		"ml1_local_tag=ta1, ml1_local_tag_type=TO_TAG, payload_type=unknown, "
	if got := Line(record()); got != want {
		t.Errorf("line\n%s\nwant\n%s", got, want)
	}
	for reason, want := range map[string]string{"timeout": "TIMEOUT", "offer-timeout": "OFFER_TIMEOUT", "terminated": "FORCED", "": "UNKNOWN"} {
		r := record()
		if r.Reason = reason; !strings.Contains(Line(r), "ml0_termination="+want+", ") {
			t.Errorf("%s isn't %s", reason, want)
		}
	}
}

// TestFile: a line of JSON for each call, into a new file when the old one was
// moved away.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cdr.json")
	lines := make(chan string, 8)
	w, err := New(Config{File: file, Line: func(s string) error { lines <- s; return nil }, Log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	w.Ended(record())
	<-lines
	w.Ended(record())
	<-lines // the first is in the file
	if err := os.Rename(file, file+".1"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.Ended(record())
	}
	w.Close()
	n := 0
	for _, name := range []string{file + ".1", file} {
		text, err := os.ReadFile(name)
		if err != nil || len(text) == 0 {
			t.Fatalf("%s: %d bytes, %v", name, len(text), err)
		}
		for line := range strings.Lines(string(text)) {
			var r call.Record
			if err := json.Unmarshal([]byte(line), &r); err != nil || r.CallID != "call\n1" || r.Parties[0].Medias[0].Streams[0].Packets != 38 {
				t.Errorf("%s: %v", line, err)
			}
			n++
		}
	}
	if n != 5 {
		t.Errorf("%d records in the files, want 5", n)
	}
}

func TestFailures(t *testing.T) {
	if _, err := New(Config{File: filepath.Join(t.TempDir(), "no", "such", "folder")}); err == nil {
		t.Error("a file that can't be made is no error")
	}
	core, logs := observer.New(zap.WarnLevel)
	hold := make(chan struct{})
	w, err := New(Config{Line: func(string) error { <-hold; return errors.New("full") }, Log: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	r := record()
	for range depth + 10 {
		w.Ended(r)
	}
	if w.lost.Load() == 0 {
		t.Error("nothing is lost though nobody writes")
	}
	close(hold)
	w.Close()
	if n := logs.Len(); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
}
