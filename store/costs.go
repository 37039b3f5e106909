package store

import "database/sql"

// Costs sums the seconds of the run's committed work by measure, training among them as sweep.TrainMeasure. They are wall-clock
// seconds of single workers: with two workers a run lasts about half of their sum.
func (r *Reader) Costs() (map[string]float64, error) {
	costs := map[string]float64{}
	err := r.each(`SELECT u.measure, sum(u.seconds) FROM units u JOIN cells c ON c.id = u.cell WHERE c.position IS NOT NULL GROUP BY u.measure`,
		nil, func(rows *sql.Rows) error {
			var measure string
			var seconds float64
			if err := rows.Scan(&measure, &seconds); err != nil {
				return err
			}
			costs[measure] = seconds
			return nil
		})
	return costs, err
}

// CPULevels lists the instruction sets that the run's values were computed with, sorted. More than one means that bits may differ between
// cells in transcendental functions.
func (r *Reader) CPULevels() ([]string, error) {
	var levels []string
	err := r.each(`SELECT DISTINCT cpu FROM provenances WHERE cpu <> '' ORDER BY cpu`, nil, func(rows *sql.Rows) error {
		var level string
		err := rows.Scan(&level)
		levels = append(levels, level)
		return err
	})
	return levels, err
}
