#!/bin/sh
# Gives the webhook a new secret. Between the two steps GitHub's deliveries are refused: redeliver those from its page.
# usage: rotate-webhook-secret.sh [--dry-run]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
# Hexadecimal, and by standard input: no line end comes into it, and no list of processes shows it.
new=$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')
[ "${#new}" -eq 40 ] || fail "there is no randomness to be had"
if [ "$dry" = yes ]; then
  say "would put 40 new characters into Secret github-webhook-secret of $namespace"
  exit 0
fi
made=$(printf '%s' "$new" | kubectl create secret generic github-webhook-secret -n "$namespace" --from-file=webhook-secret=/dev/stdin \
  --dry-run=client -o yaml) || fail "kubectl could not write the Secret down"
printf '%s\n' "$made" | kubectl apply --server-side --force-conflicts -n "$namespace" -f - || fail "the Secret was not put on the cluster: the old one is still in force"
say "Put the same value into the webhook at GitHub now:"
say "  kubectl get secret github-webhook-secret -n $namespace -o jsonpath='{.data.webhook-secret}' | base64 -d"
