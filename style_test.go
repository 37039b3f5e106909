package basin_test

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxColumns is the length of a line of code or comment, in characters; a tab counts as one.
const maxColumns = 120

// longLines are the folders, with all below them, whose lines may still be longer. The list only shrinks.
var longLines = []string{
	"cmd/basin", "dataset", "measure", "model", "objective", "path", "phase", "record", "report", "results", "runner",
	"spec", "store", "sweep", "train",
}

// TestLinesAreShort reads every tracked Go file that is not generated.
func TestLinesAreShort(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "-z", "*.go").Output()
	if err != nil {
		t.Skipf("the tracked files are unknown without git: %v", err)
	}
	files := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	if len(files) < 100 {
		t.Fatalf("git lists %d Go files", len(files))
	}
	for _, name := range files {
		if mayBeLong(name) {
			continue
		}
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) { // deleted, not yet committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(text, []byte("// Code generated ")) {
			continue
		}
		line := 0
		for l := range bytes.Lines(text) {
			line++
			if n := utf8.RuneCount(bytes.TrimRight(l, "\r\n")); n > maxColumns {
				t.Errorf("%s:%d: %d characters, at most %d: break the line, or say less", name, line, n, maxColumns)
			}
		}
	}
}

// mayBeLong reports whether a file is in one of the folders of longLines.
func mayBeLong(name string) bool {
	return slices.ContainsFunc(longLines, func(folder string) bool { return strings.HasPrefix(name, folder+"/") })
}
