"""The rule author's workbench: what checks, tries, measures and compares rules. Used by the command line only."""
