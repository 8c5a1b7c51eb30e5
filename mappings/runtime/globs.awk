# Files that GitHub's globs take: reads patterns, a line each, and prints absolute paths in the order of the runner's walk.
# usage: GHA_HERE=$(pwd) awk [-v roots=1] [-v themselves=1] [-v hidden=1] [-v follow=1] -f globs.awk
# roots=1 prints where the search begins, themselves=1 what patterns name, directories too, and not what is in those.
# * ? [ ] ** as in a shell, ! takes out again, # is a comment, a directory stands for all that is in it.
# https://github.com/actions/toolkit/tree/main/packages/glob

function trimmed(s) { gsub(/^[ \t]+|[ \t\r]+$/, "", s); return s }

function absolute(p) {
  if (p ~ /^~(\/|$)/) p = ENVIRON["HOME"] substr(p, 2)
  else if (p !~ /^\//) p = ENVIRON["GHA_HERE"] "/" p
  while (sub(/\/\.(\/|$)/, "/", p) || sub(/\/\/+/, "/", p)) ;
  return length(p) > 1 && p ~ /\/$/ ? substr(p, 1, length(p) - 1) : p
}

function literal(segment,   i, c, out, end) {
  for (i = 1; i <= length(segment); i++) {
    c = substr(segment, i, 1)
    if (c == "*") { while (substr(segment, i + 1, 1) == "*") i++; out = out "[^/]*" }
    else if (c == "?") out = out "[^/]"
    else if (c == "[" && (end = index(substr(segment, i + 2), "]"))) {
      c = substr(segment, i + 1, end); sub(/^!/, "^", c); out = out "[" c "]"; i += end + 1
    }
    else if (c ~ /[A-Za-z0-9_ -]/) out = out c
    else out = out (c == "^" || c == "\\" ? "\\" c : "[" c "]")
  }
  return out
}

function regex(p,   n, i, parts, out) {
  n = split(substr(p, 2), parts, "/")
  for (i = 1; i <= n; i++) {
    if (parts[i] == "**") out = out (i < n ? "(/.*)?" : "/.*")
    else out = out "/" literal(parts[i])
  }
  return "^" out (parts[n] == "**" || themselves ? "$" : "(/.*)?$")
}

# The part of a pattern before the first segment that is one.
function root(p,   n, i, parts, out) {
  n = split(substr(p, 2), parts, "/")
  for (i = 1; i <= n && parts[i] !~ /[*?[]/; i++) if (parts[i] != "") out = out "/" parts[i]
  return out == "" ? "/" : out
}

function below(path, above) { return path == above || above == "/" || index(path, above "/") == 1 }

function walk(from,   command, path, parent, i, taken, last) {
  parent = from; sub(/\/[^\/]*$/, "", parent)
  command = from; gsub(/'/, "'\\''", command)
  # A directory's files come where its name stands: the slash sorts before all other characters.
  command = "find " (follow ? "-L '" : "'") command "' " \
    (themselves ? "" : "\\( -type f -o -type l -exec test -f {} \\; \\)") " -print 2> /dev/null" \
    " | tr '/' '\\001' | LC_ALL=C sort | tr '\\001' '/'"
  while ((command | getline path) > 0) {
    if (!hidden && substr(path, length(parent) + 1) ~ /\/\./) continue
    taken = 0
    for (i = 1; i <= count; i++) if (path ~ test[i]) taken = !negative[i]
    if (!taken || (last != "" && below(path, last))) continue
    print path
    if (themselves) last = path
  }
  close(command)
}

{
  pattern = trimmed($0)
  if (pattern == "" || pattern ~ /^#/) next
  count++
  while (pattern ~ /^!/) { negative[count] = !negative[count]; pattern = trimmed(substr(pattern, 2)) }
  pattern = absolute(pattern)
  if (pattern ~ /\/\.\.(\/|$)/) {
    print "Invalid pattern '" $0 "'. Relative pathing '..' is not allowed." > "/dev/stderr"
    refused = 1
    exit 1
  }
  test[count] = regex(pattern)
  if (!negative[count]) from[++starts] = root(pattern)
}

END {
  if (refused) exit 1
  for (i = 1; i <= starts; i++) {
    first = 1
    for (j = 1; j <= starts; j++) if (j != i && below(from[i], from[j]) && (from[i] != from[j] || j < i)) first = 0
    if (!first) continue
    if (roots) print from[i]; else walk(from[i])
  }
}
