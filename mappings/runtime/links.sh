# What -v asks for, in a sidecar: the path in the container leads to the workspace, and what the image had there is out of
# the way. A path above the workspace's own cannot be a link: there, each thing in it is one.

link() { # DIRECTORY with a file mounts
  while IFS="$(printf '\t')" read -r _source _target; do
    # A volume without a source is the image's own directory.
    [ -n "$_target" ] || continue
    case $_source in
      /*) ;;
      . | ./ | ./* | .. | ../*) _source=$GITHUB_WORKSPACE/$_source ;;
      */*) _source=$GITHUB_WORKSPACE/$_source ;;
      *) _source=$GHA_HANDOFF/volumes/$_source; mkdir -p "$_source"; chmod 777 "$GHA_HANDOFF/volumes" "$_source" 2> /dev/null ;;
    esac
    while :; do case $_source in */. | */./) _source=${_source%/.*} ;; */) _source=${_source%/} ;; *) break ;; esac; done
    _target=${_target%/}
    # The workspace is elsewhere in a sidecar in which something else takes its place.
    if [ -n "${GHA_DISPLACED:-}" ]; then case $_source/ in "$GHA_DISPLACED"/*) _source=$GITHUB_WORKSPACE${_source#"$GHA_DISPLACED"} ;; esac; fi
    [ -n "$_target" ] || { echo "serve: nothing can be mounted at /" >&2; return 1; }
    [ ! "$_source" -ef "$_target" ] || continue
    mkdir -p "$(dirname "$_target")" || return 1
    case $_source in
      "$_target"/*) link_each "$1" || return 1; continue ;;
    esac
    # A volume that is empty begins with what the image has in its place.
    case $_source in
      "$GHA_HANDOFF"/volumes/*) [ -n "$(ls -A "$_source")" ] || cp -R "$_target/." "$_source/" 2> /dev/null ;;
    esac
    if [ -L "$_target" ]; then rm -f "$_target"
    elif [ -d "$_target" ]; then rmdir "$_target" 2> /dev/null || mv "$_target" "$_target.image.$$" || return 1
    elif [ -e "$_target" ]; then mv "$_target" "$_target.image.$$" || return 1; fi
    ln -s "$_source" "$_target" || return 1
  done < "$1/mounts"
}

link_each() { # DIRECTORY
  [ -d "$_target" ] || return 0
  printf '%s\t%s\n' "$_source" "$_target" >> "$1/led"
  for _one in "$_source"/* "$_source"/.[!.]*; do
    _each=${_one##*/}
    [ -e "$_one" ] || [ -L "$_one" ] || continue
    case $_source/ in "$_target/$_each"/*) continue ;; esac
    if [ -e "$_target/$_each" ] && [ ! -L "$_target/$_each" ]; then
      mkdir -p "$_target/.image" && mv "$_target/$_each" "$_target/.image/" || return 1
    fi
    ln -sfn "$_one" "$_target/$_each" && echo "$_each" >> "$1/links" || return 1
  done
  ls -A "$_target" > "$1/before"
}

# The directory behind one whose things are links.
led() {
  [ ! -f "$_box/led" ] || while IFS="$(printf '\t')" read -r _source _target; do
    [ "${1%/}" != "$_target" ] || { echo "$_source"; return; }
  done < "$_box/led"
  printf '%s\n' "$1"
}

# After a call: what it made among the links is brought to the workspace, what it removed is removed there.
unlink_new() {
  [ -f "$1/led" ] || return 0
  while IFS="$(printf '\t')" read -r _source _target; do
    [ -d "$_target" ] || continue
    for _one in "$_target"/* "$_target"/.[!.]*; do
      _each=${_one##*/}
      [ -e "$_one" ] && [ ! -L "$_one" ] || continue
      if grep -qxF "$_each" "$1/before" && ! grep -qsxF "$_each" "$1/links"; then continue; fi
      rm -rf "$_source/${_each:?}" && mv "$_one" "$_source/" && ln -s "$_source/$_each" "$_target/$_each"
    done
    [ ! -f "$1/links" ] || while IFS= read -r _each; do
      [ -L "$_target/$_each" ] || [ -e "$_target/$_each" ] || rm -rf "$_source/${_each:?}"
    done < "$1/links"
  done < "$1/led"
}

# A directory of the workspace, at the place in the job's container where the workflow mounts it.
volume() { # SOURCE PLACE
  [ "$GHA_SKIPPED" != yes ] || return 0
  printf '%s\t%s\n' "$1" "$2" > "$GHA_LOCAL/mounts"
  mkdir -p "$1" && link "$GHA_LOCAL" && return
  echo "Error: $1 cannot be mounted at $2 in this container"
  fail_job
}
