package config

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"text/tabwriter"

	"rtpgo/interfaces"
)

// Report is what Check found.
type Report struct {
	// Path of the file and the section that a daemon would read.
	Path, Section string
	// Errors keep a daemon from starting; Warnings don't.
	Errors, Warnings []Problem
	// Interfaces are the addresses that media would use, in configured order.
	Interfaces []InterfaceReport
}

// InterfaceReport is one address of a logical interface.
type InterfaceReport struct {
	Name              string
	Local, Advertised netip.Addr
	// Present is whether this host has the local address.
	Present bool
}

// OK reports whether a daemon would start with the file.
func (r Report) OK() bool { return len(r.Errors) == 0 }

// Check examines a configuration file as a daemon started with nothing but
// --config-file=path would read it, and what the host says to it.
func Check(path string) Report { return CheckSection(path, "") }

// CheckSection is Check with --config-section.
func CheckSection(path, section string) Report {
	r := Report{Path: path}
	file, err := ReadFile(path)
	if err != nil {
		r.Errors = []Problem{{Text: err.Error()}}
		return r
	}
	flags := Flags()
	if section != "" {
		if err := flags.Set("config-section", section); err != nil {
			r.Errors = []Problem{{Text: err.Error()}}
			return r
		}
	}
	e := evaluate(flags, file)
	r.Section, r.Errors, r.Warnings = e.cfg.Section, e.errors, e.warnings
	option, _ := Lookup("interface")
	if len(e.cfg.Interfaces) > 0 {
		r.checkInterfaces(e, e.line[option])
	}
	return r
}

func (r *Report) checkInterfaces(e *evaluation, line int) {
	// The range was judged already; a sound one lets the addresses be read.
	set, err := interfaces.Parse(e.cfg.Interfaces, interfaces.PoolConfig{Min: 1024, Max: 1025})
	if err != nil {
		r.Errors = append(r.Errors, e.at(line, err.Error()))
		return
	}
	for _, text := range set.Warnings() {
		r.Warnings = append(r.Warnings, e.at(line, text))
	}
	present := localAddresses()
	for _, l := range set.All() {
		for _, a := range l.Addresses(interfaces.FamilyAny) {
			row := InterfaceReport{Name: l.Name, Local: a.Local, Advertised: a.Advertised, Present: present(a.Local)}
			r.Interfaces = append(r.Interfaces, row)
			if !row.Present {
				r.Warnings = append(r.Warnings, e.at(line, fmt.Sprintf(
					"interface %q: this host doesn't have the address %s; no port can be opened on it until it does", l.Name, a.Local)))
			}
		}
	}
}

// localAddresses returns a test for addresses of the host. All of a loopback
// network is local where one address of it is.
func localAddresses() func(netip.Addr) bool {
	found := map[netip.Addr]bool{}
	var loopback []netip.Prefix
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return func(netip.Addr) bool { return false }
	}
	for _, a := range addrs {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		found[prefix.Addr().Unmap()] = true
		if prefix.Addr().IsLoopback() {
			loopback = append(loopback, prefix)
		}
	}
	return func(a netip.Addr) bool {
		a = a.WithZone("")
		return found[a] || slices.ContainsFunc(loopback, func(p netip.Prefix) bool { return p.Contains(a) })
	}
}

// WriteTo prints the report for an operator.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: w}
	for _, p := range r.Errors {
		fmt.Fprintf(out, "error: %v\n", p)
	}
	for _, p := range r.Warnings {
		fmt.Fprintf(out, "warning: %v\n", p)
	}
	if len(r.Interfaces) > 0 {
		table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "INTERFACE\tLOCAL ADDRESS\tIN SDP\tON THIS HOST")
		for _, i := range r.Interfaces {
			here := "yes"
			if !i.Present {
				here = "no"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", i.Name, i.Local, i.Advertised, here)
		}
		if err := table.Flush(); err != nil {
			return out.n, err
		}
	}
	if r.OK() {
		fmt.Fprintf(out, "%s: section [%s] is in order (warnings: %d)\n", r.Path, r.Section, len(r.Warnings))
	}
	return out.n, out.err
}

// counter counts what is written and keeps the first error.
type counter struct {
	w   io.Writer
	n   int64
	err error
}

func (c *counter) Write(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(b)
	c.n, c.err = c.n+int64(n), err
	return n, err
}
