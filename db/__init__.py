"""How records are kept: fields, records, the journal, engines, migrations. Imports neither app nor ui."""
