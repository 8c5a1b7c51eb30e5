#!/bin/sh
# Looks at what deploy.sh made and says what is wrong; changes nothing but a Job that looks at a GPU.
# usage: verify.sh [--dry-run]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
bad=0
check() { # WHAT COMMAND…
  what=$1
  shift
  if "$@" > /dev/null 2>&1; then say "ok    $what"; else say "WRONG $what: $*"; bad=1; fi
}
check "namespace $namespace" kubectl get namespace "$namespace"
check "Tekton's controller" kubectl rollout status -n tekton-pipelines deployment/tekton-pipelines-controller --timeout=10s
check "Triggers' controller" kubectl rollout status -n tekton-pipelines deployment/tekton-triggers-controller --timeout=10s
check "Triggers' interceptors" kubectl rollout status -n tekton-pipelines deployment/tekton-triggers-core-interceptors --timeout=10s
@verify-checks@
for listener in $(kubectl get eventlisteners -n "$namespace" -o 'jsonpath={.items[*].metadata.name}' 2> /dev/null); do
  check "EventListener $listener" kubectl rollout status -n "$namespace" "deployment/el-$listener" --timeout=10s
done
if [ -f "$here/../gpu/preflight.yaml" ]; then
  run kubectl delete job gpu-preflight -n "$namespace" --ignore-not-found
  run kubectl apply -n "$namespace" -f "$here/../gpu/preflight.yaml"
  if [ "$dry" = no ]; then
    check "a GPU in a Pod" kubectl wait -n "$namespace" --for=condition=complete job/gpu-preflight --timeout=300s
    kubectl logs -n "$namespace" job/gpu-preflight 2> /dev/null || :
  fi
fi
pending=$(kubectl get pods -n "$namespace" --field-selector=status.phase=Pending -o name 2> /dev/null)
[ -z "$pending" ] || say "note  Pods that wait: $(printf '%s' "$pending" | tr '\n' ' ')"
if command -v tkn > /dev/null; then tkn pipelinerun list -n "$namespace" --limit 10 || :; fi
exit "$bad"
