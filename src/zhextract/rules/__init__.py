"""Rules as data: from the YAML and TSV files of `rules/` to a compiled rule pack."""
