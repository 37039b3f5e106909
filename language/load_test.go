package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad(t *testing.T) {
	examples := fstest.MapFS{}
	for name, width := range map[string]int{"digits": 16, "fashion-mnist": 8, "cifar10-resnet18": 64} {
		kind := "mlp"
		if name == "cifar10-resnet18" {
			kind = "resnet18"
		}
		text := fmt.Sprintf("name: %s\nmodel: {kind: %s, width: %d}\n", name, kind, width)
		examples[name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	t.Chdir(t.TempDir())
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("sub/mine.yaml", "model: {width: 3}")
	write("digits/notes.txt", "A folder named as an example is no spec.")
	write("fashion-mnist", "model: {width: 7}")
	write("runs/a/spec.yaml", "model: {width: 5}")
	for _, tt := range []struct {
		arg, name string
		width     int
	}{
		{"sub/mine.yaml", "mine", 3},
		{"digits", "digits", 16},
		{"fashion-mnist", "fashion-mnist", 7}, // A file goes before an example.
		{"cifar10-resnet18", "cifar10-resnet18", 64},
	} {
		s, err := language.Load(tt.arg, examples, "seed=9")
		if err != nil {
			t.Errorf("%s: %v", tt.arg, err)
			continue
		}
		e := s.Base.(*experiment)
		w := reflect.ValueOf(e.Model.Settings).Elem().FieldByName("Width").Int()
		if e.Name != tt.name || int(w) != tt.width || e.Seed != 9 {
			t.Errorf("%s: name %s, width %d, seed %d", tt.arg, e.Name, w, e.Seed)
		}
	}
	for arg, want := range map[string]string{
		"digit":         "digit: no such file or example; did you mean digits? Examples: cifar10-resnet18, digits,",
		"sub/none.yaml": "sub/none.yaml: no such file or example; Examples: cifar10-resnet18",
		"sub":           "sub: no such file or example; it is a folder; give a spec's file",
		"runs/a":        "it is a run folder; its spec is " + filepath.Join("runs", "a", "spec.yaml"),
		"":              "no such file or example",
	} {
		if _, err := language.Load(arg, examples); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", arg, err, want)
		}
	}
}
