package daemon

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/ctl"
	"rtpgo/cmd/rtpgo/internal/engine"
	"rtpgo/cmd/rtpgo/internal/httpserver"
	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/cmd/rtpgo/internal/page"
	"rtpgo/cmd/rtpgo/internal/settings"
	"rtpgo/cmd/rtpgo/internal/systemd"
	"rtpgo/config"
	"rtpgo/interfaces"
	"rtpgo/media"
	"rtpgo/media/dtls"
	"rtpgo/media/icmp"
	"rtpgo/media/mos"
	"rtpgo/media/userspace"
	"rtpgo/ng"
	"rtpgo/ng/tcp"
	"rtpgo/ng/udp"
)

// daemon is everything that runs.
type daemon struct {
	cfg      *config.Config
	logs     *logs.Logs
	log      *zap.Logger
	engine   media.Engine
	icmp     *icmp.Watcher // nil where it may not listen
	calls    *call.Registry
	server   *ng.Server
	listener *udp.Listener
	tcp      *tcp.Listener
	commands *ctl.Interpreter // of rtpengine-ctl
	cli      *ctl.Listener    // nil without --listen-cli
	http     *httpserver.Server
	ways     ways
	page     *page.Page
	outputs  outputs
	pidFile  *pidFile
	watchdog *watchdog
}

// start builds the daemon from the bottom up. What was built is taken down
// again when a later part fails.
func start(cfg *config.Config, version string, l *logs.Logs, debug *call.Debugged) (_ *daemon, err error) {
	log := l.Log
	d := &daemon{cfg: cfg, logs: l, log: log}
	defer func() {
		if err != nil {
			d.stop()
		}
	}()
	for _, warning := range cfg.Warnings {
		log.Warn(warning)
	}
	if !cfg.Foreground {
		log.Info("staying in the foreground: rtpgo leaves the background to its supervisor")
	}
	addresses, err := listenAddresses("listen-ng", cfg.ListenNG)
	if err != nil {
		return nil, err
	}
	set, err := interfaces.Parse(cfg.Interfaces, interfaces.PoolConfig{Min: cfg.PortMin, Max: cfg.PortMax, Rest: cfg.PortRest})
	if err != nil {
		return nil, err
	}
	for _, warning := range set.Warnings() {
		log.Warn(warning)
	}
	locals := localAddresses(set)
	if d.engine, err = engine.Start(engineOptions(cfg, locals, log.Named(logs.Internals))); err != nil {
		return nil, err
	}
	d.icmp = watchICMP(d.engine, log)
	warnOfHost(cfg, locals, d.engine, log)
	calls := callConfig(cfg, set, d.engine, version, log)
	if calls.DTLS, err = dtls.NewAgent(dtls.AgentConfig{MTU: cfg.DTLS.MTU, Ciphers: ciphers(cfg.DTLS.Ciphers)}); err != nil {
		return nil, fmt.Errorf("dtls-ciphers: %w", err)
	}
	calls.Debugged = debug
	if err = d.startOutputs(&calls); err != nil {
		return nil, err
	}
	d.calls = call.New(calls)
	control := log.Named(logs.Control)
	options := settings.New(settings.Config{Options: cfg, Calls: d.calls, Levels: l.Levels, ControlTOS: d.ways.setTOS})
	d.server = ng.NewServer(options.Handler(d.calls, control), control)
	d.server.Templates = cfg.Templates
	d.traceNG(d.server)
	for _, line := range d.server.Templates.Check() {
		log.Warn(line)
	}
	d.calls.SetProxyCounters(proxyCounters{d.server})
	d.startGraphite()
	if d.tcp, err = d.startTCP(); err != nil {
		return nil, err
	}
	d.commands = ctl.New(d.calls, options, control)
	if d.cli, err = d.startCLI(); err != nil {
		return nil, err
	}
	if d.http, err = d.startHTTP(); err != nil {
		return nil, err
	}
	// Last, so that who gets a pong finds all the rest.
	if len(addresses) > 0 {
		d.listener, err = udp.Listen(udp.Config{
			Addresses: addresses, TOS: int(cfg.ControlTOS), PMTU: pmtu(cfg.ControlPMTU), Log: control,
		}, d.server)
		if err != nil {
			return nil, err
		}
		d.ways.add(d.listener)
	}
	if d.pidFile, err = writePIDFile(cfg.PIDFile); err != nil {
		return nil, err
	}
	d.watchdog = startWatchdog(d.calls, log.Named(logs.Internals))
	log.Info("ready", zap.String("version", version), zap.String("engine", d.engine.Name()))
	d.notify("READY=1")
	return d, nil
}

// stopTimeout bounds the wait for requests that are in work.
const stopTimeout = 2 * time.Second

// stop ends what was started, from the top down.
func (d *daemon) stop() {
	d.notify("STOPPING=1")
	d.watchdog.stop()
	d.stopControl()
	d.page.Close()
	if d.calls != nil {
		d.calls.Close()
	}
	d.icmp.Close()
	if d.engine != nil {
		if err := d.engine.Close(); err != nil {
			d.log.Warn("closing the packet engine", zap.Error(err))
		}
	}
	d.outputs.close()
	if err := d.pidFile.remove(); err != nil {
		d.log.Warn("removing the pid file", zap.Error(err))
	}
	d.log.Info("ended")
}

// stopControl ends the ways to command the daemon, all at once.
func (d *daemon) stopControl() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var all sync.WaitGroup
	end := func(shutdown func(context.Context) error) {
		all.Go(func() {
			if err := shutdown(ctx); err != nil {
				d.log.Warn("requests were still in work at the end", zap.Error(err))
			}
		})
	}
	if d.listener != nil {
		end(d.listener.Shutdown)
	}
	if d.tcp != nil {
		end(d.tcp.Shutdown)
	}
	if d.cli != nil {
		end(d.cli.Shutdown)
	}
	if d.http != nil {
		end(d.http.Shutdown)
	}
	all.Wait()
}

func (d *daemon) notify(state string) {
	if err := systemd.Notify(state); err != nil {
		d.log.Warn("service manager", zap.Error(err))
	}
}

// localAddresses are the addresses of the logical interfaces, each once.
func localAddresses(set *interfaces.Set) []netip.Addr {
	var list []netip.Addr
	for _, logical := range set.All() {
		for _, address := range logical.Addresses(interfaces.FamilyAny) {
			if !slices.Contains(list, address.Local) {
				list = append(list, address.Local)
			}
		}
	}
	return list
}

func engineOptions(cfg *config.Config, addresses []netip.Addr, log *zap.Logger) engine.Options {
	o := engine.Options{
		Name: cfg.Engine, UserSpace: cfg.Table < 0, KernelOnly: cfg.NoFallback,
		Devices: cfg.KernelDevices, Exclude: cfg.KernelExclude,
		Workers: cfg.NumThreads, Log: log,
	}
	for _, address := range addresses {
		o.Ranges = append(o.Ranges, userspace.PortRange{Addr: address, First: cfg.PortMin, Last: cfg.PortMax})
	}
	return o
}

func callConfig(cfg *config.Config, set *interfaces.Set, e media.Engine, version string, log *zap.Logger) call.Config {
	c := call.Config{
		Interfaces: set, Engine: e, Log: log, Version: version,
		EngineStatus: func() ng.Dict { return engine.Status(e) },
		Limits: call.Limits{
			MaxSessions: settings.MaxSessions(cfg.MaxSessions), DeleteDelay: cfg.DeleteDelay,
			MaxLoad: cfg.MaxLoad, MaxCPU: cfg.MaxCPU, MaxBandwidth: cfg.MaxBandwidth,
			Timeout: cfg.Timeout, SilentTimeout: cfg.SilentTimeout,
			FinalTimeout: cfg.FinalTimeout, OfferTimeout: cfg.OfferTimeout,
		},
		TOS: int(cfg.TOS), SIPSource: cfg.SIPSource, DTLSPassive: cfg.DTLSPassive,
		KeepEnded:   cfg.KeepEnded,
		Learning:    learning[cfg.EndpointLearning],
		Software:    cfg.SoftwareID,
		OneAddress:  cfg.SaveInterfacePorts,
		Quality:     qualityConfig(&cfg.Quality),
		Certificate: dtls.CertificateConfig{RSA: cfg.DTLS.CertCipher == "RSA", RSABits: cfg.DTLS.RSAKeySize},
	}
	host := new(hostLoad)
	c.HostLoad = host.measure
	if cfg.TOS == 0 {
		c.TOS = -1
	}
	return c
}

func qualityConfig(q *config.Quality) call.QualityConfig {
	c := call.QualityConfig{Measure: q.MeasureRTP, Interval: q.RTCPInterval, Listening: slices.Contains(q.MOS, "LQ")}
	switch {
	case slices.Contains(q.MOS, "G.107.2"):
		c.Formula = mos.G1072
	case slices.Contains(q.MOS, "legacy"):
		c.Formula = mos.Legacy
	}
	return c
}

// ciphers divides a list in OpenSSL's way.
func ciphers(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(": ,", r) })
}

// learning are the words of --endpoint-learning.
var learning = map[string]media.Learning{
	"heuristic": media.LearnHeuristic,
	"delayed":   media.LearnDelayed,
	"immediate": media.LearnImmediate,
	"off":       media.LearnOff,
}

func pmtu(word string) udp.PMTU {
	switch word {
	case "want":
		return udp.PMTUWant
	case "dont":
		return udp.PMTUDont
	default:
		return udp.PMTUDefault
	}
}

// proxyCounters lets the statistics command show the NG server's counters.
type proxyCounters struct{ *ng.Server }

func (p proxyCounters) ControlStatistics() ng.Dict { return p.Stats().Control() }
