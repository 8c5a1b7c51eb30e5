# Where an action lies: action_place PLACE sets at. PLACE is ./DIR of the workspace or owner/repo[/path]@ref, which is fetched.
action_place() {
  case $1 in
    ./*) at=$GITHUB_WORKSPACE/${1#./}; return ;;
  esac
  ref=${1#*@} path=${1%%@*}
  name=${path#*/} owner=${path%%/*} inner=''
  case $name in */*) inner=${name#*/} name=${name%%/*} ;; esac
  at=${RUNNER_TEMP:-/tmp}/_actions/$owner/$name/$ref
  if [ ! -d "$at/.git" ]; then
    mkdir -p "$at" && git init -q "$at" && git -C "$at" fetch -q --depth=1 "${GHA_GIT_BASE:-${GITHUB_SERVER_URL:-https://github.com}}/$owner/$name" "$ref" &&
      git -C "$at" checkout -q FETCH_HEAD || { rm -rf "$at"; return 1; }
  fi
  at=$at${inner:+/$inner}
}
