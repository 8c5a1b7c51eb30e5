#!/bin/sh
# Takes away what deploy.sh put there, known by its labels. Claims, and with them artifacts and caches, and Secrets stay
# unless --data is given, which deletes the namespace.
# usage: uninstall.sh [--dry-run] [--data]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034 # common.sh reads it
more=--data
. "$here/common.sh"
platform=app.kubernetes.io/part-of=gha2tekton-platform
away() { # LABEL KIND…: a kind that the cluster does not know is gone already
  label=$1
  shift
  for kind; do
    if [ -n "$(kubectl get "$kind" -n "$namespace" -l "$label" -o name 2> /dev/null)" ]; then
      run kubectl delete "$kind" -n "$namespace" -l "$label" --ignore-not-found
    fi
  done
}
kubectl get namespace "$namespace" > /dev/null 2>&1 || say "There is no namespace $namespace."
# First what starts runs, then the runs, then what they are made of.
away gha2tekton.dev/repository cronjobs.batch eventlisteners.triggers.tekton.dev triggers.triggers.tekton.dev
away "$platform" cronjobs.batch jobs.batch deployments.apps
away app.kubernetes.io/managed-by=gha2tekton pipelineruns.tekton.dev pipelines.tekton.dev tasks.tekton.dev
away gha2tekton.dev/repository triggerbindings.triggers.tekton.dev triggertemplates.triggers.tekton.dev \
  ingresses.networking.k8s.io configmaps rolebindings roles serviceaccounts
away app.kubernetes.io/managed-by=gha2tekton configmaps
away "$platform" tasks.tekton.dev ingresses.networking.k8s.io services networkpolicies.networking.k8s.io \
  servicemonitors.monitoring.coreos.com podmonitors.monitoring.coreos.com prometheusrules.monitoring.coreos.com \
  externalsecrets.external-secrets.io configmaps resourcequotas limitranges rolebindings roles serviceaccounts
# Listeners have a binding in the cluster: those of this namespace go.
accounts='{range .items[*]}{.metadata.name}{" "}{.subjects[0].namespace}{"\n"}{end}'
for binding in $(kubectl get clusterrolebindings -l gha2tekton.dev/repository -o "jsonpath=$accounts" | awk -v own="$namespace" '$2 == own { print $1 }'); do
  run kubectl delete clusterrolebinding "$binding" --ignore-not-found
done
others=$(kubectl get namespaces -l "$platform" -o name | grep -vx "namespace/$namespace" || :)
if is_chosen --data; then
  run kubectl delete namespace "$namespace" --ignore-not-found
  [ -n "$others" ] || run kubectl delete priorityclasses,storageclasses -l "$platform" --ignore-not-found
else
  say "The namespace $namespace stays with its claims and Secrets; --data deletes it."
fi
