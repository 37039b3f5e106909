package checkpoint

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryDamageIsNoticed holds for Basin's files, whose checksum covers every byte: each flip of a bit, each byte
// that JSON takes for white space, each cut and each addition is an error.
func TestEveryDamageIsNoticed(t *testing.T) {
	whole := encode(t, sample())
	refused := func(what string, i int, b []byte) {
		if _, err := Decode(b); err == nil {
			t.Errorf("%s at byte %d was not noticed", what, i)
		}
	}
	for i, original := range whole {
		values := []byte{' ', '\t', '\n', '\r'}
		for bit := range 8 {
			values = append(values, original^1<<bit)
		}
		for _, v := range values {
			if v != original {
				b := bytes.Clone(whole)
				b[i] = v
				refused(fmt.Sprintf("%q for %q", v, original), i, b)
			}
		}
		refused("a cut", i, whole[:i])
	}
	refused("another byte", len(whole), append(bytes.Clone(whole), 0))
}

// TestChecksumIsRequired damages whole keys of Basin's metadata. A file that has any of them needs the right checksum.
func TestChecksumIsRequired(t *testing.T) {
	whole := encode(t, &File{
		Tensors:  []Tensor{{Name: "w", Shape: []int{1}, DType: F32, F32: []float32{1}}},
		Metadata: map[string]string{"basin": "2", "model": "mlp"},
	})
	for _, c := range []struct{ old, replacement, want string }{
		{"basin.sha256", "other.sha256", "without a checksum"},
		{"basin.sha256", "basin.SHA256", "without a checksum"},
		{"basin.checksum", "other.checksum", "does not match"},
		{`"basin":"2"`, `"other":"2"`, "does not match"},
		{`"basin":"2"`, `"basin":"3"`, "does not match"},
		{`"model":"mlp"`, `"model":"cnn"`, "does not match"},
		{`"shape":[1]`, `"shape":[ ]`, "does not match"},
	} {
		b := bytes.Replace(whole, []byte(c.old), []byte(c.replacement), 1)
		if bytes.Equal(b, whole) {
			t.Fatalf("%s is not in the file", c.old)
		}
		if _, err := Decode(b); !says(err, c.want) {
			t.Errorf("%s became %s: error %v, want %q", c.old, c.replacement, err, c.want)
		}
	}
}

// TestChecksumWithoutMarker reads a file as Basin wrote it before it had the second key.
func TestChecksumWithoutMarker(t *testing.T) {
	const header = `{"__metadata__":{"basin.sha256":"%s","cell":"µ"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	const sum = "73daca22e569e748788f61e479e50b1518ac671e89794fb893a390903f6735c2"
	b := file(string(padHeader(fmt.Appendf(nil, header, sum))), 4)
	f, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"cell": "µ"}, f.Metadata); d != "" {
		t.Error(d)
	}
	b = bytes.Replace(b, []byte("basin.sha256"), []byte("casin.sha256"), 1)
	if _, err := Decode(b); err != nil {
		t.Errorf("nothing says that Basin wrote it: %v", err)
	}
	b = bytes.Replace(b, []byte(`"cell":"µ"`), []byte(`"basin":"2"`), 1)
	if _, err := Decode(b); !says(err, "without a checksum") {
		t.Errorf("a network that Basin wrote: error %v", err)
	}
}

// file makes a safetensors file from a header and n bytes of data.
func file(header string, n int) []byte {
	b := le.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

// oneTensor is the header of a file with one tensor.
func oneTensor(dtype string, values, bytes int) string {
	return fmt.Sprintf(`{"w":{"dtype":"%s","shape":[%d],"data_offsets":[0,%d]}}`, dtype, values, bytes)
}

func TestMalformed(t *testing.T) {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"w":{"dtype":"%s","shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	two := func(a, b string) string {
		return fmt.Sprintf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":%s},`+
			`"b":{"dtype":"F32","shape":[1],"data_offsets":%s}}`, a, b)
	}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"empty", nil, "not a safetensors file"},
		{"text", []byte("hello, world"), "cut off"},
		{"header beyond the file", le.AppendUint64(nil, 1<<63), "cut off"},
		{"long header", append(le.AppendUint64(nil, 100), "{}"...), "cut off"},
		{"longest header", file("{"+strings.Repeat(" ", maxHeader)+"}", 0), "bytes, of at most"},
		{"no brace", file(` {}`, 0), "does not start with {"},
		{"no JSON", file(`{"w"`, 0), "damaged header"},
		{"second object", file(`{}{}`, 0), "damaged header"},
		{"not UTF-8", file("{\"\xff\":1}", 0), "not UTF-8"},
		{"array", file(`{"w":[1]}`, 0), `"w"`},
		{"twice", file(strings.Replace(two("[0,4]", "[4,8]"), `"b"`, `"a"`, 1), 8), "occurs twice"},
		{"missing dtype", file(`{"w":{"shape":[1],"data_offsets":[0,4]}}`, 4), "needs one dtype"},
		{"double dtype", file(`{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "needs one dtype"},
		{"unknown key", file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4), `key "x"`},
		{"unknown dtype", file(one("F31", "[1]", "[0,4]"), 4), `dtype "F31"`},
		{"null shape", file(one("F32", "null", "[0,4]"), 4), "needs one dtype, one shape"},
		{"negative shape", file(one("F32", "[-1]", "[0,4]"), 4), "absurd"},
		{"fractional shape", file(one("F32", "[1.5]", "[0,4]"), 4), `"w"`},
		{"absurd shape", file(one("F32", "[4294967296,4294967296,4294967296]", "[0,4]"), 4), "absurd"},
		{"huge shape", file(one("F32", "[1000000000000]", "[0,4]"), 4), "needs 4000000000000"},
		{"offsets of 3", file(one("F32", "[1]", "[0,4,8]"), 4), "two data_offsets"},
		{"backwards", file(one("F32", "[1]", "[0,-4]"), 4), "ends at -4"},
		{"beyond the data", file(one("F32", "[2]", "[0,8]"), 4), "cut off"},
		{"shape against offsets", file(one("F32", "[2]", "[0,4]"), 4), "needs 8"},
		{"starts late", file(one("F32", "[1]", "[4,8]"), 8), "must follow"},
		{"gap", file(two("[0,4]", "[8,12]"), 12), "must follow"},
		{"overlap", file(two("[0,4]", "[2,6]"), 6), "must follow"},
		{"same place", file(two("[0,4]", "[0,4]"), 4), "must follow"},
		{"left over", file(one("F32", "[1]", "[0,4]"), 5), "1 bytes follow"},
		{"metadata of numbers", file(`{"__metadata__":{"a":1}}`, 0), `metadata "a"`},
		{"metadata twice", file(`{"__metadata__":{"a":"1","a":"2"}}`, 0), `metadata "a"`},
		{"wrong checksum", file(`{"__metadata__":{"basin.sha256":"00"}}`, 0), "checksum"},
	} {
		if _, err := Decode(c.b); !says(err, c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	for _, good := range [][]byte{file(`{}`, 0), file("{}    ", 0), file(two("[4,8]", "[0,4]"), 8),
		file(one("F32", "[0,5]", "[0,0]"), 0)} {
		if _, err := Decode(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}
