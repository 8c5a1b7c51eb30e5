"""What became of the parts of a job that are more than one key: rows of the ledger."""
