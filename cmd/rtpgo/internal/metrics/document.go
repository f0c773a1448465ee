package metrics

import (
	"bytes"
	"fmt"
	"strings"
)

// Document is docs/metrics.md.
func Document() []byte {
	var b bytes.Buffer
	b.WriteString(documentIntro)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| name | type | labels | unit | meaning |\n| --- | --- | --- | --- | --- |\n", s.title)
		for _, f := range s.families {
			labels := ""
			if len(f.labels) > 0 {
				labels = "`" + strings.Join(f.labels, "` `") + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.name, f.kind, labels, f.unit, f.help)
		}
	}
	b.WriteString(documentEnd)
	return b.Bytes()
}

const documentIntro = `# Metrics

<!-- Written by "go test ./cmd/rtpgo/internal/metrics -update" from the tables there. -->

With ` + "`listen-http`" + ` or ` + "`listen-https`" + ` the daemon answers ` + "`GET /metrics`" + ` in Prometheus' form. Where a token
or a client certificate is demanded (` + "`http-token-file`, `https-client-ca`" + `), it is here too:

    scrape_configs:
      - job_name: rtpgo
        authorization:
          credentials_file: /etc/prometheus/rtpgo-token
        static_configs:
          - targets: ['192.0.2.1:8080']

The package brings alert rules, ` + "`/usr/share/rtpgo/prometheus/rtpgo.rules.yml`" + ` (name it under ` + "`rule_files`" + `),
and a board, ` + "`/usr/share/rtpgo/grafana/rtpgo.json`" + ` (in Grafana: Dashboards, New, Import). Both are in
[packaging](../packaging) here.

Metrics called rtpengine_... have the names and meanings of rtpengine mr13.1; those called rtpgo_... are
rtpgo's own. What concerns packets and live calls is at most a second old; losses, and drops that are no errors (packets of
a call on hold), at most five. A scrape looks at no call: it
costs the same however many are up ([performance.md](performance.md)). The number of series is bounded by
the configured addresses, the clients of the NG port (256 at most, the others count together) and the
words in these tables.

rtpengine writes ` + "`rtpengine_requests_total`" + ` for commands that a client never used as well, with the value 0.
` + "`rtpengine_transcoders`, `rtpengine_transcode_packets_total`" + ` and their like don't exist here: nothing is transcoded.
`

const documentEnd = `
Besides these there are the usual ` + "`go_...` and `process_...`" + ` metrics of the Go runtime and the process.
`
