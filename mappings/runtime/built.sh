# Whether a Task before this one has built what docker build is asked for; GHA_BUILT has a line for each such image.
built_before() { # WORD…
  _before=''
  for _word; do
    case $_before/$_word in
      -t/* | --tag/*) _tag=$_word ;;
      */--tag=*) _tag=${_word#--tag=} ;;
      */-t?*) _tag=${_word#-t} ;;
      *) _tag='' ;;
    esac
    _before=$_word
    [ -n "$_tag" ] && printf '%s\n' "${GHA_BUILT:-}" | sed "s|[$]{{github[.]sha}}|${GITHUB_SHA:-}|g" |
      grep -qxF -e "$_tag" -e "${_tag%:*}:*" || continue
    plain_name "$_tag" >> "$_images"
    echo >> "$_images"
    echo "docker build: $_tag was built by a Task before this one" >&2
    return 0
  done
  return 1
}
