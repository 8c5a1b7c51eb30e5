# What the scripts of this platform share. They use kubectl alone, and tkn where it is there.
# Before it is read, more may hold the options that a script has of its own; those that are given are in chosen.
namespace=@namespace@
dry=no
chosen=' '
for word; do
  case " --dry-run --help -h ${more:-} " in
    *" $word "*) ;;
    *) echo "$(basename "$0"): unknown option $word; see --help" >&2; exit 2 ;;
  esac
  case $word in
    --dry-run) dry=yes ;;
    -h | --help) sed -n 's/^# usage: /usage: /p' "$0"; exit 0 ;;
    *) chosen="$chosen$word " ;;
  esac
done
say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
run() { # what changes the cluster: shown only, with --dry-run
  if [ "$dry" = yes ]; then say "would run: $*"; else "$@"; fi
}
is_chosen() { case $chosen in *" $1 "*) ;; *) return 1 ;; esac; }
command -v kubectl > /dev/null || fail "kubectl is not here: https://kubernetes.io/docs/tasks/tools/"
