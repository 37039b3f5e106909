package reference

import "fmt"

// rowsAt returns the row that index names, or an error if it is out of range.
func rowsAt(what string, index float64, rows int) (int, error) {
	if i := int(index); i >= 0 && i < rows {
		return i, nil
	}
	return 0, fmt.Errorf("reference: %s: index %d is outside the %d rows", what, int(index), rows)
}

func gather(y, x, index array) error {
	rows := x.typ.Shape[0]
	width := len(x.data) / max(1, rows)
	for i, at := range index.data {
		r, err := rowsAt("gather", at, rows)
		if err != nil {
			return err
		}
		copy(y.data[i*width:(i+1)*width], x.data[r*width:])
	}
	return nil
}

func scatterAdd(y, x, index array) error {
	rows := y.typ.Shape[0]
	width := len(x.data) / max(1, len(index.data))
	for i, at := range index.data {
		r, err := rowsAt("scatter-add", at, rows)
		if err != nil {
			return err
		}
		for k := range width {
			y.data[r*width+k] += x.data[i*width+k]
		}
	}
	return nil
}
