package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"basin/phase/phasetest"
	"basin/record"
	"basin/results"
)

func smallRun(t *testing.T) *results.Run {
	t.Helper()
	return build(t, phasetest.Synthetic(phasetest.Size{Rows: 3, Cols: 4, Replicas: 3, Sheets: 2, Pairs: true,
		Arrays: true, Holes: true}))
}

func csvOf(t *testing.T, e Export, run *results.Run) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := e.Write(&b, CSV, run); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// Both formats hold the same: Parquet read back, put into CSV's column order, is CSV, value by value.
func TestParquetHoldsWhatCSVHolds(t *testing.T) {
	run := smallRun(t)
	for _, e := range Exports {
		name, lines := e.Name, csvOf(t, e, run)
		var p bytes.Buffer
		if err := e.Write(&p, Parquet, run); err != nil {
			t.Fatal(err)
		}
		r := parquet.NewReader(bytes.NewReader(p.Bytes()))
		if got, want := r.NumRows(), int64(len(lines)-1); got != want || want < 2 {
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
	run := smallRun(t)
	lines := csvOf(t, recordTable, run)
	var want []record.Record
	for _, c := range run.Cells {
		want = append(want, c.Records...)
	}
	if len(lines)-1 != len(want) {
		t.Fatalf("%d lines for %d records", len(lines)-1, len(want))
	}
	column := map[string]int{}
	for k, name := range lines[0] {
		column[name] = k
	}
	for i, r := range want {
		get := func(name string) string { return lines[i+1][column[name]] }
		v, err := strconv.ParseFloat(get("value"), 64)
		if err != nil {
			v = math.NaN()
		}
		if get("quantity") != r.Quantity || !(v == r.Value || math.IsNaN(v) && math.IsNaN(r.Value)) ||
			get("status") != string(r.Status) ||
			get("replica") != strconv.Itoa(r.Of[0].Replica) || get("at") != record.Trained ||
			(get("replica_b") == "") != (len(r.Of) == 1) {
			t.Fatalf("line %v for record %+v", lines[i+1], r)
		}
	}
	if last := lines[0][len(lines[0])-1]; last != "seconds" {
		t.Errorf("the last column is %s", last)
	}
}

// Cells have a column for each axis of the grid and three for each quantity.
func TestCellsHaveAllAxes(t *testing.T) {
	run := smallRun(t)
	lines := csvOf(t, cellTable, run)
	want := []string{"cell", "load", "temperature", "rate", "load_index", "temperature_index", "rate_index",
		"state", "phase"}
	if d := cmp.Diff(want, lines[0][:len(want)]); d != "" {
		t.Error(d)
	}
	if len(lines)-1 != 24 || lines[1][1] != "1" || lines[1][3] != run.Axes[2].Values[0] ||
		lines[24][3] != run.Axes[2].Values[1] {
		t.Errorf("%d lines: %v … %v", len(lines), lines[1], lines[len(lines)-1])
	}
}

// Arrays of any axes: one column an axis, shared by name; layers by layers have two.
func TestArraysOfAnyAxes(t *testing.T) {
	rec := func(quantity string, a *record.Array) record.Record {
		return record.Record{Measure: "m", Quantity: quantity, Of: record.Points(0), Value: math.NaN(),
			Status: record.OK, Array: a}
	}
	layers := record.Axis{Name: "layer", Names: []string{"in", "out"}}
	run := build(t, results.Source{Cells: []results.SourceCell{{ID: "c", Records: []record.Record{
		rec("a line", record.Curve("t", []float64{0, 1}, record.Column{Name: "loss", Data: []float64{5, 6}})),
		rec("b surface", &record.Array{Axes: []record.Axis{{Name: "t", At: []float64{0, 0.5}},
			{Name: "cell", At: []float64{7, 8, 9}}},
			Columns: []record.Column{{Name: "loss", Data: []float64{1, 2, 3, 4, 5, 6}}}}),
		rec("c similarity", &record.Array{Axes: []record.Axis{layers, layers},
			Columns: []record.Column{{Name: "cka", Data: []float64{1, 2, 3, 4}}}}),
	}}}})
	lines := csvOf(t, arrayTable, run)
	want := strings.Join([]string{
		"cell,measure,quantity,replica,at,replica_b,at_b,t,cell_2,layer,layer_2,column,value",
		"c,m,a line,0,train,,,0,,,,loss,5",
		"c,m,a line,0,train,,,1,,,,loss,6",
		"c,m,b surface,0,train,,,0,7,,,loss,1",
		"c,m,b surface,0,train,,,0,8,,,loss,2",
		"c,m,b surface,0,train,,,0,9,,,loss,3",
		"c,m,b surface,0,train,,,0.5,7,,,loss,4",
		"c,m,b surface,0,train,,,0.5,8,,,loss,5",
		"c,m,b surface,0,train,,,0.5,9,,,loss,6",
		"c,m,c similarity,0,train,,,,,in,in,cka,1",
		"c,m,c similarity,0,train,,,,,in,out,cka,2",
		"c,m,c similarity,0,train,,,,,out,in,cka,3",
		"c,m,c similarity,0,train,,,,,out,out,cka,4",
	}, "\n")
	var got []string
	for _, l := range lines {
		got = append(got, strings.Join(l, ","))
	}
	if d := cmp.Diff(want, strings.Join(got, "\n")); d != "" {
		t.Error(d)
	}
}

func TestExportsRepeat(t *testing.T) {
	run := smallRun(t)
	for _, e := range Exports {
		for _, f := range []Format{CSV, Parquet} {
			var a, b bytes.Buffer
			if err := e.Write(&a, f, run); err != nil {
				t.Fatal(err)
			}
			if err := e.Write(&b, f, run); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s as %s differs when written again", e.Name, f)
			}
		}
	}
}

func TestUnknownFormatIsAnError(t *testing.T) {
	if err := recordTable.Write(io.Discard, "xlsx", smallRun(t)); err == nil ||
		!strings.Contains(err.Error(), "xlsx") {
		t.Errorf("got %v", err)
	}
}
