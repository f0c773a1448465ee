package interfaces

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode"
)

// DefaultName is the name of an interface given without one.
const DefaultName = "default"

// Spec is one parsed interface specification, before the host is asked.
type Spec struct {
	// Text is the specification as given, without surrounding blanks.
	Text string
	// Name of the logical interface, or of the alias where Target is set.
	Name string
	// Target is what an alias stands for (ALIAS=TARGET); the rest is then empty.
	Target string
	// Host is an IP address, the name of a system network interface, a DNS
	// host name, or "any".
	Host string
	// Advertised is the address after "!", invalid where none was given.
	Advertised netip.Addr
}

// ParseSpecs reads specifications [NAME/]HOST[!ADVERTISED] and ALIAS=NAME.
// Each string may hold several, separated by ";" as in a configuration file;
// empty ones are skipped. Errors name the specification at fault.
func ParseSpecs(list []string) ([]Spec, error) {
	var specs []Spec
	for _, s := range list {
		for part := range strings.SplitSeq(s, ";") {
			part = strings.TrimSpace(part)
			if part == "" {
				continue
			}
			spec, err := parseSpec(part)
			if err != nil {
				return nil, fmt.Errorf("interface %q: %w", part, err)
			}
			specs = append(specs, spec)
		}
	}
	return specs, nil
}

func parseSpec(text string) (Spec, error) {
	spec := Spec{Text: text, Name: DefaultName}
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }); i >= 0 {
		return spec, errors.New("blank inside; separate several interfaces by \";\"")
	}
	rest := text
	if name, after, ok := strings.Cut(text, "/"); ok {
		spec.Name, rest = name, after
		if err := checkName(name); err != nil {
			return spec, err
		}
	} else if alias, target, ok := strings.Cut(text, "="); ok {
		spec.Name, spec.Target = alias, target
		return spec, errors.Join(checkName(alias), checkName(target))
	}
	host, advertised, ok := strings.Cut(rest, "!")
	spec.Host = unbracket(host)
	if spec.Host == "" {
		return spec, errors.New("no address")
	}
	if strings.ContainsAny(spec.Host, "/=") {
		return spec, fmt.Errorf("%q is no address", spec.Host)
	}
	if !ok {
		return spec, nil
	}
	addr, err := netip.ParseAddr(unbracket(advertised))
	if err != nil {
		return spec, fmt.Errorf("advertised address %q is no IP address", advertised)
	}
	addr = addr.Unmap()
	if addr.Zone() != "" || addr.IsUnspecified() || addr.IsMulticast() {
		return spec, fmt.Errorf("advertised address %q cannot be sent to", advertised)
	}
	spec.Advertised = addr
	return spec, nil
}

func checkName(name string) error {
	if name == "" {
		return errors.New("empty name")
	}
	if i := strings.IndexAny(name, "=!/"); i >= 0 {
		return fmt.Errorf("name %q contains %q", name, name[i])
	}
	return nil
}

// unbracket takes the brackets off an IPv6 address.
func unbracket(s string) string {
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' {
		return s[1 : len(s)-1]
	}
	return s
}
