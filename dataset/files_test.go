package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"basin/spec"
)

// idx encodes values as an IDX file.
func idx(values []byte, dims ...uint32) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, values...)
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func ramp(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

// mnist is a tiny set in MNIST's form: 5 training and 2 test images of 3×2.
func mnistFiles() map[string][]byte {
	return map[string][]byte{
		"train-images-idx3-ubyte": idx(ramp(5*6), 5, 3, 2),
		"train-labels-idx1-ubyte": idx([]byte{0, 9, 2, 3, 4}, 5),
		"t10k-images-idx3-ubyte":  idx(ramp(2*6), 2, 3, 2),
		"t10k-labels-idx1-ubyte":  idx([]byte{1, 0}, 2),
	}
}

func cifar10Files() map[string][]byte {
	files := map[string][]byte{"test_batch.bin": append([]byte{3}, ramp(cifarPixels)...)}
	for i, name := range []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
		"data_batch_5.bin"} {
		b := bytes.Repeat(append([]byte{byte(i)}, ramp(cifarPixels)...), 2)
		b[1] = byte(200 + i)
		files[name] = b
	}
	return files
}

func cifar100Files() map[string][]byte {
	return map[string][]byte{
		"train.bin": append([]byte{19, 99}, ramp(cifarPixels)...),
		"test.bin":  append([]byte{0, 42}, ramp(cifarPixels)...),
	}
}

// place writes files into the folder sub of a new data folder, and returns that data folder.
func place(t *testing.T, sub string, files map[string][]byte) Options {
	t.Helper()
	t.Setenv("BASIN_DATA", t.TempDir()) // the user's own never matters
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, sub, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Options{Dir: dir}
}

// raw loads a set without any transformation.
func raw(t *testing.T, set string, o Options) *Split {
	t.Helper()
	s, err := Load(spec.Data{Set: set, Normalize: "none"}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestIDX(t *testing.T) {
	plain, packed, dotted := mnistFiles(), map[string][]byte{}, map[string][]byte{}
	for name, b := range plain {
		packed[name+".gz"] = gzipped(b)
		dotted[strings.Replace(name, "-idx", ".idx", 1)] = b
	}
	for _, c := range []struct {
		name, folder string
		files        map[string][]byte
	}{{"mnist", "mnist", plain}, {"mnist", "MNIST/raw", packed}, {"fashion-mnist", "fashion-mnist", packed},
		{"mnist", "mnist", dotted}} {
		s := raw(t, c.name, place(t, c.folder, c.files))
		if s.Train.Len() != 5 || s.Test.Len() != 2 || !slices.Equal(s.Train.Input(), []int{1, 3, 2}) ||
			s.Train.Classes != 10 || s.Train.Name != c.name {
			t.Errorf("%s: %d/%d of %v, %d classes, %q", c.folder, s.Train.Len(), s.Test.Len(), s.Train.Input(),
				s.Train.Classes, s.Train.Name)
		}
		if !slices.Equal(s.Train.Y().I32, []int32{0, 9, 2, 3, 4}) || !slices.Equal(s.Test.Y().I32, []int32{1, 0}) {
			t.Errorf("%s: labels %v, %v", c.folder, s.Train.Y().I32, s.Test.Y().I32)
		}
		if got, want := s.Train.X().Row(4).F32[5], float32(29*7)/255; got != want {
			t.Errorf("%s: last pixel %v, want %v", c.folder, got, want)
		}
	}
}

func TestCIFAR(t *testing.T) {
	for _, folder := range []string{"cifar-10-batches-bin", "cifar10", "."} {
		s := raw(t, "cifar10", place(t, folder, cifar10Files()))
		if !slices.Equal(s.Train.Y().I32, []int32{0, 0, 1, 1, 2, 2, 3, 3, 4, 4}) ||
			!slices.Equal(s.Test.Y().I32, []int32{3}) {
			t.Errorf("labels %v, %v", s.Train.Y().I32, s.Test.Y().I32)
		}
		if got, want := s.Train.X().Row(6).F32[0], float32(203)/255; got != want || s.Train.X().Row(7).F32[0] != 0 {
			t.Errorf("first pixels of batch 4: %v and %v, want %v and 0", got, s.Train.X().Row(7).F32[0], want)
		}
	}
	s := raw(t, "cifar100", place(t, "cifar-100-binary", cifar100Files()))
	if s.Train.Y().I32[0] != 99 || s.Test.Y().I32[0] != 42 || s.Train.Classes != 100 {
		t.Errorf("fine labels %v, %v of %d", s.Train.Y().I32, s.Test.Y().I32, s.Train.Classes)
	}
}

// TestDamagedFiles damages one file of a set, and expects an error that names the file and says what is wrong.
func TestDamagedFiles(t *testing.T) {
	edit := func(i int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b = bytes.Clone(b); b[i] = v; return b }
	}
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-n] } }
	grow := func(b []byte) []byte { return append(bytes.Clone(b), 0) }
	for _, c := range []struct {
		set, file string
		damage    func([]byte) []byte
		want      string
	}{
		{"mnist", "train-images-idx3-ubyte", cut(1), "cut off"},
		{"mnist", "train-images-idx3-ubyte", cut(5*6 + 2), "cut off"},
		{"mnist", "train-labels-idx1-ubyte", cut(13), "cut off"},
		{"mnist", "train-images-idx3-ubyte", grow, "more data than its header says"},
		{"mnist", "train-images-idx3-ubyte", edit(2, 13), "not an IDX file"},
		{"mnist", "train-images-idx3-ubyte", edit(0, 1), "not an IDX file"},
		{"mnist", "t10k-labels-idx1-ubyte", edit(3, 3), "cut off"},
		{"mnist", "t10k-labels-idx1-ubyte", func([]byte) []byte { return idx(ramp(12), 2, 3, 2) },
			"labels have [count]"},
		{"mnist", "t10k-images-idx3-ubyte", func([]byte) []byte { return idx(ramp(12), 12) },
			"images have [count, height, width]"},
		{"mnist", "train-images-idx3-ubyte", func([]byte) []byte { return idx(nil, 1<<31, 1<<31, 1<<31) }, "absurd"},
		// claims 4 billion images: nothing may be allocated
		{"mnist", "train-images-idx3-ubyte", edit(4, 255), "cut off"},
		{"mnist", "t10k-labels-idx1-ubyte", func([]byte) []byte { return idx([]byte{1, 0, 1}, 3) }, "3 labels, but"},
		{"mnist", "t10k-labels-idx1-ubyte", edit(8, 10), "label 10 of sample 0 is outside 0…9"},
		{"mnist", "t10k-images-idx3-ubyte", func([]byte) []byte { return idx(ramp(12), 2, 2, 3) }, "must agree"},
		{"mnist", "t10k-images-idx3-ubyte", func(b []byte) []byte { return gzipped(b)[:20] }, "cut off"},
		{"mnist", "t10k-images-idx3-ubyte", func(b []byte) []byte { return edit(len(gzipped(b))-6, 77)(gzipped(b)) },
			"checksum"},
		{"cifar10", "data_batch_3.bin", cut(1), "no whole number of records"},
		{"cifar10", "data_batch_3.bin", cut(1 + cifarPixels), "equally long"},
		{"cifar10", "data_batch_1.bin", cut(1 + cifarPixels), "equally long"},
		{"cifar10", "test_batch.bin", cut(1 + cifarPixels), "no whole number of records"},
		{"cifar10", "test_batch.bin", edit(0, 10), "label 10 of image 0 is outside 0…9"},
		{"cifar100", "train.bin", edit(1, 100), "label 100 of image 0 is outside 0…99"},
		{"cifar100", "train.bin", grow, "no whole number of records"},
	} {
		files := map[string]map[string][]byte{"mnist": mnistFiles(), "cifar10": cifar10Files(),
			"cifar100": cifar100Files()}[c.set]
		files[c.file] = c.damage(files[c.file])
		folder := map[string]string{"mnist": "mnist", "cifar10": "cifar10", "cifar100": "cifar100"}[c.set]
		_, err := Load(spec.Data{Set: c.set}, place(t, folder, files))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s, %s: error %v, want one with the path and %q", c.set, c.file, err, c.want)
		}
	}
}

// TestGzipIDXSurvivesNoFlip flips a bit in every byte of a gzip IDX file: each flip is an error, or (in gzip's
// own time stamp) changes nothing.
func TestGzipIDXSurvivesNoFlip(t *testing.T) {
	files := mnistFiles()
	const name = "t10k-labels-idx1-ubyte"
	delete(files, name)
	values := make([]byte, 64)
	stream := rand.New(rand.NewPCG(1, 2))
	for i := range values {
		values[i] = byte(stream.IntN(10))
	}
	whole := gzipped(idx(values, 64))
	read := func(b []byte) ([]byte, error) {
		var got []byte
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := func() (*Set, error) {
			images := filepath.Join(filepath.Dir(path), "images")
			os.WriteFile(images, idx(ramp(64), 64, 1, 1), 0o644)
			return readIDXPair(images, path)
		}()
		if err == nil {
			for _, y := range s.Y().I32 {
				got = append(got, byte(y))
			}
		}
		return got, err
	}
	if got, err := read(whole); err != nil || !bytes.Equal(got, values) {
		t.Fatalf("undamaged: %v, %v", got, err)
	}
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		if got, err := read(b); err == nil && !bytes.Equal(got, values) {
			t.Errorf("flipped bit in byte %d was not noticed", i)
		}
		if _, err := read(whole[:i]); err == nil {
			t.Errorf("cut to %d bytes was not noticed", i)
		}
	}
}

func TestAbsentSets(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("BASIN_DATA", "")
	t.Setenv("XDG_CACHE_HOME", cache)
	_, err := Load(spec.Data{Set: "mnist"}, Options{})
	for _, want := range append([]string{"mnist was not found", filepath.Join("basin", "data", "mnist"),
		"BASIN_DATA", "yann.lecun.com"}, idxFiles...) {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := Load(spec.Data{Set: "cifra10"}, Options{}); err == nil ||
		!strings.Contains(err.Error(), "cifar10") {
		t.Errorf("error %v, want the known names", err)
	}

	files := mnistFiles()
	delete(files, "t10k-labels-idx1-ubyte")
	_, err = Load(spec.Data{Set: "mnist"}, place(t, "mnist", files))
	if err == nil || !strings.Contains(err.Error(), "not complete") ||
		!strings.Contains(err.Error(), "t10k-labels") || strings.Contains(err.Error(), "train-images") {
		t.Errorf("error %v, want one that names the missing file alone", err)
	}
}

func TestDataFolderPrecedence(t *testing.T) {
	o := place(t, "mnist", mnistFiles())
	t.Setenv("BASIN_DATA", o.Dir)
	if s := raw(t, "mnist", Options{}); s.Path != filepath.Join(o.Dir, "mnist") {
		t.Errorf("$BASIN_DATA: read %s", s.Path)
	}
	if _, err := Load(spec.Data{Set: "mnist"}, Options{Dir: t.TempDir()}); err == nil {
		t.Error("the option did not go before $BASIN_DATA")
	}
}

func TestKnown(t *testing.T) {
	o := place(t, "cifar10", cifar10Files())
	present := map[string]bool{}
	for _, i := range Known(o) {
		present[i.Name] = i.Present()
		if i.Licence == "" || i.Source == "" || i.Train == 0 || i.Classes == 0 || i.About == "" ||
			(!i.Embedded && len(i.Looked) == 0) {
			t.Errorf("%s: incomplete: %+v", i.Name, i)
		}
	}
	if !present["digits"] || !present["cifar10"] || present["cifar100"] || present["mnist"] || len(present) != 5 {
		t.Errorf("present: %v", present)
	}
}

// TestFashionMNIST reads the real set where it is installed. Mean and deviation are those that PyTorch users
// normalise it with.
func TestFashionMNIST(t *testing.T) {
	for _, i := range Known(Options{}) {
		if i.Name == "fashion-mnist" && !i.Present() {
			t.Skip("fashion-mnist is not installed (apt install dataset-fashion-mnist)")
		}
	}
	const mean, deviation, published = 0.2860, 0.3530, 5e-5 // digits as published
	s := raw(t, "fashion-mnist", Options{})
	if s.Train.Len() != 60000 || s.Test.Len() != 10000 {
		t.Fatalf("%d/%d samples", s.Train.Len(), s.Test.Len())
	}
	c := measureScaling(s.Train.X(), false)
	if !near(c.Mean[0], mean, published) || !near(c.Deviation[0], deviation, published) {
		t.Errorf("mean %v, deviation %v", c.Mean, c.Deviation)
	}
	counts := make([]int, 10)
	for _, y := range s.Train.Y().I32 {
		counts[y]++
	}
	for class, n := range counts {
		if n != 6000 {
			t.Errorf("class %d has %d samples", class, n)
		}
	}
}
