// Package basin is the root of the module; ARCHITECTURE.md is the map. The program is cmd/basin.
package basin
