# What checkout fetches: a branch, a tag or a commit, by whatever name it was asked for.

is_commit() { printf '%s' "$1" | grep -Eqx '[0-9a-f]{40}|[0-9a-f]{64}'; }

setting() { # NAME VALUE
  GIT_CONFIG_COUNT=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$GIT_CONFIG_COUNT=$1" "GIT_CONFIG_VALUE_$GIT_CONFIG_COUNT=$2"
  GIT_CONFIG_COUNT=$((GIT_CONFIG_COUNT + 1))
  export GIT_CONFIG_COUNT
}

# Sets wanted, the name that the server knows; branch, if it is one; and ref, where none was given.
resolve() { # URL REF
  branch='' wanted=''
  case $2 in
    refs/heads/*) branch=${2#refs/heads/} ;;
    refs/*) wanted=$2 ;;
    *)
      if ! is_commit "$2"; then
        # A bare name is a branch before it is a tag; no name is the default branch.
        heads=$(asked "refs/heads/$2" "refs/tags/$2") || exit 1
        case $heads in
          *"refs/heads/$2"*) branch=$2 ;;
          *"refs/tags/$2"*) wanted=refs/tags/$2 ;;
          *) branch=$([ -n "$2" ] || printf '%s\n' "$heads" | sed -n 's|^ref: refs/heads/\(.*\)\tHEAD$|\1|p') ;;
        esac
      fi ;;
  esac
  [ -z "$branch" ] || { wanted=refs/heads/$branch ref=$wanted; }
}

# What the server says of names; some want the repository's name to end in .git.
asked() {
  git ls-remote --symref origin HEAD "$@" 2> /dev/null && return
  git remote set-url origin "$url.git"
  git ls-remote --symref origin HEAD "$@" 2> /dev/null && return
  git remote set-url origin "$url"
  git ls-remote --symref origin HEAD "$@"
}

# Fetches, and sets commit to what was wanted.
fetch_wanted() { # OPTION…
  target=${known:-${wanted:-${ref:-HEAD}}}
  case "$*" in *' origin '*) set -- "$@" "+$target" ;; *) set -- "$@" origin "+$target" ;; esac
  if git fetch -q "$@" 2> .git/refused; then
    commit=$(git rev-parse "$(sed -n '$s/\t.*//p' .git/FETCH_HEAD)^{commit}")
  elif is_commit "$target" || [ -z "$wanted" ]; then
    # Not every server hands out a commit by its name.
    echo "The server gives no single commit; fetching all"
    git fetch -q --force --tags --no-recurse-submodules origin '+refs/heads/*:refs/remotes/origin/*'
    commit=$(git rev-parse --verify -q "$target^{commit}") ||
      { echo "::error::A branch or tag with the name '$target' could not be found"; exit 1; }
  else
    cat .git/refused >&2
    exit 1
  fi
  rm -f .git/refused
  if [ -n "$branch" ]; then git update-ref "refs/remotes/origin/$branch" "$commit"; fi
  case $wanted in refs/tags/*) git update-ref "$wanted" "$(sed -n '$s/\t.*//p' .git/FETCH_HEAD)" 2> /dev/null || : ;; esac
}
