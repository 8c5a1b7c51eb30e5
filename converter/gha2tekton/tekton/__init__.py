"""Tekton's nouns and the files they are written to."""
