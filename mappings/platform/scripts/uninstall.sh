#!/bin/sh
# Takes the platform away. Claims, and with them artifacts and caches, stay unless --data is given.
# usage: uninstall.sh [--dry-run] [--data]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=no
words=''
for word; do
  case $word in --data) data=yes ;; *) words="$words $word" ;; esac
done
# shellcheck disable=SC2086 # options without spaces
set -- $words
. "$here/common.sh"
away() { # KIND…: a kind that the cluster no longer knows is gone already
  for kind; do
    if kubectl get "$kind" -n "$namespace" -o name > /dev/null 2>&1; then
      run kubectl delete "$kind" --all -n "$namespace" --ignore-not-found
    fi
  done
}
away cronjobs.batch jobs.batch deployments.apps eventlisteners.triggers.tekton.dev
away pipelineruns.tekton.dev taskruns.tekton.dev
# Listeners have a binding in the cluster: those of this namespace go.
accounts='{range .items[*]}{.metadata.name}{" "}{.subjects[0].namespace}{"\n"}{end}'
for binding in $(kubectl get clusterrolebindings -l gha2tekton.dev/repository -o "jsonpath=$accounts" | awk -v own="$namespace" '$2 == own { print $1 }'); do
  run kubectl delete clusterrolebinding "$binding" --ignore-not-found
done
if [ "$data" = yes ]; then
  run kubectl delete namespace "$namespace" --ignore-not-found
  run kubectl delete priorityclass gpu-runs --ignore-not-found
else
  away pipelines.tekton.dev tasks.tekton.dev triggers.triggers.tekton.dev
  away triggerbindings.triggers.tekton.dev triggertemplates.triggers.tekton.dev
  say "The namespace $namespace stays with its claims and Secrets; --data deletes it."
fi
