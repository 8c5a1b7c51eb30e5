"""Convert GitHub Actions workflows to Tekton Tasks, Pipelines and Triggers."""

__version__ = "0.1.0"
