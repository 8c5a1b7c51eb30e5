# Caches on a claim, read by cache-restore and cache-save: DIGEST.tar holds the files, DIGEST.key its key; a set of paths
# has a directory of its own, as on GitHub.
: "${GHA_CACHE:?GHA_CACHE is not set}"

digest() { printf '%s' "$1" | sha256sum | cut -c1-40; }

# The lines of an option, without blanks around them.
lines() { printf '%s\n' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//' | grep -v '^$'; }

cache_place() { echo "$GHA_CACHE/$(digest "$(lines "$1")")"; }

checked_key() {
  case $1 in
    '') echo "::error::the key is empty"; exit 1 ;;
    *,*) echo "::error::Key Validation Error: $1 cannot contain commas."; exit 1 ;;
  esac
  [ "${#1}" -le 512 ] || { echo "::error::Key Validation Error: $1 cannot be larger than 512 characters."; exit 1; }
}
