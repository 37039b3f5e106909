package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Load reads a spec by what a user calls it: the path of a file, or the name of an example. examples holds the
// examples as NAME.yaml; it may be nil. A bare name is a file where there is one, else an example.
func (l Language) Load(arg string, examples fs.FS, sets ...string) (*Spec, error) {
	text, err := os.ReadFile(arg)
	if err == nil {
		return l.Parse(arg, text, sets...)
	}
	info, statErr := os.Stat(arg)
	isFolder := statErr == nil && info.IsDir()
	if !isFolder && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: the spec cannot be read: %w", arg, err)
	}
	names := exampleNames(examples)
	if slices.Contains(names, arg) {
		text, err := fs.ReadFile(examples, arg+".yaml")
		if err != nil {
			return nil, err
		}
		return l.Parse(arg+".yaml", text, sets...)
	}
	hint := ""
	switch near := nearest(arg, names); {
	case isFolder:
		hint = "it is a folder; give a spec's file. "
		if _, err := os.Stat(filepath.Join(arg, "spec.yaml")); err == nil {
			hint = "it is a run folder; its spec is " + filepath.Join(arg, "spec.yaml") + ". "
		}
	case near != "":
		hint = "did you mean " + near + "? "
	}
	return nil, fmt.Errorf("%s: no such file or example; %sExamples: %s", arg, hint, strings.Join(names, ", "))
}

// exampleNames lists the examples, sorted.
func exampleNames(examples fs.FS) []string {
	if examples == nil {
		return nil
	}
	files, _ := fs.Glob(examples, "*.yaml") // The pattern is good, and Glob has no other error.
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	return files
}
