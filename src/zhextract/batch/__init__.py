"""Whole archives: planned as shards, each extracted by a worker that writes its own files, resumed after anything.

`plan` cuts the inputs into shards, `work` makes one shard one set of files, `run` (processes of this machine) and
`cluster` (Dask) have the shards worked off, `finish` puts the output together. docs/scale.md tells how to use it.
"""
