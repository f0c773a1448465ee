package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Packages maps each program that the laboratory runs to its Debian package.
var Packages = map[string]string{
	"ip": "iproute2", "nft": "nftables", "kamailio": "kamailio",
	"sipp": "sip-tester", "tshark": "tshark",
}

// Missing says what keeps the laboratory from being built here, or "".
func Missing(relay string) string {
	if os.Geteuid() != 0 {
		return "needs root to make network namespaces"
	}
	var lacking []string
	for program, pkg := range Packages {
		if _, err := exec.LookPath(program); err != nil {
			lacking = append(lacking, pkg)
		}
	}
	if len(lacking) > 0 {
		return "needs the Debian packages " + strings.Join(lacking, ", ")
	}
	if _, err := exec.LookPath(relay); err != nil {
		return fmt.Sprintf("no relay to test: %v", err)
	}
	if err := probe(); err != nil {
		return "can't make network namespaces: " + err.Error()
	}
	return ""
}

// LacksModule reports whether Kamailio is without a module.
func LacksModule(name string) bool {
	found, err := filepath.Glob("/usr/lib/*/kamailio/modules/" + name)
	return err != nil || len(found) == 0
}

// probe makes and removes a namespace, once.
var probe = sync.OnceValue(func() error {
	ns, err := newNetns(fmt.Sprintf("%s%d-probe", namePrefix, os.Getpid()))
	if err != nil {
		return err
	}
	return ns.delete()
})
