// Package report shows a run: pictures (SVG and PNG), a self-contained interactive page, a table for the terminal,
// and CSV and Parquet for other tools. What it shows, and how, comes from the run's quantities; it knows none by
// name. The same run gives the same bytes.
package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"basin/results"
)

// Write draws everything into a folder, which it makes if need be, and returns the paths it wrote: index.html,
// then each figure of the pictures as .svg and .png.
func Write(dir string, run *results.Run) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var paths []string
	save := func(name string, write func(io.Writer) error) error {
		path := filepath.Join(dir, name)
		if err := Save(path, write); err != nil {
			return err
		}
		paths = append(paths, path)
		return nil
	}
	if err := save("index.html", func(w io.Writer) error { return Page(w, run) }); err != nil {
		return paths, err
	}
	taken := map[string]bool{}
	for _, p := range Pictures {
		figures, err := p.Draw(run)
		if err != nil {
			return paths, fmt.Errorf("report: %s: %w", p.Name, err)
		}
		for _, f := range figures {
			name := freeName(f.Name, taken)
			if err := save(name+".svg", f.WriteSVG); err != nil {
				return paths, err
			}
			if err := save(name+".png", f.WritePNG); err != nil {
				return paths, err
			}
		}
	}
	return paths, nil
}

// freeName is a name that no other file of the report has, in capitals or not: quantities have any names.
func freeName(name string, taken map[string]bool) string {
	free := name
	for n := 2; taken[strings.ToLower(free)]; n++ {
		free = name + "_" + strconv.Itoa(n)
	}
	taken[strings.ToLower(free)] = true
	return free
}
