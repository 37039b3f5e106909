package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"basin/phase"
	"basin/phase/phasetest"
	"basin/record"
)

func small() phase.Input {
	return phasetest.Synthetic(phasetest.Size{Rows: 3, Cols: 4, Replicas: 3, Pairs: true, Arrays: true, Holes: true})
}

// exports are the three tables, in any format.
func exports(t *testing.T, in phase.Input) map[string]func(io.Writer, Format) error {
	table := build(t, in)
	return map[string]func(io.Writer, Format) error{
		"records": func(w io.Writer, f Format) error { return Records(w, f, in) },
		"arrays":  func(w io.Writer, f Format) error { return Arrays(w, f, in) },
		"cells":   func(w io.Writer, f Format) error { return Cells(w, f, table) },
	}
}

// Both formats hold the same: Parquet read back, put into CSV's column order, is CSV, value by value.
func TestParquetHoldsWhatCSVHolds(t *testing.T) {
	for name, write := range exports(t, small()) {
		var c, p bytes.Buffer
		if err := write(&c, CSV); err != nil {
			t.Fatal(err)
		}
		if err := write(&p, Parquet); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&c).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		r := parquet.NewReader(bytes.NewReader(p.Bytes()))
		if got, want := r.NumRows(), int64(len(lines)-1); got != want || want < 12 {
			t.Fatalf("%s: %d rows in Parquet, %d in CSV", name, got, want)
		}
		rows := make([]parquet.Row, r.NumRows())
		for i := 0; i < len(rows); {
			n, err := r.ReadRows(rows[i:])
			if i += n; err != nil && (err != io.EOF || i < len(rows)) {
				t.Fatal(err)
			}
		}
		for k, column := range lines[0] {
			leaf, ok := r.Schema().Lookup(column)
			if !ok {
				t.Fatalf("%s: Parquet has no column %s", name, column)
			}
			for i, row := range rows {
				v, text := row[leaf.ColumnIndex], lines[i+1][k]
				got := ""
				switch {
				case v.IsNull():
				case v.Kind() == parquet.Double:
					got = strconv.FormatFloat(v.Double(), 'g', -1, 64)
				case v.Kind() == parquet.Int64:
					got = strconv.FormatInt(v.Int64(), 10)
				default:
					got = string(v.ByteArray())
				}
				if got != text {
					t.Fatalf("%s: row %d, %s: %q in Parquet, %q in CSV", name, i, column, got, text)
				}
			}
		}
	}
}

// The long form has every record once, with its numbers exact.
func TestRecordsAreExact(t *testing.T) {
	in := small()
	var b bytes.Buffer
	if err := Records(&b, CSV, in); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var want []record.Record
	for _, c := range in.Cells {
		want = append(want, c.Records...)
	}
	if len(lines)-1 != len(want) {
		t.Fatalf("%d lines for %d records", len(lines)-1, len(want))
	}
	for i, r := range want {
		line := lines[i+1]
		v, err := strconv.ParseFloat(line[7], 64)
		if err != nil {
			v = math.NaN()
		}
		if line[4] != r.Quantity || !(v == r.Value || math.IsNaN(v) && math.IsNaN(r.Value)) || line[10] != string(r.Status) {
			t.Fatalf("line %v for record %+v", line, r)
		}
	}
}

func TestExportsRepeat(t *testing.T) {
	for name, write := range exports(t, small()) {
		for _, f := range []Format{CSV, Parquet} {
			var a, b bytes.Buffer
			if err := write(&a, f); err != nil {
				t.Fatal(err)
			}
			if err := write(&b, f); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s as %s differs when written again", name, f)
			}
		}
	}
}

func TestUnknownFormatIsAnError(t *testing.T) {
	if err := Records(io.Discard, "xlsx", small()); err == nil || !strings.Contains(err.Error(), "xlsx") {
		t.Errorf("got %v", err)
	}
}

// The terminal's table: one line a cell, aligned, in a terminal's safe characters.
func TestTable(t *testing.T) {
	in := small()
	in.Name = "evil\x1b[2Jname"
	in.Load.Path, in.Load.Values[0] = "model.kind", "a\nb"
	table := build(t, in)
	var b bytes.Buffer
	if err := Table(&b, table); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	if strings.Contains(s, "\x1b") {
		t.Error("a control character reaches the terminal")
	}
	lines := strings.Split(s, "\n")
	head := lines[2]
	if !strings.Contains(lines[0], "evil·[2Jname") || !strings.HasPrefix(strings.TrimSpace(head), "model.kind") {
		t.Fatalf("starts with\n%s", strings.Join(lines[:3], "\n"))
	}
	body := lines[3 : 3+len(table.Cells)]
	for _, line := range body {
		if !strings.HasSuffix(strings.Repeat(" ", 80)+line, line) || len([]rune(line)) > len([]rune(head))+1 {
			t.Errorf("line is longer than the head:\n%s\n%s", head, line)
		}
	}
	c := table.At(0, 1) // batch size 32, the coldest, at the second load
	want := fixed(2)(c.Mean(record.TestAccuracy)) + " ± "
	found := false
	for _, line := range body {
		f := strings.Fields(line)
		found = found || f[0] == c.Load && f[1] == c.Temp && strings.Contains(line, want) && f[2] == string(c.Label)
	}
	if !found {
		t.Errorf("no line for load %s, temperature %s with %q in\n%s", c.Load, c.Temp, want, s)
	}
}
