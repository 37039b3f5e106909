package sweep

import (
	"strconv"
	"strings"
)

// Cell is one combination of the grid, with the work to be done on it.
type Cell struct {
	Index     int     // position in the grid, for the Runner to find the cell's spec; no part of any result
	ID        string  // content hash of what determines its parameters; names the checkpoint folder
	Label     string  // for people: "model.width=16 train.batch=32"
	TrainCost float64 // estimated cost of training one replica, in any unit; 0 counts as 1
	Replicas  int     // replicas 0 … Replicas−1 are trained
	Measures  []Measure
}

// Measure is one measure as applied to a cell.
type Measure struct {
	Name   string  `json:"name"`
	Key    string  `json:"key"`    // identifies its settings; other settings are another measure
	Groups [][]int `json:"groups"` // the groups of replicas it is made on: Each(n) or Pairs(n, most)
	Cost   float64 `json:"-"`      // estimated cost of one group, in the unit of TrainCost
}

// Each is the groups of a measure of single replicas: {0} {1} … {n−1}.
func Each(n int) [][]int {
	groups := make([][]int, n)
	for i := range groups {
		groups[i] = []int{i}
	}
	return groups
}

// Pairs is the groups of a measure of pairs: {0,1} {0,2} {1,2} {0,3} …, at most `most` of them, all if it is negative. The order is
// such that more replicas only append.
func Pairs(n, most int) [][]int {
	var groups [][]int
	for j := 1; j < n; j++ {
		for i := range j {
			if len(groups) == most {
				return groups
			}
			groups = append(groups, []int{i, j})
		}
	}
	return groups
}

// Group writes a group of replicas as the text that identifies it: "0", "1,3".
func Group(replicas []int) string {
	text := make([]string, len(replicas))
	for i, r := range replicas {
		text[i] = strconv.Itoa(r)
	}
	return strings.Join(text, ",")
}

// cost is the estimated cost of all the cell's work.
func (c Cell) cost() float64 {
	total := float64(c.Replicas) * c.trainCost()
	for _, m := range c.Measures {
		total += float64(len(m.Groups)) * m.Cost
	}
	return total
}

func (c Cell) trainCost() float64 {
	if c.TrainCost > 0 {
		return c.TrainCost
	}
	return 1
}
