"""The Journal told to people and programs."""

FORMATS = {name: f"gha2tekton.report.{name}" for name in ("text", "json", "markdown", "html", "sarif", "github", "csv")}
"""The formats of ``--report``, each with the module that renders it."""
