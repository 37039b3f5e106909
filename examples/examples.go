// Package examples holds specs to start from, embedded in the binary.
package examples

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// FS holds the examples as NAME.yaml.
func FS() fs.FS { return files }

// Names lists the examples, sorted.
func Names() []string {
	entries, _ := files.ReadDir(".") // An embedded folder can be read.
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Read returns an example's YAML. An unknown name gives an error that is fs.ErrNotExist.
func Read(name string) ([]byte, error) { return files.ReadFile(name + ".yaml") }
