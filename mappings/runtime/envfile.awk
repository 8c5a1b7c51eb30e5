# Reads a GITHUB_ENV, GITHUB_OUTPUT or GITHUB_STATE file and writes each value to a file of its name.
# usage: awk -v into=DIR [-v fold=1] -f envfile.awk FILE ; with fold=1 files have names in lower case, and DIR.names tells
# how they are written
# Exit status 1 with a message at the first line that GitHub refuses; what came before it stands.
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#environment-files

function keep(name, value) {
  if (name == "") refuse("the name is empty")
  if (name ~ /\// || name == "." || name == "..") refuse("the name " name " cannot be kept")
  if (fold) { print name >> (into ".names"); name = tolower(name) }
  printf "%s", value > (into "/" name)
  close(into "/" name)
}

function refuse(message) { print "Invalid format in " FILENAME ": " message > "/dev/stderr"; failed = 1; exit 1 }

BEGIN { RS = "\001" }
{
  rest = $0
  if (NR == 1) sub(/^\357\273\277/, "", rest)   # the mark that some editors put before UTF-8
  while (rest != "") {
    end = index(rest, "\n"); line = end ? substr(rest, 1, end - 1) : rest; rest = end ? substr(rest, end + 1) : ""
    if (line == "") continue
    equals = index(line, "="); here = index(line, "<<")
    if (equals && (!here || equals < here)) { keep(substr(line, 1, equals - 1), substr(line, equals + 1)); continue }
    if (!here) refuse("'" line "'")
    name = substr(line, 1, here - 1); delimiter = substr(line, here + 2)
    if (name == "" || delimiter == "") refuse("'" line "'")
    value = ""; lines = 0; closed = 0
    while (rest != "") {
      end = index(rest, "\n"); line = end ? substr(rest, 1, end - 1) : rest
      rest_ = end ? substr(rest, end + 1) : ""
      if (line == delimiter) { closed = 1; rest = rest_; break }
      if (!end) refuse("EOF marker missing new line")
      value = value (lines++ ? "\n" : "") line; rest = rest_
    }
    if (!closed) refuse("Matching delimiter not found '" delimiter "'")
    keep(name, value)
  }
}
