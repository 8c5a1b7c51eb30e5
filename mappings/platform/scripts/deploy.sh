#!/bin/sh
# Puts the platform and the bundles on the cluster that kubectl speaks to; safe to run again.
# usage: deploy.sh [--dry-run] [--show-secret]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034 # common.sh reads it
more=--show-secret
. "$here/common.sh"
lacks=no
lack() { # what must be there first
  say "  LACKS $*"
  lacks=yes
}

say "Cluster"
answer=$(kubectl version -o json 2>&1) || fail "the cluster does not answer: $answer"
version=$(printf '%s' "$answer" | tr -d ' \n"' | sed -n 's/.*serverVersion:{[^}]*gitVersion:v\([0-9]*\.[0-9]*\).*/\1/p')
[ -n "$version" ] || fail "the cluster does not tell its version: kubectl version"
case ${version%%.*}.$(printf '%03d' "${version#*.}") in
  1.0[01]* | 1.02[0-7]) fail "Kubernetes $version is too old: Tekton needs 1.28 or newer" ;;
esac
say "  Kubernetes $version"
for right in namespaces priorityclasses.scheduling.k8s.io clusterrolebindings.rbac.authorization.k8s.io; do
  kubectl auth can-i create "$right" > /dev/null 2>&1 || lack "the right to create $right: ask an administrator of the cluster"
done
tekton=no
for crd in pipelineruns.tekton.dev eventlisteners.triggers.tekton.dev; do
  kubectl get crd "$crd" > /dev/null 2>&1 || { lack "$crd"; tekton=missing; }
done
if [ "$tekton" = missing ]; then
  say "    install Tekton first:"
  say "    kubectl apply -f https://infra.tekton.dev/tekton-releases/pipeline/previous/@pipelines@/release.yaml"
  say "    kubectl apply -f https://infra.tekton.dev/tekton-releases/triggers/previous/@triggers@/release.yaml"
  say "    kubectl apply -f https://infra.tekton.dev/tekton-releases/triggers/previous/@triggers@/interceptors.yaml"
else
  tekton=$(kubectl get deployment tekton-pipelines-controller -n tekton-pipelines \
    -o 'jsonpath={.metadata.labels.app\.kubernetes\.io/version}' 2> /dev/null || :)
  case $tekton in
    v0.* | v1.[0-8].*) lack "Tekton Pipelines v1.9 or newer: $tekton is here, and the bundles are proved on no older one" ;;
    *) say "  Tekton Pipelines ${tekton:-of a version that it does not tell}" ;;
  esac
fi
for crd in @operator-crds@; do
  kubectl get crd "$crd" > /dev/null 2>&1 || lack "$crd: install its operator, or take its part out of kustomization.yaml"
done
[ "$lacks" = no ] || [ "$dry" = yes ] || fail "nothing was applied"

say "GPUs"
# A node a line: how many GPUs|MiB of each|its name.
if nodes=$(kubectl get nodes -l '@node-selection@' -o 'jsonpath={range .items[*]}{.status.allocatable.@gpu-jsonpath@}{"|"}{.metadata.labels.nvidia\.com/gpu\.memory}{"|"}{.metadata.name}{"\n"}{end}'); then
  gpus=$(printf '%s\n' "$nodes" | awk -F '|' '{ n += $1 } END { print n + 0 }')
  largest=$(printf '%s\n' "$nodes" | awk -F '|' '$1 + 0 > n { n = $1 } END { print n + 0 }')
  say "  $gpus of @gpu-resource@ on nodes with @node-selection@, and the workflows want @gpus@ at once"
  [ "$gpus" -ge @gpus@ ] || say "  WARNING: runs will wait for GPUs that are not there"
  [ "$largest" -ge @gpus-of-a-pod@ ] || say "  WARNING: one Pod wants @gpus-of-a-pod@, and no node has more than $largest"
  small=$(printf '%s\n' "$nodes" | awk -F '|' -v least=@gpu-memory@ '$2 != "" && $2 + 0 < least + 0 { printf " %s", $3 }')
  if [ -n "$small" ]; then
    say "  WARNING: GPUs of less than @gpu-memory@ MiB are on$small, and Tekton may place a run's claim there, where its Pods then"
    say "  wait for ever: it reads labels alone. Label the right nodes, and name that label by --gpu-label or --gpu-product"
  fi
else
  say "  nodes cannot be listed: GPUs are not counted"
fi
@coschedule-check@

again="mend what kubectl says above, and run this again: it is safe"
say "Platform"
run kubectl apply --server-side -k "$here/.." || fail "the platform is not applied whole: $again"
say "Secrets"
if ! kubectl get secret github-webhook-secret -n "$namespace" > /dev/null 2>&1; then
  if [ "$dry" = yes ]; then say "would make Secret github-webhook-secret"
  else sh "$here/rotate-webhook-secret.sh" > /dev/null || fail "the webhook has no secret: $again"; fi
fi
missing=''
@secret-checks@
[ -z "$missing" ] || say "  missing:$missing; scripts/secrets.sh makes them"
@bundles@
say "Waiting"
ingresses='{range .items[*]}{.spec.rules[0].host}{" "}{.spec.rules[0].http.paths[0].backend.service.name}{"\n"}{end}'
shown="kubectl get secret github-webhook-secret -n $namespace -o jsonpath='{.data.webhook-secret}' | base64 -d"
for listener in $(kubectl get eventlisteners -n "$namespace" -o 'jsonpath={.items[*].metadata.name}' 2> /dev/null); do
  run kubectl wait -n "$namespace" --for=condition=Ready "eventlistener/$listener" --timeout=180s ||
    fail "EventListener $listener is not ready after three minutes: kubectl describe eventlistener $listener -n $namespace"
  host=$(kubectl get ingress -n "$namespace" -o "jsonpath=$ingresses" 2> /dev/null | awk -v service="el-$listener" '$2 == service { print $1; exit }')
  if [ -n "$host" ]; then say "  webhook of $listener: https://$host/"
  else say "  webhook of $listener: an https address that leads to Service el-$listener, port 8080"; fi
  say "    content type application/json; its secret:"
  if is_chosen --show-secret && [ "$dry" = no ]; then sh -c "$shown" && echo
  else say "    $shown"; fi
done
say "Done. scripts/verify.sh looks at it all."
