package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rtpgo/cmd/rtpgo/internal/doctor"
	"rtpgo/cmd/rtpgo/internal/engine"
	"rtpgo/config"
	"rtpgo/interfaces"
	"rtpgo/ng"
)

func doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor [daemon's options]",
		Short: "Examine the host: what would keep the daemon from working well",
		Long: "Examine the host as a daemon with the same options would find it: the\n" +
			"configuration file is read, and every option of the daemon is taken. Each\n" +
			"finding comes with the command that mends it. Exit status 1 if one is a failure.",
		Args: cobra.NoArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "print the findings as JSON")
	config.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "version" {
			return // those of the command itself
		}
		f.Hidden = !slices.Contains([]string{"config-file", "config-section", "interface", "listen-ng", "port-min", "port-max", "engine"}, f.Name)
		cmd.Flags().AddFlag(f)
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		subject, findings := examined(cmd.Flags())
		for _, p := range engine.Survey(subject.Addresses) {
			subject.Engines = append(subject.Engines, doctor.Engine{Name: p.Name, Obstacle: p.Obstacle, Detail: p.Detail, Mend: mend(p.Obstacle)})
		}
		findings = append(findings, doctor.Examine(doctor.ThisHost(), subject)...)
		if err := printFindings(cmd.OutOrStdout(), findings, *asJSON); err != nil {
			return err
		}
		if doctor.Worst(findings) == doctor.Fail {
			return statusError{exitFailed, errors.New("the daemon won't work as it is")}
		}
		return nil
	}
	return cmd
}

// examined is what a daemon with these flags would use, and what is wrong with
// its configuration.
func examined(flags *pflag.FlagSet) (doctor.Subject, []doctor.Finding) {
	finding := doctor.Finding{Check: "configuration", Found: "in order"}
	cfg, err := config.LoadFlags(flags)
	if err != nil {
		finding.Level, finding.Found, finding.Mend = doctor.Fail, err.Error(), "write "+config.DefaultFile+", or name the daemon's options: rtpgo doctor --interface=NAME/ADDRESS --listen-ng=ADDRESS:PORT"
		finding.Because = "the daemon won't start"
		return doctor.Subject{PortMin: 30000, PortMax: 40000}, []doctor.Finding{finding}
	}
	if cfg.File != "" {
		finding.Found = cfg.File
	}
	subject := doctor.Subject{
		PortMin: cfg.PortMin, PortMax: cfg.PortMax,
		SocketPerPort: cfg.Engine == config.EngineSockets,
	}
	set, err := interfaces.Parse(cfg.Interfaces, interfaces.PoolConfig{Min: cfg.PortMin, Max: cfg.PortMax})
	if err != nil {
		finding.Level, finding.Found, finding.Because = doctor.Fail, err.Error(), "the daemon won't start"
		return subject, []doctor.Finding{finding}
	}
	for _, logical := range set.All() {
		for _, address := range logical.Addresses(interfaces.FamilyAny) {
			if !slices.Contains(subject.Addresses, address.Local) {
				subject.Addresses = append(subject.Addresses, address.Local)
			}
		}
	}
	for _, text := range cfg.ListenNG {
		addresses, err := config.ParseListen(text)
		if err != nil {
			finding.Level, finding.Found, finding.Because = doctor.Fail, err.Error(), "the daemon won't start"
			continue
		}
		subject.Listen = append(subject.Listen, addresses...)
	}
	subject.Running = len(subject.Listen) > 0 && answers(subject.Listen[0])
	return subject, []doctor.Finding{finding}
}

// mend is the command that removes an engine's obstacle, where one does.
func mend(obstacle error) string {
	if obstacle != nil && strings.Contains(obstacle.Error(), "CAP_") {
		return doctor.GrantCapabilities
	}
	return ""
}

// answers tells whether a daemon answers to ping.
func answers(address netip.AddrPort) bool {
	if address.Addr().IsUnspecified() {
		address = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), address.Port())
	}
	client, err := ng.Dial(address.String())
	if err != nil {
		return false
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	reply, err := client.Do(ctx, ng.Dict{{Key: "command", Value: "ping"}})
	return err == nil && field[string](reply, "result") == "pong"
}

func printFindings(w io.Writer, findings []doctor.Finding, asJSON bool) error {
	if asJSON {
		return writeJSON(w, findings)
	}
	for _, f := range findings {
		fmt.Fprintf(w, "%-8s %s: %s\n", f.Level, f.Check, f.Found)
		if f.Because != "" {
			fmt.Fprintf(w, "         otherwise: %s\n", f.Because)
		}
		if f.Mend != "" {
			fmt.Fprintf(w, "         mend it:   %s\n", f.Mend)
		}
	}
	return nil
}
