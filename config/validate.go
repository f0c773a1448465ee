package config

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// validate looks at values together.
func (e *evaluation) validate() {
	c := e.cfg
	if len(c.Interfaces) == 0 {
		e.failOption("interface", "no interface given: media needs --interface=NAME/ADDRESS at least once")
	}
	e.validateListeners()
	switch {
	case c.PortMin > c.PortMax:
		e.failOption("port-max", fmt.Sprintf("the port range %d-%d is reversed", c.PortMin, c.PortMax))
	case c.PortMin == c.PortMax || c.PortMax == c.PortMin+1 && c.PortMin%2 == 1:
		e.failOption("port-max", fmt.Sprintf("the port range %d-%d holds no pair of an even port and the next one", c.PortMin, c.PortMax))
	}
	e.validateEngine()
	e.validateMOS()
	e.validateGraphite()
	e.defaultTimeouts()
	if c.Log.Level > 7 {
		c.Log.Level = 7
	}
}

func (e *evaluation) validateListeners() {
	c := e.cfg
	for _, o := range []struct {
		name   string
		values []string
	}{{"listen-ng", c.ListenNG}, {"listen-tcp-ng", c.ListenTCPNG}, {"listen-cli", c.ListenCLI}, {"listen-http", c.ListenHTTP}, {"listen-https", c.ListenHTTPS}} {
		for _, l := range o.values {
			if _, _, err := splitListen(l); err != nil {
				e.failOption(o.name, o.name+": "+err.Error())
			}
		}
	}
	e.validateHTTPS()
	if len(c.ListenNG)+len(c.ListenTCPNG)+len(c.ListenHTTP)+len(c.ListenHTTPS) == 0 {
		e.failOption("listen-ng", "nothing to listen on: the daemon is controlled through --listen-ng=ADDRESS:PORT, or by TCP or HTTP")
	}
}

func (e *evaluation) validateHTTPS() {
	c := e.cfg
	if len(c.ListenHTTPS) > 0 {
		if c.HTTPSCert == "" || c.HTTPSKey == "" {
			e.failOption("listen-https", "listen-https needs https-cert and https-key")
		}
		return
	}
	if c.HTTPSClientCA != "" && c.HTTPTokenFile == "" {
		e.failOption("https-client-ca", "https-client-ca needs listen-https: plain HTTP knows no certificates")
	}
}

// validateMOS refuses words of --mos that exclude each other.
func (e *evaluation) validateGraphite() {
	c := &e.cfg.Export
	if c.Graphite != "" {
		if host, port, err := net.SplitHostPort(c.Graphite); err != nil || host == "" || port == "" {
			e.failOption("graphite", fmt.Sprintf("graphite: %q isn't ADDRESS:PORT", c.Graphite))
		}
	}
	if strings.ContainsAny(c.GraphitePrefix, " \t\r\n") {
		e.failOption("graphite-prefix", "graphite-prefix: a name has no blanks")
	}
}

func (e *evaluation) validateMOS() {
	for _, group := range [][]string{{"CQ", "LQ"}, {"G.107", "G.107.2", "legacy"}} {
		chosen := ""
		for _, word := range e.cfg.Quality.MOS {
			switch {
			case !slices.Contains(group, word) || word == chosen:
			case chosen != "":
				e.failOption("mos", fmt.Sprintf("mos=%s contradicts mos=%s", word, chosen))
			default:
				chosen = word
			}
		}
	}
}

func (e *evaluation) validateEngine() {
	c := e.cfg
	switch {
	case c.Table < 0 && c.Engine == EngineKernel:
		e.failOption("engine", "engine=kernel contradicts a negative table")
	case c.NoFallback && (c.Engine == EngineBatched || c.Engine == EngineSockets):
		e.failOption("engine", fmt.Sprintf("engine=%s contradicts no-fallback, which asks for the kernel engine", c.Engine))
	case c.Table < 0 && c.NoFallback:
		o, _ := Lookup("no-fallback")
		e.warn(e.line[o], "no-fallback has no effect, since a negative table keeps forwarding in user space")
		c.NoFallback = false
	}
}

// defaultTimeouts puts the default in the place of time-outs that are not
// positive, as rtpengine does.
func (e *evaluation) defaultTimeouts() {
	c := e.cfg
	for _, name := range []string{"timeout", "silent-timeout", "offer-timeout"} {
		o, _ := Lookup(name)
		if d := o.field(c).(*time.Duration); *d > 0 {
			continue
		}
		e.warn(e.line[o], fmt.Sprintf("%s must be positive; the default of %s seconds is used", name, o.Default))
		if err := o.assign(c, []string{o.Default}); err != nil {
			e.failOption(name, err.Error())
		}
	}
	if c.FinalTimeout < 0 {
		c.FinalTimeout = 0
	}
	if c.MaxSessions < -1 {
		c.MaxSessions = -1
	}
}

// failOption reports an error at the line that sets the option, if one does.
func (e *evaluation) failOption(name, text string) {
	o, _ := Lookup(name)
	if line := e.line[o]; line > 0 {
		e.fail(line, text)
		return
	}
	e.errors = append(e.errors, Problem{Text: text})
}
