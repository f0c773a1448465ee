package config

import "slices"

// table is every option, in the order of the documents: what rtpgo supports
// comes first in each group because operators read it top down.
var table = slices.Concat(
	generalOptions, interfaceOptions, engineOptions, controlOptions, callOptions, logOptions,
	securityOptions, qualityOptions, exportOptions, recordingOptions, redisOptions,
	transcodingOptions, playerOptions, processOptions, otherVersionOptions,
)

// firstRelease is the version that most options came with.
const firstRelease = "0.1.0"

// Why options do nothing, where several share the reason.
const (
	notRedis       = "calls live in memory only; Redis isn't built yet"
	notTranscoding = "rtpgo relays codecs as they are; transcoding isn't built yet"
	notPlayer      = "playing media isn't built yet"
	notRecording   = "recording isn't built yet"
	notSRTP        = "secrets and single packets aren't logged"
	notMQTT        = "MQTT isn't built yet"
	notMySQL       = "playing media from a database isn't built yet"
	notSubsystem   = "rtpgo has no such part, or it logs nothing under a name of its own"
	noNetfilter    = "the kernel engine uses eBPF and needs no netfilter rule"
	noThreads      = "rtpgo lays its workers out itself; see num-threads and engine"
)

const (
	groupGeneral = "General"
	groupMedia   = "Media addresses and ports"
	groupForward = "Forwarding"
	groupControl = "Control"
	groupCalls   = "Calls"
)

var generalOptions = []*Option{
	{Name: "help", Short: "h", Group: groupGeneral, Since: firstRelease, CommandLine: true,
		Doc:   "Print the options and exit.",
		field: func(c *Config) any { return &c.Help }},
	{Name: "version", Short: "v", Group: groupGeneral, Since: firstRelease, CommandLine: true,
		Doc:   "Print the version and exit.",
		field: func(c *Config) any { return &c.Version }},
	{Name: "config-file", Kind: String, Arg: "FILE", Default: DefaultFile, Group: groupGeneral, Since: firstRelease, CommandLine: true,
		Doc: "Read options from this file. Without the option the default file is read if it exists; none reads no file. " +
			"Values given on the command line win over those of the file."},
	{Name: "config-section", Kind: String, Default: "rtpgo, else rtpengine", Group: groupGeneral, Since: firstRelease, CommandLine: true,
		Doc: "Section of the file to read."},
	{Name: "templates", Kind: String, Arg: "SECTION", Example: "templates", Group: groupGeneral, Since: firstRelease,
		Doc: "Section of the configuration file that holds signalling templates, each a name and a string of flags as in rtpp-flags. " +
			"A request picks one with template=NAME; those called default or like a command (offer, answer, ...) apply by themselves.",
		field: func(c *Config) any { return &c.TemplatesSection }},
	{Name: "drain-timeout", Kind: Seconds, Default: "0", Min: 0, Max: 7 * 86400, Group: groupGeneral, Since: firstRelease, Own: true,
		Doc: "How long calls may go on after SIGTERM. New calls are refused meanwhile, in a way on which Kamailio picks another proxy; " +
			"the daemon ends as soon as no call is left. 0 ends at once.",
		field: func(c *Config) any { return &c.DrainTimeout }},
	{Name: "pidfile", Short: "p", Kind: String, Arg: "FILE", Example: "/run/rtpgo/rtpgo.pid", Group: groupGeneral, Since: firstRelease,
		Doc:   "Write the process id to this file.",
		field: func(c *Config) any { return &c.PIDFile }},
	{Name: "foreground", Short: "f", Default: "false", Group: groupGeneral, Since: firstRelease,
		Doc:   "Stay in the foreground. rtpgo always does, whatever this says; a supervisor such as systemd runs it in the background.",
		field: func(c *Config) any { return &c.Foreground }},
	{Name: "codecs", Group: groupGeneral, CommandLine: true, Refused: true,
		Doc: "List the codecs that can be transcoded.", Unsupported: "rtpgo relays every codec and transcodes none"},
}

var interfaceOptions = []*Option{
	{Name: "interface", Short: "i", Kind: List, Arg: "[NAME/]IP[!IP]", Example: "any", Group: groupMedia, Since: firstRelease,
		Doc: "Local address for media, at least one. IP is an address, the name of a network device, a host name, or any. " +
			"The address after the exclamation mark is the one that SDP carries. The same name given again adds an address; " +
			"BASE:SUFFIX makes interfaces that are used in turn under the name BASE; ALIAS=NAME gives a second name.",
		field: func(c *Config) any { return &c.Interfaces }},
	{Name: "port-min", Short: "m", Kind: Int, Arg: "PORT", Default: "30000", Min: 1, Max: 65535, Group: groupMedia, Since: firstRelease,
		Doc:   "First UDP port for media.",
		field: func(c *Config) any { return &c.PortMin }},
	{Name: "port-max", Short: "M", Kind: Int, Arg: "PORT", Default: "40000", Min: 1, Max: 65535, Group: groupMedia, Since: firstRelease,
		Doc:   "Last UDP port for media.",
		field: func(c *Config) any { return &c.PortMax }},
	{Name: "port-rest", Kind: Seconds, Default: "5", Min: 0, Max: 3600, Group: groupMedia, Since: firstRelease, Own: true,
		Doc: "How long a released port is left alone, so that late packets of one call don't reach the next. " +
			"When no other port is left, one is used sooner.",
		field: func(c *Config) any { return &c.PortRest }},
	{Name: "tos", Short: "T", Kind: Int, Default: "0", Min: 0, Max: 255, Group: groupMedia, Since: firstRelease,
		Doc:   "TOS (IPv4) or traffic class (IPv6) of outgoing media packets; 184 is Expedited Forwarding, 0 leaves the field untouched.",
		field: func(c *Config) any { return &c.TOS }},
	{Name: "save-interface-ports", Short: "S", Default: "false", Group: groupMedia, Since: firstRelease,
		Doc:   "Take ports on one address of an interface only, also where ICE could offer more of them.",
		field: func(c *Config) any { return &c.SaveInterfacePorts }},
}

var engineOptions = []*Option{
	{Name: "engine", Kind: String, Default: EngineAuto, Enum: []string{EngineAuto, EngineKernel, EngineBatched, EngineSockets}, Group: groupForward, Since: firstRelease, Own: true,
		Doc: "How packets are forwarded: kernel (eBPF), batched (user space, many packets in one system call), sockets (one socket for each port), " +
			"or auto: the best that this host permits. What was chosen, and why not a better one, is logged at start.",
		field: func(c *Config) any { return &c.Engine }},
	{Name: "table", Short: "t", Kind: Int, Default: "0", Group: groupForward, Since: firstRelease,
		Doc:   "A negative number keeps forwarding in user space. Other numbers (the table of rtpengine's kernel module) mean nothing here.",
		field: func(c *Config) any { return &c.Table }},
	{Name: "no-fallback", Short: "F", Default: "false", Group: groupForward, Since: firstRelease,
		Doc:   "Refuse to start where forwarding in the kernel isn't possible.",
		field: func(c *Config) any { return &c.NoFallback }},
	{Name: "kernel-device", Kind: List, Arg: "DEVICE", Example: "eth0", Group: groupForward, Since: firstRelease, Own: true,
		Doc: "A further network device by which media arrives. The kernel engine watches the devices that carry the addresses of the interfaces; " +
			"where an address lives on loopback or a dummy device and is announced by a routing protocol, name the devices that the packets come by.",
		field: func(c *Config) any { return &c.KernelDevices }},
	{Name: "kernel-exclude", Kind: List, Arg: "DEVICE", Example: "eth1", Group: groupForward, Since: firstRelease, Own: true,
		Doc: "A network device that the kernel engine stays away from: what arrives there is forwarded in user space, through the host's firewall rules, " +
			"address translation and accounting, which packets forwarded in the kernel don't meet.",
		field: func(c *Config) any { return &c.KernelExclude }},
	{Name: "num-threads", Kind: Int, Default: "0", Min: 0, Max: 1024, Group: groupForward, Since: firstRelease,
		Doc:   "Number of workers that forward packets; 0 makes one for each CPU core.",
		field: func(c *Config) any { return &c.NumThreads }},
	{Name: "nftables-chain", Kind: String, Arg: "CHAIN", Default: "rtpengine", Group: groupForward, Doc: "Netfilter chain for the forwarding rule.", Unsupported: noNetfilter},
	{Name: "nftables-base-chain", Kind: String, Arg: "CHAIN", Default: "INPUT", Group: groupForward, Doc: "Netfilter chain from which the rule is reached.", Unsupported: noNetfilter},
	{Name: "nftables-append", Group: groupForward, Doc: "Append the rule instead of prepending it.", Unsupported: noNetfilter},
	{Name: "nftables-family", Kind: String, Arg: "ip|ip6|ip,ip6", Default: "ip,ip6", Group: groupForward, Doc: "Address families of the rules.", Unsupported: noNetfilter},
	{Name: "nftables-start", Group: groupForward, Doc: "Create the rules and exit.", Unsupported: noNetfilter, Refused: true},
	{Name: "nftables-stop", Group: groupForward, Doc: "Remove the rules and exit.", Unsupported: noNetfilter, Refused: true},
	{Name: "nftables-status", Group: groupForward, Doc: "Check the rules and exit.", Unsupported: noNetfilter, Refused: true},
	{Name: "iptables-chain", Kind: String, Arg: "CHAIN", Group: groupForward, Doc: "Add a firewall rule for each open media port to this chain.",
		Unsupported: "rtpgo changes no firewall; open the whole port range"},
}

var controlOptions = []*Option{
	{Name: "listen-ng", Short: "n", Kind: List, Arg: "[IP:]PORT", Example: "127.0.0.1:22222", Group: groupControl, Since: firstRelease,
		Doc: "UDP address for the NG protocol; this or one of listen-tcp-ng, listen-http and listen-https is needed. " +
			"Without an IP all addresses of the host are served; whoever can reach the port controls the daemon, so name one. rtpgo's own commands need it.",
		field: func(c *Config) any { return &c.ListenNG }},
	{Name: "listen-tcp-ng", Short: "N", Kind: List, Arg: "[IP:]PORT", Example: "127.0.0.1:22222", Group: groupControl, Since: firstRelease,
		Doc: "TCP address for the NG protocol: requests one behind the other on one connection, up to 32 in work at a time. " +
			"Whoever can reach the port controls the daemon.",
		field: func(c *Config) any { return &c.ListenTCPNG }},
	{Name: "listen-cli", Short: "c", Kind: List, Arg: "[IP:]PORT", Example: "127.0.0.1:9900", Group: groupControl, Since: firstRelease,
		Doc:   "TCP address for rtpengine-ctl. Whoever can reach the port controls the daemon, so name an address.",
		field: func(c *Config) any { return &c.ListenCLI }},
	{Name: "listen-tcp", Short: "l", Kind: List, Arg: "[IP:]PORT", Group: groupControl, Doc: "TCP address for OpenSER's mediaproxy protocol.",
		Unsupported: "the protocol is obsolete"},
	{Name: "listen-udp", Short: "u", Kind: List, Arg: "[IP:]PORT", Group: groupControl, Doc: "UDP address for the rtpproxy protocol.",
		Unsupported: "only the NG protocol is spoken; use Kamailio's rtpengine module"},
	{Name: "listen-http", Kind: List, Arg: "[IP:]PORT", Example: "127.0.0.1:8080", Group: groupControl, Since: firstRelease,
		Doc: "TCP address for HTTP and WebSocket: the control protocol, metrics, the live page. Without an IP all addresses of the host are served; " +
			"whoever can reach the port controls the daemon unless http-token-file is set.",
		field: func(c *Config) any { return &c.ListenHTTP }},
	{Name: "listen-https", Kind: List, Arg: "[IP:]PORT", Example: "8443", Group: groupControl, Since: firstRelease,
		Doc:   "TCP address for HTTPS and secure WebSocket; needs https-cert and https-key.",
		field: func(c *Config) any { return &c.ListenHTTPS }},
	{Name: "https-cert", Kind: String, Arg: "FILE", Example: "/etc/rtpgo/https.crt", Group: groupControl, Since: firstRelease,
		Doc:   "Certificate for HTTPS and those that vouch for it, in PEM form. Read again when the file changes, and on SIGHUP.",
		field: func(c *Config) any { return &c.HTTPSCert }},
	{Name: "https-key", Kind: String, Arg: "FILE", Example: "/etc/rtpgo/https.key", Group: groupControl, Since: firstRelease,
		Doc:   "Private key of https-cert, in PEM form.",
		field: func(c *Config) any { return &c.HTTPSKey }},
	{Name: "http-token-file", Kind: String, Arg: "FILE", Example: "/etc/rtpgo/http.token", Group: groupControl, Since: firstRelease, Own: true,
		Doc: "File whose first line is a token of 16 characters or more that every HTTP and WebSocket client has to show: programs in the header " +
			"Authorization: Bearer TOKEN, people once at /login. Read again when the file changes, and on SIGHUP.",
		field: func(c *Config) any { return &c.HTTPTokenFile }},
	{Name: "https-client-ca", Kind: String, Arg: "FILE", Example: "/etc/rtpgo/clients.crt", Group: groupControl, Since: firstRelease, Own: true,
		Doc: "Certificates, in PEM form, of those who sign client certificates. Every client has to show such a certificate, " +
			"or the token where http-token-file is set as well. Read again when the file changes, and on SIGHUP.",
		field: func(c *Config) any { return &c.HTTPSClientCA }},
	{Name: "http-threads", Kind: Int, Group: groupControl, Doc: "Number of workers for HTTP.",
		Unsupported: "each connection has a goroutine of its own"},
	{Name: "janus-secret", Kind: String, Group: groupControl, Doc: "Secret for administration through the Janus protocol.",
		Unsupported: "the Janus protocol isn't built yet", field: func(c *Config) any { return &c.Export.JanusSecret }},
	{Name: "control-tos", Kind: Int, Default: "0", Min: 0, Max: 255, Group: groupControl, Since: firstRelease,
		Doc:   "TOS of NG packets; 0 leaves the field untouched.",
		field: func(c *Config) any { return &c.ControlTOS }},
	{Name: "control-pmtu", Kind: String, Enum: []string{"want", "dont"}, Example: "dont", Group: groupControl, Since: firstRelease,
		Doc:   "Path MTU discovery of NG sockets: want sets the DF bit, dont leaves fragmenting to the network; the host's default otherwise.",
		field: func(c *Config) any { return &c.ControlPMTU }},
	{Name: "b2b-url", Short: "b", Kind: String, Arg: "URL", Group: groupControl, Doc: "XMLRPC address called when a call is torn down for want of media.",
		Unsupported: "XMLRPC isn't built"},
	{Name: "xmlrpc-format", Short: "x", Kind: Int, Group: groupControl, Doc: "Form of the XMLRPC call.", Unsupported: "XMLRPC isn't built"},
}

var callOptions = []*Option{
	{Name: "timeout", Short: "o", Kind: Seconds, Default: "60", Group: groupCalls, Since: firstRelease,
		Doc:   "End a call when none of its streams received anything for so long.",
		field: func(c *Config) any { return &c.Timeout }},
	{Name: "silent-timeout", Short: "s", Kind: Seconds, Default: "3600", Group: groupCalls, Since: firstRelease,
		Doc:   "The same for streams that are muted or inactive (on hold).",
		field: func(c *Config) any { return &c.SilentTimeout }},
	{Name: "final-timeout", Short: "a", Kind: Seconds, Default: "0", Group: groupCalls, Since: firstRelease,
		Doc:   "End a call so long after its creation, whatever it does; 0 never does.",
		field: func(c *Config) any { return &c.FinalTimeout }},
	{Name: "offer-timeout", Kind: Seconds, Default: "3600", Group: groupCalls, Since: firstRelease,
		Doc:   "End a call that was offered but not answered for so long.",
		field: func(c *Config) any { return &c.OfferTimeout }},
	{Name: "delete-delay", Short: "d", Kind: Seconds, Default: "30", Min: 0, Max: 86400, Group: groupCalls, Since: firstRelease,
		Doc:   "Keep a deleted call so long, so that a failed branch doesn't take the others with it; 0 deletes at once.",
		field: func(c *Config) any { return &c.DeleteDelay }},
	{Name: "max-sessions", Kind: Int, Default: "-1", Group: groupCalls, Since: firstRelease,
		Doc:   "Refuse new calls beyond this number of calls; -1 is no limit, 0 refuses every new call.",
		field: func(c *Config) any { return &c.MaxSessions }},
	{Name: "endpoint-learning", Kind: String, Default: "heuristic", Enum: []string{"delayed", "immediate", "off", "heuristic"}, Group: groupCalls, Since: firstRelease,
		Doc: "How the address of a sender behind NAT is learned from its packets: at the first packet (immediate), at the first one after three seconds (delayed), " +
			"from the packet that fits the signalled address best within these three seconds (heuristic), or not at all (off). " +
			"A request may say otherwise.",
		field: func(c *Config) any { return &c.EndpointLearning }},
	{Name: "sip-source", Default: "false", Group: groupCalls, Since: firstRelease,
		Doc:   "Send media to the source address of the SIP message instead of the address in SDP, unless a request says trust-address.",
		field: func(c *Config) any { return &c.SIPSource }},
	{Name: "dtls-passive", Default: "false", Group: groupCalls, Since: firstRelease,
		Doc:   "Take the passive part of DTLS, as the flag DTLS=passive does for one call.",
		field: func(c *Config) any { return &c.DTLSPassive }},
	{Name: "keep-ended", Kind: Seconds, Default: "300", Min: 0, Max: 86400, Group: groupCalls, Own: true, Since: firstRelease,
		Doc: "How long `rtpgo explain` can be asked about a call that has ended, with its events and final counters; 0 forgets it at once. " +
			"At most 10,000 calls and 64 MiB are kept: beyond that the oldest go earlier.",
		field: func(c *Config) any { return &c.KeepEnded }},
	{Name: "max-load", Kind: Float, Default: "0", Min: 0, Max: 1e6, Group: groupCalls, Since: firstRelease,
		Doc:   "Refuse new calls while the host's load average of one minute is this or more; 0 is no limit.",
		field: func(c *Config) any { return &c.MaxLoad }},
	{Name: "max-cpu", Kind: Float, Default: "0", Min: 0, Max: 100, Group: groupCalls, Since: firstRelease,
		Doc:   "Refuse new calls while the host's cores are busy for so many percent of the time, measured each second; 0 is no limit.",
		field: func(c *Config) any { return &c.MaxCPU }},
	{Name: "max-bandwidth", Kind: Int, Default: "0", Min: 0, Max: 1 << 50, Group: groupCalls, Since: firstRelease,
		Doc:   "Refuse new calls while so many octets of media are received per second; 0 is no limit.",
		field: func(c *Config) any { return &c.MaxBandwidth }},
	{Name: "reject-invalid-sdp", Group: groupCalls, Doc: "Refuse SDP with small faults instead of reading over them.",
		Unsupported: "SDP is read as far as it makes sense", field: func(c *Config) any { return &c.RejectInvalidSDP }},
}
