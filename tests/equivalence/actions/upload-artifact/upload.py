"""Copies what the patterns match to $ARTIFACT_STORE/$NAME, rooted at their least common ancestor."""

import glob
import os
import shutil
import sys

store = os.path.join(os.environ["ARTIFACT_STORE"], os.environ["NAME"])
included, excluded, roots = set(), set(), []
for line in filter(None, map(str.strip, os.environ["PATTERNS"].splitlines())):
    pattern = os.path.abspath(line.lstrip("!"))
    hits = set()
    for hit in glob.glob(pattern, recursive=True, include_hidden=True):
        hits |= {hit} if os.path.isfile(hit) else {os.path.join(d, f) for d, _, fs in os.walk(hit) for f in fs}
    (excluded if line.startswith("!") else included).update(hits)
    if not line.startswith("!"):
        fixed = pattern.split("*")[0]
        exact = os.path.isfile(pattern)
        roots.append(os.path.dirname(fixed) if exact or "*" in pattern else fixed)
files = sorted(included - excluded)
if os.environ["HIDDEN"] != "true":
    files = [f for f in files if "/." not in "/" + os.path.relpath(f)]
if not files:
    print(f"No files were found with the provided path: {os.environ['PATTERNS']}")
    sys.exit(os.environ["MISSING"] == "error")
if os.path.exists(store):
    if os.environ["OVERWRITE"] != "true":
        sys.exit("an artifact with this name already exists")
    shutil.rmtree(store)
root = os.path.commonpath(roots)
for file in files:
    target = os.path.join(store, os.path.relpath(file, root))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(file, target)
with open(os.environ["GITHUB_OUTPUT"], "a") as out:
    out.write("artifact-id=1\n")
