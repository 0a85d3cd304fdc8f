"""Documents: what an office prints, sends round or files, drawn from the store as Word, Excel and paper."""
