package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"basin/checkpoint"
)

// Write keeps a snapshot in a file. The recipe's name distinguishes it from those of others. Files of observers
// are named relative to the snapshot's folder, with their checksums.
func (s *Snapshot) Write(path, recipe string) error {
	f := &checkpoint.File{Metadata: map[string]string{
		"recipe": recipe, "steps": strconv.Itoa(s.Steps), "samples": strconv.Itoa(s.Count),
	}}
	add := func(name string, v []float64) {
		f.Tensors = append(f.Tensors, checkpoint.Tensor{Name: name, Shape: []int{len(v)}, DType: checkpoint.F64, F64: v})
	}
	add("theta", s.Theta)
	add("state", s.State)
	add("losses", append(slices.Clone(s.Losses), s.Sum))
	for i, m := range s.Memory {
		add(fmt.Sprintf("memory.%d", i), m)
	}
	if s.BestTheta != nil {
		add("best.theta", s.BestTheta)
		add("best.state", s.BestState)
	}
	var kept []observed
	for _, name := range slices.Sorted(maps.Keys(s.Observers)) {
		o, k := s.Observers[name], observed{Name: name}
		for _, key := range slices.Sorted(maps.Keys(o.Values)) {
			add(fmt.Sprintf("observer.%d.%d", len(kept), len(k.Keys)), o.Values[key])
			k.Keys = append(k.Keys, key)
		}
		for _, file := range o.Files {
			sum, err := checksum(file)
			if err != nil {
				return err
			}
			if within, err := filepath.Rel(filepath.Dir(path), file); err == nil {
				file = within
			}
			k.Files = append(k.Files, [2]string{file, sum})
		}
		kept = append(kept, k)
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	f.Metadata["observers"] = string(text)
	return checkpoint.Write(path, f)
}

// observed lists what is kept of an observer: tensor observer.i.j has the values of key j of the i-th observer.
type observed struct {
	Name  string
	Keys  []string
	Files [][2]string // path and SHA-256
}

// ReadSnapshot returns what was kept of a recipe; nil, to start anew, unless all of it is whole: the snapshot, and
// the files that observers had written.
func ReadSnapshot(path, recipe string) *Snapshot {
	f, err := checkpoint.Read(path)
	if err != nil || f.Metadata["recipe"] != recipe {
		return nil
	}
	s := &Snapshot{}
	var kept []observed
	var errs [3]error
	s.Steps, errs[0] = strconv.Atoi(f.Metadata["steps"])
	s.Count, errs[1] = strconv.Atoi(f.Metadata["samples"])
	errs[2] = json.Unmarshal([]byte(f.Metadata["observers"]), &kept)
	vectors := map[string][]float64{}
	for _, t := range f.Tensors {
		vectors[t.Name] = t.F64
	}
	losses := vectors["losses"]
	if errs != [3]error{} || len(losses) == 0 {
		return nil
	}
	last := len(losses) - 1
	s.Losses, s.Sum = losses[:last:last], losses[last]
	s.Theta, s.State = vectors["theta"], vectors["state"]
	s.BestTheta, s.BestState = vectors["best.theta"], vectors["best.state"]
	for {
		m, ok := vectors[fmt.Sprintf("memory.%d", len(s.Memory))]
		if !ok {
			break
		}
		s.Memory = append(s.Memory, m)
	}
	for i, k := range kept {
		o := Observed{Values: map[string][]float64{}}
		for j, key := range k.Keys {
			o.Values[key] = vectors[fmt.Sprintf("observer.%d.%d", i, j)]
		}
		for _, file := range k.Files {
			at := file[0]
			if !filepath.IsAbs(at) {
				at = filepath.Join(filepath.Dir(path), at)
			}
			if sum, err := checksum(at); err != nil || sum != file[1] {
				return nil
			}
			o.Files = append(o.Files, at)
		}
		if s.Observers == nil {
			s.Observers = map[string]Observed{}
		}
		s.Observers[k.Name] = o
	}
	return s
}

// checksum is the SHA-256 of a file, hex.
func checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
