package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"basin/phase"
	"basin/record"
)

// Format of an export.
type Format string

const (
	CSV     Format = "csv"
	Parquet Format = "parquet"
)

// A table to export: named columns of one type each. What is unknown (NaN, no second replica) is an empty field in CSV and a null in
// Parquet.
type columnType int

const (
	text columnType = iota
	integer
	float
)

type column struct {
	name string
	kind columnType
}

// sink receives rows; a value is a string, an int, a float64 or nil.
type sink interface {
	row(values ...any) error
	close() error
}

func newSink(w io.Writer, f Format, columns []column) (sink, error) {
	switch f {
	case CSV:
		s := csvSink{csv.NewWriter(w)}
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = c.name
		}
		return s, s.w.Write(names)
	case Parquet:
		return newParquetSink(w, columns), nil
	}
	return nil, fmt.Errorf("export: format %q is neither csv nor parquet", f)
}

// Records writes all records in long form: one line each, with the cell it belongs to. Curves and spectra go to Arrays.
func Records(w io.Writer, f Format, in phase.Input) error {
	s, err := newSink(w, f, []column{{"cell", text}, {"load", text}, {"temperature", text}, {"measure", text}, {"quantity", text},
		{"replica", integer}, {"replica_b", integer}, {"value", float}, {"stderr", float}, {"n", integer}, {"status", text}, {"reason", text},
		{"estimator", text}, {"dtype", text}, {"set", text}, {"cpu", text}, {"version", text}, {"seconds", float}})
	if err != nil {
		return err
	}
	for _, c := range in.Cells {
		load, temperature := coordinates(in, c)
		for _, r := range c.Records {
			a, b := replicas(r)
			p := r.Provenance
			if err := s.row(c.ID, load, temperature, r.Measure, r.Quantity, a, b, r.Value, r.StdErr, r.N, string(r.Status), r.Reason,
				p.Estimator, p.DType, p.Set, p.CPU, p.Version, r.Seconds); err != nil {
				return err
			}
		}
	}
	return s.close()
}

// Arrays writes curves and spectra, one point a line: the abscissa (t or λ), and the value of one column there.
func Arrays(w io.Writer, f Format, in phase.Input) error {
	s, err := newSink(w, f, []column{{"cell", text}, {"load", text}, {"temperature", text}, {"measure", text}, {"quantity", text},
		{"replica", integer}, {"replica_b", integer}, {"x_name", text}, {"x", float}, {"y_name", text}, {"y", float}})
	if err != nil {
		return err
	}
	for _, c := range in.Cells {
		load, temperature := coordinates(in, c)
		for _, r := range c.Records {
			if r.Array == nil {
				continue
			}
			a, b := replicas(r)
			if err := r.Array.Check(); err != nil || len(r.Array.Axes) != 1 {
				return fmt.Errorf("export: cell %s: %s: %d axes: %v", c.ID, r.Quantity, len(r.Array.Axes), err)
			}
			x := r.Array.Axes[0]
			for _, column := range r.Array.Columns {
				for i, y := range column.Data {
					if err := s.row(c.ID, load, temperature, r.Measure, r.Quantity, a, b, x.Name, x.At[i], column.Name, y); err != nil {
						return err
					}
				}
			}
		}
	}
	return s.close()
}

// Cells writes the diagram in wide form: one line a cell, with each quantity's mean, standard error over seeds (_se) and number of
// usable values (_n).
func Cells(w io.Writer, f Format, t *phase.Table) error {
	columns := []column{{"cell", text}, {"load", text}, {"temperature", text}, {"row", integer}, {"column", integer}, {"phase", text},
		{"confidence", float}, {"replicas", integer}, {"dead", integer}, {"diverged", integer}, {"failed", integer}, {"reason", text}}
	for _, q := range t.Quantities {
		columns = append(columns, column{q, float}, column{q + "_se", float}, column{q + "_n", integer})
	}
	s, err := newSink(w, f, columns)
	if err != nil {
		return err
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		row := []any{c.ID, c.Load, c.Temp, c.Row, c.Col, string(c.Label), c.Confidence, c.Replicas, c.Dead, c.Diverged, c.Failed, c.Reason}
		for _, q := range t.Quantities {
			v, ok := c.Values[q]
			if !ok {
				v.Mean, v.StdErr = math.NaN(), math.NaN()
			}
			row = append(row, v.Mean, v.StdErr, v.N)
		}
		if err := s.row(row...); err != nil {
			return err
		}
	}
	return s.close()
}

func coordinates(in phase.Input, c phase.CellRecords) (load, temperature string) {
	if c.Col < len(in.Load.Values) {
		load = phase.FormatValue(in.Load.Values[c.Col])
	}
	if c.Row < len(in.Temperature.Values) {
		temperature = phase.FormatValue(in.Temperature.Values[c.Row])
	}
	return load, temperature
}

// replicas of a record; nil where there is none.
func replicas(r record.Record) (a, b any) {
	if len(r.Of) > 0 {
		a = r.Of[0].Replica
	}
	if len(r.Of) > 1 {
		b = r.Of[1].Replica
	}
	return a, b
}

type csvSink struct{ w *csv.Writer }

func (s csvSink) row(values ...any) error {
	out := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case string:
			out[i] = v
		case int:
			out[i] = strconv.Itoa(v)
		case float64:
			if !math.IsNaN(v) {
				out[i] = strconv.FormatFloat(v, 'g', -1, 64)
			}
		}
	}
	return s.w.Write(out)
}

func (s csvSink) close() error {
	s.w.Flush()
	return s.w.Error()
}

// parquetSink writes rows through a schema made at run time. Parquet orders the columns of a group by name.
type parquetSink struct {
	//lint:ignore SA1019 the columns are known at run time alone; the generic writer wants a Go type
	w     *parquet.Writer
	place []int // of each of our columns among Parquet's
}

func newParquetSink(w io.Writer, columns []column) *parquetSink {
	group := parquet.Group{}
	for _, c := range columns {
		leaf := parquet.String()
		switch c.kind {
		case integer:
			leaf = parquet.Int(64)
		case float:
			leaf = parquet.Leaf(parquet.DoubleType)
		}
		group[c.name] = parquet.Optional(leaf)
	}
	schema := parquet.NewSchema("basin", group)
	s := &parquetSink{w: parquet.NewWriter(w, schema, parquet.Compression(&parquet.Zstd))}
	for _, c := range columns {
		leaf, ok := schema.Lookup(c.name)
		if !ok {
			panic("report: no Parquet column " + c.name)
		}
		s.place = append(s.place, leaf.ColumnIndex)
	}
	return s
}

func (s *parquetSink) row(values ...any) error {
	row := make(parquet.Row, len(values))
	for i, v := range values {
		value, defined := parquet.NullValue(), 0
		switch v := v.(type) {
		case string:
			value, defined = parquet.ByteArrayValue([]byte(v)), 1
		case int:
			value, defined = parquet.Int64Value(int64(v)), 1
		case float64:
			if !math.IsNaN(v) {
				value, defined = parquet.DoubleValue(v), 1
			}
		}
		row[s.place[i]] = value.Level(0, defined, s.place[i])
	}
	_, err := s.w.WriteRows([]parquet.Row{row})
	return err
}

func (s *parquetSink) close() error { return s.w.Close() }
