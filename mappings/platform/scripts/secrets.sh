#!/bin/sh
# Makes the Secrets that the runs read. A value comes from the environment variable of its name, or from the file that the
# variable NAME_FILE names, which keeps its lines as they are; else it is asked for. A Secret that is taken whole (*) also
# gets what the variable SECRET_FILE names, a file with lines NAME=value. What is there already stays.
# usage: secrets.sh [--dry-run]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"; stty echo 2> /dev/null || :' EXIT
trap 'exit 130' INT TERM
chmod 700 "$work"
ask() { # KEY: its value to a file
  variable=$(printf '%s' "$1" | tr -c 'A-Za-z0-9_' _)
  file=$(printenv "${variable}_FILE" || :)
  if [ -n "$file" ]; then
    cat "$file" > "$work/$1" || fail "$1: $file cannot be read"
    return
  fi
  value=$(printenv "$variable" || :)
  if [ -z "$value" ]; then
    [ -t 0 ] || fail "$1 is not set: give it by the variable $variable or ${variable}_FILE, or run this at a terminal"
    printf '%s: ' "$1"
    stty -echo
    IFS= read -r value
    stty echo
    echo
  fi
  printf '%s' "$value" > "$work/$1"
}
whole() { # SECRET: the values of its file, each to a file
  variable=$(printf '%s' "$1" | tr -c 'A-Za-z0-9_' _)_FILE
  file=$(printenv "$variable" || :)
  [ -n "$file" ] || fail "$1 is taken whole: give a file with lines NAME=value by the variable $variable"
  [ -r "$file" ] || fail "$1: $file cannot be read"
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in '' | '#'*) continue ;; [A-Za-z_]*=*) ;; *) fail "$file: a line is not NAME=value" ;; esac
    key=${line%%=*}
    case $key in *[!A-Za-z0-9_]*) fail "$file: $key is no name of a secret" ;; esac
    printf '%s' "${line#*=}" > "$work/$key"
    files="$files --from-file=$key=$work/$key"
  done < "$file"
}
make() { # SECRET KEY…
  secret=$1
  shift
  if kubectl get secret "$secret" -n "$namespace" > /dev/null 2>&1; then say "$secret is there"; return; fi
  if [ "$dry" = yes ]; then say "would make Secret $secret with: $*"; return; fi
  files=''
  for key; do
    if [ "$key" = '*' ]; then whole "$secret"; continue; fi
    case " $files " in *" --from-file=$key="*) continue ;; esac
    ask "$key"
    files="$files --from-file=$key=$work/$key"
  done
  # shellcheck disable=SC2086 # one word for each key
  kubectl create secret generic "$secret" -n "$namespace" $files
}
@secret-calls@
if kubectl get secret github-webhook-secret -n "$namespace" > /dev/null 2>&1; then say "github-webhook-secret is there"
elif [ "$dry" = yes ]; then say "would make Secret github-webhook-secret"
else sh "$here/rotate-webhook-secret.sh"; fi
