// Command demo shows rtpgo at work: a session border controller with real
// Kamailio in network namespaces, calls by telephones of our own and by SIPp,
// the SDP before and after, the relay's table of calls, and a count of every
// packet. Its exit status is 1 if one was missing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rtpgo/e2e"
	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

func main() {
	relay := flag.String("relay", "bin/rtpgo", "the daemon to show")
	sippCalls := flag.Int("sipp-calls", 20, "how many calls SIPp places at once")
	flag.Parse()
	if why := lab.Missing(*relay); why != "" {
		fmt.Fprintln(os.Stderr, "demo:", why)
		os.Exit(1)
	}
	if err := run(*relay, *sippCalls); err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

func run(relay string, sippCalls int) (err error) {
	// An interrupted demo takes down what it has set up, as a finished one does.
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	d, err := setUp(relay)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- d.play(sippCalls) }()
	select {
	case err = <-done:
	case <-interrupted:
		err = errors.New("interrupted")
	}
	return errors.Join(err, d.tearDown())
}

// demo is the running laboratory with what was counted on it.
type demo struct {
	lab  *lab.Lab
	rows []row
}

const picture = `
   203.0.113.0/24, "public"                                        192.0.2.0/24, "private"
  +----------------------+      +---------------------------+      +----------------------+
  | telephones .21 .22   |      | the border controller     |      | telephones .21 .22   |
  | gateways   .11 .12   |------| .1  Kamailio + rtpgo  .1  |------| gateways   .11 .12   |
  +----------------------+      +---------------------------+      +----------------------+
  three network namespaces; no route from one side to the other, none to the outside
`

func setUp(relay string) (*demo, error) {
	dir, err := os.MkdirTemp("", "rtpgo-demo-")
	if err != nil {
		return nil, err
	}
	cfg, err := e2e.Testdata.ReadFile("testdata/kamailio.cfg")
	if err != nil {
		return nil, err
	}
	heading("Setting up")
	fmt.Print(picture)
	l, err := lab.New(lab.Config{Relay: relay, TwoDirections: true, KamailioConfig: cfg, Dir: dir})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	l.Tap.Forget()
	version, _ := l.SBC.Run("kamailio", "-v")
	fmt.Printf("\nrtpgo (pid %d), NG on %s; %.40s (pid %d)\n", l.Relay.PID, lab.NGAddress, firstLine(version), l.Kamailio.PID)
	return &demo{lab: l}, nil
}

func (d *demo) tearDown() error {
	heading("Taking down")
	err := d.lab.Close()
	if err == nil {
		fmt.Println("rtpgo and Kamailio ended with status 0; the namespaces are removed")
	}
	return errors.Join(err, os.RemoveAll(d.lab.Config.Dir))
}

// play places all calls and judges the outcome.
func (d *demo) play(sippCalls int) error {
	for _, step := range []func() error{
		func() error {
			return d.call("A public telephone calls a private gateway: audio, RTCP on its own port", false, false, "audio")
		},
		func() error {
			return d.call("A private telephone calls a public gateway: audio and video, each with RTCP on its RTP port (rtcp-mux)", true, true, "audio", "video")
		},
		func() error { return d.sipp(sippCalls) },
	} {
		if err := step(); err != nil {
			d.table()
			return err
		}
	}
	d.table()
	if err := d.showRelayed(); err != nil {
		return err
	}
	return d.nothingRemains()
}

// call places one call of our own telephones and shows everything of it.
func (d *demo) call(title string, privateCalls, mux bool, kinds ...string) (err error) {
	heading(title)
	defer rescue(&err)
	from, to := play.Sides(d.lab, privateCalls)
	a, err := d.telephone(from, 21, kinds)
	if err != nil {
		return err
	}
	defer a.close()
	b, err := d.telephone(to, 11, kinds)
	if err != nil {
		return err
	}
	defer b.close()
	for i := range a.Media.Ends {
		a.Media.Ends[i].Mux, b.Media.Ends[i].Mux = mux, mux
	}
	play.Connect(a.Party, b.Party)
	d.showSDP(a.Party.Call.ID)
	err = d.talk(phone.Both(a.Media, b.Media)...)
	for i, e := range a.Media.Ends {
		d.count(privateCalls, e.Kind, [][2]*phone.End{{e, b.Media.Ends[i]}})
	}
	if err == nil {
		play.HangUp(a.Party, b.Party)
	}
	return err
}

// talk exchanges media and shows the relay's table while it does.
func (d *demo) talk(flows ...phone.Flow) error {
	done := make(chan error, 1)
	go func() { done <- phone.Exchange(100, flows...) }()
	time.Sleep(700 * time.Millisecond) // in the middle of the talk
	fmt.Println("\n$ rtpgo calls")
	out, err := d.lab.SBC.Run(d.lab.Config.Relay, "calls")
	fmt.Print(out)
	return errors.Join(<-done, err)
}

func (d *demo) sipp(calls int) error {
	heading(fmt.Sprintf("SIPp places %d calls at once from public to private", calls))
	from, to := play.Sides(d.lab, false)
	scenarios, err := fs.Sub(e2e.Testdata, "testdata/sipp")
	if err != nil {
		return err
	}
	p := &play.SIPp{Scenarios: scenarios, UAC: "uac", UAS: "uas", Calls: calls}
	defer p.End()
	if err := p.Start(d.lab, from, to); err != nil {
		return err
	}
	err = d.talk(p.Flows(true, true)...)
	d.count(false, fmt.Sprintf("%d x SIPp", calls), p.Pairs)
	return errors.Join(err, p.HangUp(), p.Wait())
}

// nothingRemains asks the relay and Kamailio's module.
func (d *demo) nothingRemains() error {
	return lab.Eventually(3*time.Second, func() error {
		calls, err := d.lab.NG.Calls()
		if err != nil {
			return err
		}
		total, err := d.lab.HashTotal()
		if err != nil {
			return err
		}
		if len(calls) > 0 || total != "0" {
			return fmt.Errorf("calls remain: rtpgo %v, Kamailio's rtpengine module %s", calls, total)
		}
		fmt.Println("nothing remains: 0 calls in rtpgo, 0 in Kamailio's rtpengine module")
		return nil
	})
}
