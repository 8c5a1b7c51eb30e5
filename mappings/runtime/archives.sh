# docker save, load and the archives of builds: by buildah in the sidecar that builds images, where the Task has one. Without,
# images are pulled by the node alone, and an archive of them is no more than a cache.

# Prints an image as an archive of this form; one that is not there yet is pulled.
archived() { # FORM IMAGE
  handed sh -c '{ buildah inspect --type image "$2" || buildah pull -q "$2"; } > /dev/null 2>&1
    exec buildah push -q "$2" "$1:/dev/stdout:$2"' sh "$@"
}

# The value of -o or -i, in _file, and the other words, in _words.
with_file() { # -LETTER --NAME WORD…
  _letter=$1 _long=$2 _file='' _words=''
  shift 2
  while [ $# -gt 0 ]; do
    case $1 in
      "$_letter" | "$_long") _file=${2:-}; [ $# -lt 2 ] || shift ;;
      "$_long"=*) _file=${1#*=} ;;
      "$_letter"?*) _file=${1#"$_letter"} _file=${_file#=} ;;
      --platform) [ $# -lt 2 ] || shift ;;
      -*) ;;
      *) _words="$_words $(quoted "$1")" ;;
    esac
    shift
  done
}

save() {
  with_file -o --output "$@"
  _name=$(builder)
  if [ -z "$_name" ]; then
    # A script may look at the archive it saved: it is there, and empty.
    [ -z "$_file" ] || : > "$_file"
    no_effect save
  fi
  eval "set -- $_words"
  [ $# = 1 ] || refuse "an archive has one image here: save each by itself"
  ready "$_name"
  if [ -n "$_file" ]; then archived docker-archive "$1" > "$_file"; else archived docker-archive "$1"; fi
  exit "$_code"
}

# An archive as it was before it was compressed.
plain_archive() { # FILE
  case $(od -An -tx1 -N4 "$1" | tr -d ' \n') in
    1f8b*) gzip -dc ;;
    425a68*) bzip2 -dc ;;
    28b52ffd) zstd -dc ;;
    fd377a58) xz -dc ;;
    *) cat ;;
  esac < "$1"
}

load() {
  with_file -i --input "$@"
  _name=$(builder)
  [ -n "$_name" ] || no_effect load
  [ -z "$_file" ] || [ -r "$_file" ] || { echo "open $_file: no such file or directory" >&2; exit 1; }
  ready "$_name"
  _passage=$(mktemp -d "$GHA_HANDOFF/passage.XXXXXX") && chmod 777 "$_passage" || exit 125
  [ -n "$_file" ] || { _file=$_passage/given; cat > "$_file"; }
  plain_archive "$_file" > "$_passage/archive" || { rm -rf "$_passage"; exit 1; }
  handed buildah pull -q "docker-archive:$_passage/archive" > /dev/null
  [ "$_code" != 0 ] || tar -xOf "$_passage/archive" manifest.json | tr '[]' '\n\n' | awk '/"RepoTags": *$/ { getline; gsub(/[" ]/, ""); gsub(/,/, "\n"); print }' |
    sed 's|^docker\.io/||; s|^library/||; s|^localhost/||' | sort -u | while read -r _word; do
      echo "Loaded image: $_word"
      plain_name "$_word" >> "$_images"
      echo >> "$_images"
    done
  rm -rf "$_passage"
  exit "$_code"
}

# What a build writes beside the image it makes: -o type=docker,dest=FILE and type=oci,dest=FILE.
given_out() { # TAG…
  case $_gives in type=oci*) _form=oci-archive ;; *) _form=docker-archive ;; esac
  [ $# -lt 2 ] || echo "docker build: the archive calls the image $1, and by none of its other names" >&2
  _file=$(part dest "$_gives")
  if [ "$_file" = - ]; then archived "$_form" "$1"; else archived "$_form" "$1" > "$_file"; fi
}
