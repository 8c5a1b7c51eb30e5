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
run kubectl delete cronjobs,jobs,deployments,eventlisteners --all -n "$namespace" --ignore-not-found
run kubectl delete pipelineruns,taskruns --all -n "$namespace" --ignore-not-found
if [ "$data" = yes ]; then
  run kubectl delete namespace "$namespace" --ignore-not-found
  run kubectl delete priorityclass gpu-runs --ignore-not-found
else
  run kubectl delete pipelines,tasks,triggers,triggerbindings,triggertemplates --all -n "$namespace" --ignore-not-found
  say "The namespace $namespace stays with its claims and Secrets; --data deletes it."
fi
