#!/bin/sh
# Looks at what deploy.sh made and says what is wrong; changes nothing but a Job that looks at a GPU.
# usage: verify.sh [--dry-run]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
bad=0
wrong() { say "WRONG $*"; bad=1; }
check() { # WHAT COMMAND…
  what=$1
  shift
  if "$@" > /dev/null 2>&1; then say "ok    $what"; else wrong "$what: $*"; fi
}
check "namespace $namespace" kubectl get namespace "$namespace"
check "Tekton's controller" kubectl rollout status -n tekton-pipelines deployment/tekton-pipelines-controller --timeout=10s
check "Triggers' controller" kubectl rollout status -n tekton-pipelines deployment/tekton-triggers-controller --timeout=10s
check "Triggers' interceptors" kubectl rollout status -n tekton-pipelines deployment/tekton-triggers-core-interceptors --timeout=10s
check "quota" kubectl get resourcequota gpu-quota -n "$namespace"
check "secret of the webhook" kubectl get secret github-webhook-secret -n "$namespace"
@verify-checks@
for listener in $(kubectl get eventlisteners -n "$namespace" -o 'jsonpath={.items[*].metadata.name}' 2> /dev/null); do
  check "EventListener $listener" kubectl wait -n "$namespace" --for=condition=Ready "eventlistener/$listener" --timeout=10s
done
outcome() { # how the Job ended, waited for
  left=60
  while [ "$left" -gt 0 ]; do
    ended=$(kubectl get job gpu-preflight -n "$namespace" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}' 2> /dev/null || :)
    case $ended in
      *Complete*) echo complete; return ;;
      *Failed*) echo failed; return ;;
    esac
    left=$((left - 1))
    sleep 5
  done
  echo waiting
}
if [ -f "$here/../gpu/preflight.yaml" ]; then
  run kubectl delete job gpu-preflight -n "$namespace" --ignore-not-found
  run kubectl apply -n "$namespace" -f "$here/../gpu/preflight.yaml"
  if [ "$dry" = no ]; then
    case $(outcome) in
      complete) say "ok    GPUs in a Pod" ;;
      failed) wrong "GPUs in a Pod: this is what the Job says" ;;
      *)
        wrong "GPUs in a Pod: it has waited five minutes for a node"
        kubectl get pods -n "$namespace" -l job-name=gpu-preflight -o 'jsonpath={.items[*].status.conditions[*].message}' 2> /dev/null || :
        echo
        ;;
    esac
    kubectl logs -n "$namespace" job/gpu-preflight 2> /dev/null || :
  fi
fi
pending=$(kubectl get pods -n "$namespace" --field-selector=status.phase=Pending -o name 2> /dev/null || :)
[ -z "$pending" ] || say "note  Pods that wait: $(printf '%s' "$pending" | tr '\n' ' ')"
if command -v tkn > /dev/null; then tkn pipelinerun list -n "$namespace" --limit 10 || :; fi
exit "$bad"
