"""Many repositories: discover, run, resume, summarise."""
