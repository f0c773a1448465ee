package config

var exportOptions = []*Option{
	{Name: "homer", Kind: String, Arg: "IP:PORT", Group: "Other systems", Doc: "Homer server that gets RTCP and NG messages (HEP3).",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.Homer }},
	{Name: "homer-protocol", Kind: String, Default: "udp", Enum: []string{"udp", "tcp"}, Group: "Other systems", Doc: "Transport towards Homer.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.HomerProtocol }},
	{Name: "homer-id", Kind: Int, Group: "Other systems", Doc: "Capture id towards Homer.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.HomerID }},
	{Name: "homer-disable-rtcp-stats", Group: "Other systems", Doc: "Send no RTCP to Homer.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.HomerDisableRTCP }},
	{Name: "homer-enable-ng", Group: "Other systems", Doc: "Send NG messages to Homer.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.HomerNG }},
	{Name: "homer-ng-capture-proto", Kind: Int, Default: "61", Min: 0, Max: 255, Group: "Other systems", Doc: "HEP protocol number of NG messages.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.HomerNGCaptureProto }},
	{Name: "graphite", Short: "g", Kind: String, Arg: "IP:PORT", Group: "Other systems", Doc: "Graphite server that gets statistics.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.Graphite }},
	{Name: "graphite-interval", Short: "G", Kind: Seconds, Group: "Other systems", Doc: "Time between reports to Graphite.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.GraphiteInterval }},
	{Name: "graphite-prefix", Kind: String, Group: "Other systems", Doc: "Text before every line to Graphite.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.GraphitePrefix }},
	{Name: "graphite-timeout", Kind: Seconds, Group: "Other systems", Doc: "Give a connection to Graphite up after so long.",
		Unsupported: notExport, field: func(c *Config) any { return &c.Export.GraphiteTimeout }},

	{Name: "mqtt-host", Kind: String, Arg: "HOST", Group: "Other systems", Doc: "MQTT broker that gets statistics.", Unsupported: notMQTT},
	{Name: "mqtt-port", Kind: Int, Default: "1883", Group: "Other systems", Doc: "Its port.", Unsupported: notMQTT},
	{Name: "mqtt-tls-alpn", Kind: String, Group: "Other systems", Doc: "ALPN towards it.", Unsupported: notMQTT},
	{Name: "mqtt-id", Kind: String, Group: "Other systems", Doc: "Our client id.", Unsupported: notMQTT},
	{Name: "mqtt-keepalive", Kind: Seconds, Default: "30", Group: "Other systems", Doc: "Time between keep-alives.", Unsupported: notMQTT},
	{Name: "mqtt-user", Kind: String, Group: "Other systems", Doc: "User for it.", Unsupported: notMQTT},
	{Name: "mqtt-pass", Kind: String, Group: "Other systems", Doc: "Password for it.", Unsupported: notMQTT},
	{Name: "mqtt-cafile", Kind: String, Arg: "FILE", Group: "Other systems", Doc: "Certificate authority of it.", Unsupported: notMQTT},
	{Name: "mqtt-capath", Kind: String, Arg: "DIR", Group: "Other systems", Doc: "Directory of certificate authorities.", Unsupported: notMQTT},
	{Name: "mqtt-certfile", Kind: String, Arg: "FILE", Group: "Other systems", Doc: "Our certificate.", Unsupported: notMQTT},
	{Name: "mqtt-keyfile", Kind: String, Arg: "FILE", Group: "Other systems", Doc: "Our private key.", Unsupported: notMQTT},
	{Name: "mqtt-publish-qos", Kind: Int, Default: "0", Min: 0, Max: 2, Group: "Other systems", Doc: "Quality of service of messages.", Unsupported: notMQTT},
	{Name: "mqtt-publish-topic", Kind: String, Group: "Other systems", Doc: "Topic of messages.", Unsupported: notMQTT},
	{Name: "mqtt-publish-interval", Kind: Milliseconds, Default: "5000", Group: "Other systems", Doc: "Time between messages.", Unsupported: notMQTT},
	{Name: "mqtt-publish-scope", Kind: String, Enum: []string{"global", "summary", "call", "media"}, Group: "Other systems", Doc: "What messages tell.", Unsupported: notMQTT},
}

var redisOptions = []*Option{
	{Name: "redis", Short: "r", Kind: String, Arg: "[PW@]IP:PORT/DB", Group: "Redis", Doc: "Database that holds calls.", Unsupported: notRedis,
		field: func(c *Config) any { return &c.Export.Redis }},
	{Name: "redis-write", Short: "w", Kind: String, Arg: "[PW@]IP:PORT/DB", Group: "Redis", Doc: "Database that calls are written to.", Unsupported: notRedis,
		field: func(c *Config) any { return &c.Export.RedisWrite }},
	{Name: "subscribe-keyspace", Short: "k", Kind: List, Arg: "INT", Group: "Redis", Doc: "Databases whose changes are followed.", Unsupported: notRedis},
	{Name: "redis-num-threads", Kind: Int, Default: "4", Group: "Redis", Doc: "Workers that restore calls.", Unsupported: notRedis},
	{Name: "redis-expires", Kind: Seconds, Default: "86400", Group: "Redis", Doc: "Life of keys.", Unsupported: notRedis},
	{Name: "no-redis-required", Short: "q", Group: "Redis", Doc: "Start without Redis too.", Unsupported: notRedis},
	{Name: "redis-allowed-errors", Kind: Int, Default: "-1", Group: "Redis", Doc: "Errors before Redis is left alone.", Unsupported: notRedis},
	{Name: "redis-disable-time", Kind: Seconds, Default: "10", Group: "Redis", Doc: "How long it is left alone.", Unsupported: notRedis},
	{Name: "redis-cmd-timeout", Kind: Milliseconds, Default: "0", Group: "Redis", Doc: "Longest wait for an answer.", Unsupported: notRedis},
	{Name: "redis-connect-timeout", Kind: Milliseconds, Default: "1000", Group: "Redis", Doc: "Longest wait for a connection.", Unsupported: notRedis},
	{Name: "redis-resolve-on-reconnect", Group: "Redis", Doc: "Look the host name up for each connection.", Unsupported: notRedis},
	{Name: "redis-format", Kind: String, Default: "bencode", Enum: []string{"native", "bencode", "JSON"}, Group: "Redis", Doc: "Form of calls in Redis.", Unsupported: notRedis},
	{Name: "active-switchover", Group: "Redis", Doc: "Take a call over when its media or signalling arrive here.", Unsupported: notRedis},
}

var processOptions = []*Option{
	{Name: "thread-stack", Kind: Int, Default: "2048", Group: "Threads", Doc: "Stack of a thread, in KiB.", Unsupported: noThreads},
	{Name: "poller-size", Kind: Int, Default: "128", Group: "Threads", Doc: "Events read at once.", Unsupported: noThreads},
	{Name: "poller-per-thread", Group: "Threads", Doc: "Give each thread sockets of its own.", Unsupported: noThreads},
	{Name: "max-recv-iters", Kind: Int, Default: "50", Group: "Threads", Doc: "Packets read from one socket at a time.", Unsupported: noThreads},
	{Name: "io-uring", Group: "Threads", Doc: "Use io_uring.", Unsupported: noThreads},
	{Name: "io-uring-buffers", Kind: Int, Default: "16384", Group: "Threads", Doc: "Entries of a ring.", Unsupported: noThreads},
	{Name: "socket-cpu-affinity", Kind: Int, Default: "0", Group: "Threads", Doc: "Bind the sockets of a call to a CPU.", Unsupported: noThreads},
	{Name: "scheduling", Kind: String, Enum: schedulers, Default: "default", Group: "Threads", Doc: "Scheduling policy of workers.", Unsupported: noThreads},
	{Name: "priority", Kind: Int, Group: "Threads", Doc: "Their priority.", Unsupported: noThreads},
	{Name: "idle-scheduling", Kind: String, Enum: schedulers, Default: "default", Group: "Threads", Doc: "Scheduling policy of background work.", Unsupported: noThreads},
	{Name: "idle-priority", Kind: Int, Group: "Threads", Doc: "Its priority.", Unsupported: noThreads},
}

var schedulers = []string{"default", "none", "fifo", "rr", "other", "batch", "idle"}

// otherVersionOptions are options of older and newer releases of rtpengine,
// listed so that a file written for one of them is no error.
var otherVersionOptions = foreign(
	"redis-delete-async=y:bool", "redis-delete-async-interval:int",
	"cache-media-reload:int", "db-cache-expire:int", "db-media-cache", "db-media-expire:int", "db-media-reload:int",
	"evs-dtx", "expiry-timer:int", "http-buf-size:int", "http-idle-timeout:int",
	"jb-adaptive:bool", "jb-adaptive-max:int", "jb-adaptive-min:int", "kernel-num-threads:int", "kernel-slots:int",
	"media-files-expire:int", "media-files-reload:int", "moh-attr-name", "moh-max-duration:int", "moh-max-repeats:int",
	"moh-prevent-double-hold:bool", "preload-db-cache", "preload-db-media", "preload-media-files", "record-both:bool",
	"redis-subscribe", "redis-tcp-keepalive-intvl:int", "redis-tcp-keepalive-probes:int", "redis-tcp-keepalive-time:int",
	"timer-accuracy:int", "transcode-config", "xtables:bool", "interfaces-config", "ssrc-reporting", "num-media-threads:int",
)
