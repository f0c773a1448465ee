package ctl

import (
	"fmt"
	"strings"

	"rtpgo/config"
)

// paramNames are the reference's names of parameters where they aren't those
// of the options with underscores.
var paramNames = map[string]string{
	"table": "kernel_table", "tos": "default_tos", "max-load": "load_limit", "max-cpu": "cpu_limit", "max-bandwidth": "bw_limit",
	"redis-expires": "redis_expires_secs", "homer-ng-capture-proto": "homer_ng_capt_proto", "homer-disable-rtcp-stats": "homer_rtcp_off",
	"homer-enable-ng": "homer_ng_on", "record-egress": "rec_egress", "recording-dir": "spooldir", "recording-method": "rec_method",
	"recording-format": "rec_format", "log-srtp-keys": "log_keys", "dtmf-log-ng-tcp": "dtmf_via_ng", "dtmf-log-dest": "dtmf_udp_ep",
	"xmlrpc-format": "fmt", "graphite": "graphite_ep", "homer": "homer_ep", "redis": "redis_ep", "redis-write": "redis_write_ep",
	"listen-ng": "ng_listen_ep", "listen-cli": "cli_listen_ep", "listen-tcp-ng": "ng_tcp_listen_ep",
}

func paramName(option string) string {
	if name, ok := paramNames[option]; ok {
		return name
	}
	if strings.HasPrefix(option, "log-level-") {
		return option
	}
	return strings.ReplaceAll(option, "-", "_")
}

func (x *execution) paramsStart(string) {
	for _, p := range x.settings.Params() {
		x.param(p.Option, p.Start)
	}
}

func (x *execution) paramsCurrent(string) {
	for _, p := range x.settings.Params() {
		x.param(p.Option, p.Current)
	}
}

func (x *execution) param(o *config.Option, value string) {
	name := paramName(o.Name)
	switch {
	case o.Name == "interface":
		for n, item := range strings.Split(value, ";") {
			fmt.Fprintf(x, "interface[%d] = %s \n", n, strings.Replace(item, "/", `\`, 1))
		}
	case o.Kind == config.List:
		for item := range strings.SplitSeq(value, ";") {
			x.print(name, " = ", item, "\n")
		}
	case o.Name == "max-cpu":
		x.print("[max-cpu = ", value, "]\n")
	case o.Name == "max-load":
		x.print("[max-load = ", value, "]\n")
	default:
		x.print(name, " = ", paramText(o, value), "\n")
	}
}

// paramText is a value in the reference's spelling.
func paramText(o *config.Option, value string) string {
	switch {
	case value == "true":
		return "1"
	case value == "false":
		return "0"
	case value == "" && o.Kind == config.String:
		return "(null)"
	}
	return value
}

func (x *execution) paramsDiff(string) {
	for _, p := range x.settings.Params() {
		if p.Current != p.Start {
			x.print(p.Option.Name, ": ", p.Start, " => ", p.Current, "\n")
		}
	}
}

// paramsRevert says nothing where all went well, as the reference.
func (x *execution) paramsRevert(string) {
	if err := x.settings.Revert(); err != nil {
		x.print("Fail reverting; ", err.Error(), "\n")
	}
}
