package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"basin/results"
)

// Export is a table that other tools can read.
type Export struct {
	Name  string
	Doc   string
	write func(*results.Run, func(columns []column) (sink, error)) error
}

// Exports are all tables.
var Exports = []Export{
	cellTable,
	recordTable,
	arrayTable,
	costTable,
}

// Format of an export.
type Format string

const (
	CSV     Format = "csv"
	Parquet Format = "parquet"
)

// Write writes the table of a run.
func (e Export) Write(w io.Writer, f Format, run *results.Run) error {
	err := e.write(run, func(columns []column) (sink, error) { return newSink(w, f, columns) })
	if err != nil {
		return fmt.Errorf("export of %s: %w", e.Name, err)
	}
	return nil
}

// A column has values of one type. What is unknown (NaN, no second replica) is an empty field in CSV and a null in
// Parquet.
type column struct {
	name string
	kind columnType
}

type columnType int

const (
	text columnType = iota
	integer
	float
)

func columnsOf(kind columnType, names ...string) []column {
	out := make([]column, len(names))
	for i, name := range names {
		out[i] = column{name, kind}
	}
	return out
}

// unique renames columns whose name another one has taken: names of axes and quantities come from users.
func unique(columns []column) []column {
	taken := map[string]bool{}
	for i := range columns {
		name := columns[i].name
		for n := 2; taken[columns[i].name]; n++ {
			columns[i].name = name + "_" + strconv.Itoa(n)
		}
		taken[columns[i].name] = true
	}
	return columns
}

// axisColumns are those of a cell's place, one for each axis.
func axisColumns(run *results.Run) []column {
	var out []column
	for _, a := range run.Axes {
		out = append(out, column{a.Name, text})
	}
	return out
}

// cellPlace is a cell's value on each axis.
func cellPlace(run *results.Run, c *results.Cell) []any {
	out := make([]any, len(c.At))
	for k, at := range c.At {
		out[k] = run.Axes[k].Values[at]
	}
	return out
}

// sink receives rows; a value is a string, an int, a float64 or nil.
type sink interface {
	row(values ...any) error
	close() error
}

func newSink(w io.Writer, f Format, columns []column) (sink, error) {
	columns = unique(columns)
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
	return nil, fmt.Errorf("format %q is neither csv nor parquet", f)
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
