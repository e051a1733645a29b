"""Facts for analysts: filtered, in spreadsheets, in SQL."""
