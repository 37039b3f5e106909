package dataset

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
)

// digitsCSV is scikit-learn's own file, unchanged: 1,797 lines of 64 pixels of 0..16 and the label. digits/SOURCE.txt has its licence.
//
//go:embed digits/digits.csv.gz
var digitsCSV []byte

// readDigits decodes the embedded digits; pixels are scaled to [0, 1].
func readDigits([]string) (train, test *samples, err error) {
	gz, err := gzip.NewReader(bytes.NewReader(digitsCSV))
	if err != nil {
		return nil, nil, err
	}
	lines, err := csv.NewReader(gz).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	s := &samples{Shape: []int{1, 8, 8}}
	for _, line := range lines {
		var v [65]int
		for i, field := range line {
			if v[i], err = strconv.Atoi(field); err != nil {
				return nil, nil, fmt.Errorf("digits: %w", err)
			}
		}
		for _, pixel := range v[:64] {
			s.X = append(s.X, float32(pixel)/16)
		}
		s.Y = append(s.Y, int32(v[64]))
	}
	return s, nil, nil
}
