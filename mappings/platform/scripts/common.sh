# What the scripts of this platform share. They use kubectl alone, and tkn where it is there.
namespace=@namespace@
dry=no
for word; do
  case $word in
    --dry-run) dry=yes ;;
    -h | --help) sed -n 's/^# usage: /usage: /p' "$0"; exit 0 ;;
    *) echo "$(basename "$0"): unknown option $word; see --help" >&2; exit 2 ;;
  esac
done
say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
run() { # what changes the cluster: shown only, with --dry-run
  if [ "$dry" = yes ]; then say "would run: $*"; else "$@"; fi
}
command -v kubectl > /dev/null || fail "kubectl is not here: https://kubernetes.io/docs/tasks/tools/"
