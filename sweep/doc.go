// Package sweep turns a list of cells into records: it hands cells to workers, has each worker's Runner train and measure, and gives
// every finished piece to a Recorder. It knows nothing of models, engines or databases: those are a Runner and a Recorder.
//
// # Units of work
//
// The smallest thing that is committed is a unit: the training of one replica, or one measure on one group of replicas (a replica, a
// pair). A unit is committed whole or not at all, and a committed unit is never done again. Extending a run (more cells, replicas,
// groups or measures) is a plan with more units.
//
// # States
//
//	cell:     pending ──every unit committed──▶ done
//	             │  ▲                            │ a later plan has more units
//	             │  └────────────────────────────┘
//	             └──a unit returned an error or panicked──▶ failed ──retry──▶ pending
//
//	replica:  (absent) ──trained, checkpoint written──▶ committed: ok, or diverged
//	             ▲                                          │ its checkpoint is needed and is missing or damaged
//	             └──────────────────────────────────────────┘
//
// A diverged replica is a finding, not a failure: the Job's measures give it records whose status says so. There is no state
// "running": after kill -9 nothing has to be cleaned up, and what was not committed is simply still to do.
//
// A replica whose checkpoint is needed but is missing or damaged (by its checksum) is trained again, which gives the same bits. Should
// it not (another CPU level, say), the Recorder drops the measures that were made with the old parameters, they are made again, and a
// Note says so.
//
// # Order
//
// A worker takes whole cells, the most expensive first, so that the last ones to finish are short. In a cell it trains all missing
// replicas, then measures in the order of the plan. Results depend on cell and replica alone, so neither the order nor the number of
// workers can be seen in them.
//
// # Endings
//
// A failed unit marks its cell failed and the others go on; if training failed, that cell's measures wait for a retry, if a measure
// failed, the cell's other measures are still made. Cancelling the context ends the sweep once each Job has returned; committed units
// stay. An error of the Recorder, or a full or read-only disk anywhere, ends the sweep: going on could only fail in every cell.
package sweep
