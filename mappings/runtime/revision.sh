# What checkout fetches: a branch, a tag or a commit, by whatever name it was asked for.

is_commit() { printf '%s' "$1" | grep -Eqx '[0-9a-f]{40}|[0-9a-f]{64}'; }

# Settings for git go through its environment, in the one form that old versions read too.
setting() { # NAME VALUE
  GIT_CONFIG_PARAMETERS="${GIT_CONFIG_PARAMETERS:+$GIT_CONFIG_PARAMETERS }'$1=$(printf '%s' "$2" | sed "s/'/'\\\\''/g")'"
  export GIT_CONFIG_PARAMETERS
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
        if [ -z "$2" ]; then branch=$(printf '%s\n' "$heads" | sed -n 's|^ref: refs/heads/\([^[:space:]]*\).*|\1|p')
        elif has "refs/heads/$2"; then branch=$2
        elif has "refs/tags/$2"; then wanted=refs/tags/$2; fi
      fi ;;
  esac
  [ -z "$branch" ] || { wanted=refs/heads/$branch ref=$wanted; }
}

has() { printf '%s\n' "$heads" | cut -f 2 | grep -qxF "$1"; }

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
  [ "$depth" != 0 ] || git fetch -q "$@" origin '+refs/heads/*:refs/remotes/origin/*'
  if git fetch -q "$@" origin "+$target" 2> .git/refused; then
    target=FETCH_HEAD
  elif is_commit "$target" || [ -z "$wanted" ]; then
    # Not every server hands out a commit by its name.
    echo "The server gives no single commit; fetching all"
    git fetch -q --force --tags --no-recurse-submodules origin '+refs/heads/*:refs/remotes/origin/*'
  else
    cat .git/refused >&2
    exit 1
  fi
  rm -f .git/refused
  commit=$(git rev-parse --verify -q "$target^{commit}") ||
    { echo "::error::A branch or tag with the name '$target' could not be found"; exit 1; }
  [ -z "$branch" ] || git update-ref "refs/remotes/origin/$branch" "$commit"
  case $wanted in refs/tags/*) git update-ref "$wanted" "$(git rev-parse "$target")" ;; esac
}
