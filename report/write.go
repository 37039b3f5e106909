// Package report shows a phase diagram: pictures (SVG and PNG), a self-contained interactive page, a table for the terminal, and CSV
// and Parquet for other tools. It reads phase.Table alone. The same table gives the same bytes.
package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"basin/phase"
)

// Write draws everything into a folder, which it makes if need be, and returns the paths it wrote, the page first: index.html, then
// taxonomy and phases, then a picture for each quantity that was measured, each as .svg and .png.
func Write(dir string, t *phase.Table) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var paths []string
	save := func(name string, render func(*bytes.Buffer) error) error {
		var b bytes.Buffer
		if err := render(&b); err != nil {
			return fmt.Errorf("report: %s: %w", name, err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		paths = append(paths, path)
		return nil
	}
	if err := save("index.html", func(b *bytes.Buffer) error { return Page(b, t) }); err != nil {
		return paths, err
	}
	for _, f := range figures(t) {
		if err := save(f.name+".svg", func(b *bytes.Buffer) error { return f.writeSVG(b) }); err != nil {
			return paths, err
		}
		if err := save(f.name+".png", func(b *bytes.Buffer) error { return f.writePNG(b) }); err != nil {
			return paths, err
		}
	}
	return paths, nil
}
