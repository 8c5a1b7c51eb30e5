"""Shell scripts: the commands in them, quoting, containers they call. Knows neither GitHub nor Tekton."""
