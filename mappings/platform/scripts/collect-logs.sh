#!/bin/sh
# Gathers what helps to find a fault into an archive: objects, events, and the logs of every container, the last ones too.
# Secrets are not among them.
# usage: collect-logs.sh [--dry-run]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
out=tekton-logs-$(date -u +%Y%m%d-%H%M%S)
if [ "$dry" = yes ]; then
  say "would write $out.tar.gz from the namespaces $namespace and tekton-pipelines"
  exit 0
fi
mkdir "$out"
keep() { # FILE COMMAND…
  file=$out/$1
  shift
  "$@" > "$file" 2>&1 || :
}
keep cluster-info.txt kubectl cluster-info
keep version.txt kubectl version
keep nodes.txt kubectl get nodes -o wide
keep gpus.txt kubectl get nodes -o custom-columns=NAME:.metadata.name,GPUS:.status.allocatable.@gpu-jsonpath@
keep storage-classes.txt kubectl get storageclass
keep configuration.yaml kubectl get configmaps -n tekton-pipelines -o yaml
for place in "$namespace" tekton-pipelines; do
  keep "$place-pods.txt" kubectl get pods -n "$place" -o wide
  keep "$place-events.txt" kubectl get events -n "$place" --sort-by=.lastTimestamp
  for pod in $(kubectl get pods -n "$place" -o name); do
    keep "$place-${pod#pod/}.log" kubectl logs -n "$place" "$pod" --all-containers --prefix --timestamps
    keep "$place-${pod#pod/}-before.log" kubectl logs -n "$place" "$pod" --all-containers --prefix --previous
    keep "$place-${pod#pod/}.txt" kubectl describe -n "$place" "$pod"
  done
done
for kind in pipelineruns taskruns pipelines tasks eventlisteners triggers persistentvolumeclaims resourcequotas; do
  keep "$kind.yaml" kubectl get "$kind" -n "$namespace" -o yaml
done
find "$out" -size 0 -exec rm {} +
tar -czf "$out.tar.gz" "$out"
rm -r "$out"
say "$out.tar.gz"
