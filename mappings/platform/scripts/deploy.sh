#!/bin/sh
# Puts the platform and the bundles on the cluster that kubectl speaks to; safe to run again.
# usage: deploy.sh [--dry-run]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

say "Cluster"
lacking=''
version=$(kubectl version -o json | tr -d ' \n"' | sed -n 's/.*serverVersion:{[^}]*gitVersion:v\([0-9]*\.[0-9]*\).*/\1/p')
[ -n "$version" ] || fail "the cluster does not answer: kubectl version"
case ${version%%.*}.$(printf '%03d' "${version#*.}") in
  1.0[01]* | 1.02[0-7]) fail "Kubernetes $version is too old: Tekton needs 1.28 or newer" ;;
esac
say "  Kubernetes $version"
for crd in pipelineruns.tekton.dev eventlisteners.triggers.tekton.dev; do
  if ! kubectl get crd "$crd" > /dev/null 2>&1; then
    say "  $crd is not there; install Tekton first:"
    say "    kubectl apply -f https://infra.tekton.dev/tekton-releases/pipeline/previous/@pipelines@/release.yaml"
    say "    kubectl apply -f https://infra.tekton.dev/tekton-releases/triggers/previous/@triggers@/release.yaml"
    say "    kubectl apply -f https://infra.tekton.dev/tekton-releases/triggers/previous/@triggers@/interceptors.yaml"
    [ "$dry" = yes ] || exit 1
  fi
done
for crd in @operator-crds@; do
  kubectl get crd "$crd" > /dev/null 2>&1 || lacking="$lacking $crd"
done
if [ -n "$lacking" ]; then
  say "  not there:$lacking; install its operator, or take monitoring or secrets out of kustomization.yaml"
  [ "$dry" = yes ] || exit 1
fi
tekton=$(kubectl get deployment tekton-pipelines-controller -n tekton-pipelines \
  -o 'jsonpath={.metadata.labels.app\.kubernetes\.io/version}' 2> /dev/null || :)
case $tekton in
  v0.* | v1.[0-8].*) fail "Tekton Pipelines $tekton is too old: the bundles are proved on v1.9 and newer" ;;
esac
say "  Tekton Pipelines ${tekton:-of a version that it does not tell}"
gpus=$(kubectl get nodes -o 'jsonpath={range .items[*]}{.status.allocatable.@gpu-jsonpath@}{"\n"}{end}' | awk '{ n += $1 } END { print n + 0 }')
say "  $gpus of @gpu-resource@ in all, and the workflows want @gpus@ at once"
[ "$gpus" -ge @gpus@ ] || say "  WARNING: runs will wait for GPUs that are not there"

say "Platform"
run kubectl apply --server-side -k "$here/.."
say "Secrets"
missing=''
@secret-checks@
[ -z "$missing" ] || say "  missing:$missing; scripts/secrets.sh makes them"
@bundles@
say "Waiting"
ingresses='{range .items[*]}{.spec.rules[0].host}{" "}{.spec.rules[0].http.paths[0].backend.service.name}{"\n"}{end}'
for listener in $(kubectl get eventlisteners -n "$namespace" -o 'jsonpath={.items[*].metadata.name}' 2> /dev/null); do
  run kubectl rollout status -n "$namespace" "deployment/el-$listener" --timeout=180s
  host=$(kubectl get ingress -n "$namespace" -o "jsonpath=$ingresses" 2> /dev/null | awk -v service="el-$listener" '$2 == service { print $1; exit }')
  if [ -n "$host" ]; then say "  webhook of $listener: https://$host/"
  else say "  webhook of $listener: an https address that leads to Service el-$listener, port 8080"; fi
  say "    content type application/json; the secret is that of:"
  say "    kubectl get secret github-webhook-secret -n $namespace -o jsonpath='{.data.webhook-secret}' | base64 -d"
done
say "Done. scripts/verify.sh looks at it all."
