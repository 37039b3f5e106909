package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"basin/bench/rows"
)

// server is a peer's process that times rows on demand (bench/peers/serve.py), so that it imports and compiles
// once.
type server struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// answer is what a peer says of one variant.
type answer struct {
	MS       float64 // of a piece of work, by the vector
	Prepared float64 // seconds of preparing the variant and of its first call
	Error    string
}

// serve starts a peer: "torch" or "jax".
func (p peer) serve(name string) (*server, error) {
	s := &server{cmd: p.script("serve.py", name)}
	s.cmd.Env = libraries(os.Environ())
	if os.Getenv("BASIN_PEERS_LOG") == "" {
		s.cmd.Stderr = nil // compilers print much
	}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewScanner(out)
	s.out.Buffer(nil, 1<<20)
	return s, s.cmd.Start()
}

// libraries is an environment without hints to the peer's libraries about kernels, and with one thread by
// default.
func libraries(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name == "OPENBLAS_CORETYPE" || name == "OPENBLAS_L2_SIZE"
	})
	return append(env, "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1")
}

// time asks for the time of a row in one of its variants.
func (s *server) time(r rows.Row, variant string, seconds float64, threads int) (a answer, err error) {
	request, err := json.Marshal(map[string]any{"row": r.Name, "kind": r.Kind, "variant": variant,
		"seconds": seconds, "threads": threads})
	if err != nil {
		return a, err
	}
	if _, err := s.in.Write(append(request, '\n')); err != nil {
		return a, fmt.Errorf("%s: %w", s.cmd, err)
	}
	if !s.out.Scan() {
		return a, fmt.Errorf("%s ended without an answer for %s, %s; set BASIN_PEERS_LOG=1 to see its output",
			s.cmd, r.Name, variant)
	}
	return a, json.Unmarshal(s.out.Bytes(), &a)
}

// close ends the process.
func (s *server) close() {
	s.in.Close()
	s.cmd.Wait()
}
