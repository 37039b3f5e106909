package dataset

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
)

var npzFiles = Kind{
	Name: "*.npz", About: "arrays x and y (and x_test, y_test)",
	New: func(path string, t Transform) Source { return npzSource{path, t} },
}

type npzSource struct {
	path string
	Transform
}

func (n npzSource) Load(o Options) (*Split, error) {
	train, test, err := readNPZ(n.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("data: set: %s does not exist; give the path of an .npz file with the arrays x and y",
			n.path)
	}
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(n.path), filepath.Ext(n.path))
	for _, s := range []*Set{train, test} {
		if s != nil {
			s.Name = name
		}
	}
	return n.Apply(&Split{Train: train, Test: test, Source: n.path, Licence: "the user's own", Path: n.path}, o.Seed)
}

// readNPZ reads a user's data: an .npz file (np.savez or np.savez_compressed) of the arrays x [n, …] and y [n],
// and, if the set has a split of its own, x_test and y_test. x is float32, float64, uint8, int32 or int64,
// taken as it is; y holds the classes 0…C−1, as integers or as floats of integer value. Samples of shape [h, w]
// become one channel [1, h, w], samples of one number [1].
func readNPZ(path string) (train, test *Set, err error) {
	file, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) {
		return nil, nil, fmt.Errorf("%s: not an .npz file, or cut off; save it with np.savez(%q, x=x, y=y)", path,
			filepath.Base(path))
	}
	if err != nil {
		return nil, nil, npzError(path, "", err)
	}
	defer file.Close()
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	z := archive{path: path, size: uint64(info.Size()), members: map[string]*zip.File{}}
	for _, f := range file.File {
		if z.members[f.Name] != nil {
			return nil, nil, npzError(path, f.Name, errors.New("the name occurs twice"))
		}
		z.members[f.Name] = f
	}
	if train, err = z.pair("x", "y"); err != nil {
		return nil, nil, err
	}
	sets := []*Set{train}
	if z.members["x_test.npy"] != nil || z.members["y_test.npy"] != nil {
		if test, err = z.pair("x_test", "y_test"); err != nil {
			return nil, nil, err
		}
		sets = append(sets, test)
	}
	classes := int32(0)
	for _, s := range sets {
		for _, y := range s.Y().I32 {
			classes = max(classes, y+1)
		}
	}
	// With more classes than samples, most labels are something else: an identifier, or a damaged number.
	if n := train.Len(); classes < 2 || int(classes) > n {
		return nil, nil, npzError(path, "y", fmt.Errorf("the labels of %d samples run from 0 to %d; number the "+
			"classes 0…C−1, with at least two classes", n, classes-1))
	}
	for _, s := range sets {
		s.Classes = int(classes)
	}
	return train, test, nil
}

// archive is an open .npz file.
type archive struct {
	path    string
	size    uint64
	members map[string]*zip.File
}

// pair reads the arrays named x and y.
func (z archive) pair(x, y string) (*Set, error) {
	path := z.path
	for _, name := range []string{x, y} {
		if z.members[name+".npy"] == nil {
			return nil, npzError(path, name, fmt.Errorf("there is no such array; save it with np.savez(%q, x=x, y=y)",
				filepath.Base(path)))
		}
	}
	var shape []int
	var xs []float32
	var ys []int32
	err := readMember(z.members[x+".npy"], z.size, func(h npyHeader) error {
		switch len(h.shape) {
		case 0:
			return errors.New("a single number; give an array of samples [n, …]")
		case 1:
			shape = []int{1}
		case 3:
			shape = []int{1, h.shape[1], h.shape[2]}
		default:
			shape = h.shape[1:]
		}
		if h.count == 0 {
			return fmt.Errorf("no samples, or samples of no values (shape %v)", h.shape)
		}
		xs = make([]float32, h.count)
		return nil
	}, func(i int, v float64) error {
		xs[i] = float32(v)
		return nil
	})
	if err != nil {
		return nil, npzError(path, x, err)
	}
	size := Array{Shape: append([]int{1}, shape...)}.Size()
	err = readMember(z.members[y+".npy"], z.size, func(h npyHeader) error {
		if len(h.shape) != 1 {
			return fmt.Errorf("shape %v; give labels as [n]", h.shape)
		}
		if h.count*size != len(xs) {
			return fmt.Errorf("%d labels, but %s has %d samples", h.count, x, len(xs)/size)
		}
		ys = make([]int32, h.count)
		return nil
	}, func(i int, v float64) error {
		if v != math.Trunc(v) || v < 0 || v >= math.MaxInt32 { // NaN is unequal to itself
			return fmt.Errorf("label %v of sample %d is no class; number the classes 0…C−1", v, i)
		}
		ys[i] = int32(v)
		return nil
	})
	if err != nil {
		return nil, npzError(path, y, err)
	}
	return NewSet("", shape, xs, ys, 0), nil
}

// readMember decodes one array of an archive of size bytes. Decoding to the end makes archive/zip compare its
// checksum.
func readMember(f *zip.File, size uint64, start func(npyHeader) error, yield func(int, float64) error) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	packed := min(f.CompressedSize64, size)
	return decodeNPY(r, int64(min(f.UncompressedSize64, packed*maxExpansion)), start, yield)
}

// npzError names the file and the array, and says what broke in words.
func npzError(path, array string, err error) error {
	if array != "" {
		path += ": " + strings.TrimSuffix(array, ".npy")
	}
	switch {
	case errors.Is(err, zip.ErrChecksum):
		return fmt.Errorf("%s: the file is damaged (its checksum does not match); save it again", path)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: the file is cut off; save it again", path)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// ReadNPZ reads the samples x and labels y of an .npz as they are, without any transformation.
func ReadNPZ(path string) (*Set, error) {
	train, _, err := readNPZ(path)
	return train, err
}
