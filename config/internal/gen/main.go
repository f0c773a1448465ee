// Command gen writes the files that are made from the table of options into
// the folder it is given.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"rtpgo/config"
)

func main() {
	for name, text := range map[string][]byte{
		"rtpgo.conf.example":    config.ExampleFile(),
		"docs/configuration.md": config.Markdown(),
	} {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), text, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
