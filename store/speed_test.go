package store

import (
	"fmt"
	"math"
	"testing"

	"basin/record"
	"basin/sweep"
)

// digits is the shape of the main job: cells × 5 replicas, measures of replicas, of one pair, and of all ten pairs.
func digits(cells int) []sweep.Cell {
	out := make([]sweep.Cell, cells)
	for i := range out {
		out[i] = sweep.Cell{Index: i, ID: fmt.Sprintf("%016x", i), Label: fmt.Sprintf("model.width=%d", i), Replicas: 5, Measures: []sweep.Measure{
			{Name: "performance", Key: "k", Groups: sweep.Each(5)},
			{Name: "hessian", Key: "k", Groups: sweep.Each(5)},
			{Name: "connectivity", Key: "k", Groups: sweep.Pairs(5, 1)},
			{Name: "similarity", Key: "k", Groups: sweep.Pairs(5, -1)},
			{Name: "distance", Key: "k", Groups: sweep.Pairs(5, -1)},
		}}
	}
	return out
}

func found(measure string, group []int, n, rows int) []record.Record {
	out := make([]record.Record, n)
	for i := range out {
		out[i] = record.Record{Measure: measure, Quantity: fmt.Sprintf("quantity_%d", i), Of: record.Points(group...), Value: 1 / float64(i+3), StdErr: math.NaN(),
			N: 200, Status: record.OK, Provenance: record.Provenance{Estimator: "Lanczos, full reorthogonalisation", DType: "float32", Set: "train[200]", CPU: "avx512", Version: "1"}, Seconds: 0.01}
	}
	if rows > 0 {
		column := make([]float64, rows)
		out[0].Array = record.Curve("x", column, record.Column{Name: "y", Data: column})
	}
	return out
}

// save commits a whole run, unit by unit, and returns the number of records.
func save(t testing.TB, s *Store, cells []sweep.Cell) int {
	total := 0
	must(s.Declare(cells))(t)
	for _, c := range cells {
		for r := range c.Replicas {
			recs := found("train", []int{r}, 4, 60)
			total += len(recs)
			must(s.SaveTrained(c.ID, sweep.Trained{Replica: r, Status: record.OK, Checksum: "sum", Records: recs}))(t)
		}
		for _, m := range c.Measures {
			n, rows := map[string]int{"performance": 8, "hessian": 12, "connectivity": 8, "similarity": 2, "distance": 3}[m.Name], 0
			if m.Name == "hessian" || m.Name == "connectivity" {
				rows = 320
			}
			for _, g := range m.Groups {
				recs := found(m.Name, g, n, rows)
				total += len(recs)
				check(t, s.SaveMeasured(c.ID, sweep.Measured{Measure: m.Name, Key: m.Key, Replicas: g, Records: recs}))
			}
		}
		check(t, s.SaveDone(c.ID))
	}
	return total
}

// BenchmarkSaveDigits commits the main job: 84 cells, about 15,000 records in 2,700 commits. The bar is 2 s.
func BenchmarkSaveDigits(b *testing.B) {
	cells := digits(84)
	for b.Loop() {
		b.StopTimer()
		s := open(b, b.TempDir())
		b.StartTimer()
		b.ReportMetric(float64(save(b, s, cells)), "records")
	}
}

const manyCells = 10_000

// grown makes a run of many cells by copying one cell's units and replicas in SQL.
func grown(t testing.TB) *Store {
	s := open(t, t.TempDir())
	save(t, s, digits(1))
	must(s.Declare(digits(manyCells)))(t)
	for _, text := range []string{
		`INSERT INTO replicas SELECT c.id, replica, status, reason, checksum, seconds FROM cells c, replicas r WHERE c.id > 1 AND r.cell = 1`,
		`INSERT INTO units (cell, measure, key, replicas, seconds) SELECT c.id, measure, key, u.replicas, seconds FROM cells c, units u
			WHERE c.id > 1 AND u.cell = 1 AND measure IN ('train', 'hessian')`,
		`UPDATE cells SET state = 'done'`,
	} {
		must(s.db.Exec(text))(t)
	}
	return s
}

// BenchmarkStatusOfManyCells is what `basin status` waits for. The bar is 100 ms. (A benchmark and no test: times are not for tests.)
func BenchmarkStatusOfManyCells(b *testing.B) {
	s := grown(b)
	for b.Loop() {
		must(s.Status())(b)
	}
}

// BenchmarkResumeOfManyCells is what `basin run` on a finished run waits for.
func BenchmarkResumeOfManyCells(b *testing.B) {
	s := grown(b)
	for b.Loop() {
		must(s.Declare(digits(manyCells)))(b)
	}
}
