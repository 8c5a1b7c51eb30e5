"""The cluster around the pipelines: storage, GPUs, quotas, results, monitoring, and the scripts that deploy it."""
