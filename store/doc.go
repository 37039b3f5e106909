// Package store keeps a run folder, and is the only package that knows SQLite. Store is the sweep's Recorder; Reader answers the
// questions of status and report, also while another process's sweep goes on.
//
// # Run folder
//
//	spec.yaml                              the frozen spec
//	results.db (-wal, -shm)                everything that was found
//	checkpoints/<cell>/<replica>.safetensors
//	report/                                what `basin report` draws
//	panics.log                             stacks of panics, if there were any
//	lock                                   held by the one process that writes
//
// # What is kept
//
//	cells     hash ID, position in the grid, label, plan (replicas; measures with key and groups), state: pending, done, failed
//	failures  what failed in a failed cell, and why; `retry` deletes them and makes the cell pending
//	replicas  trained replicas: status ok or diverged, reason, checksum of the checkpoint, seconds
//	units     done-marks: measure, settings key, group of replicas, seconds ("train" for a training's own records)
//	records   what each unit found, with its arrays as compact blobs
//
// One transaction commits a replica with the records of its training, or a unit with its records, so a mark never stands without
// what it marks. The sweep's package comment has the states and their changes.
//
// Reading leaves out what the present plan does not ask for (a measure under former settings, a dropped replica); it stays in the
// database and counts again if a later plan asks for it.
//
// # What survives what
//
// The database is in WAL mode with synchronous=NORMAL. When the process dies at any moment (kill -9, a crash), every commit that
// returned is there. When the power fails, the database stays consistent but the last commits may be gone, and checkpoints, which are
// not synced, may be torn: lost units are done again, and a torn checkpoint is noticed by its checksum and trained again, to the same
// bits. A second writer is kept out by an advisory lock of the operating system, which vanishes with its holder.
//
// Values are stored exactly, but for −0, which reads back as 0, and NaN, which is stored as NULL and reads back as one NaN. Arrays keep
// every bit.
package store
