"""Copies artifacts from $ARTIFACT_STORE: the named one straight into the directory, others into one of their own."""

import fnmatch
import os
import shutil
import sys

store, name = os.environ["ARTIFACT_STORE"], os.environ["NAME"]
into = os.path.abspath(os.environ["INTO"] or os.environ["GITHUB_WORKSPACE"])
stored = sorted(os.listdir(store)) if os.path.isdir(store) else []
if name and name not in stored:
    sys.exit(f"Unable to download artifact(s): Artifact not found for name: {name}")
for artifact in [name] if name else fnmatch.filter(stored, os.environ["PATTERN"] or "*"):
    straight = bool(name) or os.environ["MERGE"] == "true"
    shutil.copytree(
        os.path.join(store, artifact), into if straight else os.path.join(into, artifact), dirs_exist_ok=True
    )
with open(os.environ["GITHUB_OUTPUT"], "a") as out:
    out.write(f"download-path={into}\n")
