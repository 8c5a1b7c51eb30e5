# Lines NAME=TEXT of a compose file to words NAME='VALUE' for a shell: ${OTHER}, ${OTHER:-TEXT} and their relatives are put in
# from the environment, then from the lines of `file`. A line that is a name alone passes that variable on, if there is one.
function value(name) { return name in ENVIRON ? ENVIRON[name] : lines[name] }
function there(name) { return name in ENVIRON || name in lines }
function quoted(text) { gsub(/'/, "'\\''", text); return "'" text "'" }
# The place of the brace that closes what begins behind `${`.
function closing(text,   at, depth, two) {
  depth = 1
  for (at = 1; at <= length(text); at++) {
    two = substr(text, at, 2)
    if (two == "${") { depth++; at++ }
    else if (substr(text, at, 1) == "}" && --depth == 0) return at
  }
  return 0
}
function expanded(text,   out, at, end, inner, name, rest, colon, mark) {
  out = ""
  while ((at = index(text, "$")) > 0) {
    out = out substr(text, 1, at - 1)
    text = substr(text, at + 1)
    if (substr(text, 1, 1) == "$") { out = out "$"; text = substr(text, 2) }
    else if (substr(text, 1, 1) == "{" && (end = closing(substr(text, 2))) > 0) {
      inner = substr(text, 2, end - 1)
      text = substr(text, end + 2)
      match(inner, /^[A-Za-z_][A-Za-z0-9_]*/)
      name = substr(inner, 1, RLENGTH)
      rest = substr(inner, RLENGTH + 1)
      colon = substr(rest, 1, 1) == ":"
      mark = substr(rest, 1 + colon, 1)
      rest = substr(rest, 2 + colon)
      at = there(name) && !(colon && value(name) == "")
      if (mark == "+") out = out (at ? expanded(rest) : "")
      else if (at) out = out value(name)
      else if (mark == "-") out = out expanded(rest)
      else if (mark == "?") { print "required variable " name " is missing: " rest > "/dev/stderr"; failed = 1 }
    } else if (match(text, /^[A-Za-z_][A-Za-z0-9_]*/)) {
      out = out value(substr(text, 1, RLENGTH))
      text = substr(text, RLENGTH + 1)
    } else out = out "$"
  }
  return out text
}
BEGIN {
  while ((getline line < file) > 0) {
    sub(/^[ \t]*(export )?[ \t]*/, "", line)
    if (line ~ /^#/ || (at = index(line, "=")) == 0) continue
    held = substr(line, at + 1)
    sub(/^[ \t]*/, "", held)
    if (held ~ /^".*"[ \t]*$/ || held ~ /^'.*'[ \t]*$/) { sub(/[ \t]*$/, "", held); held = substr(held, 2, length(held) - 2) }
    else { sub(/[ \t]+#.*$/, "", held); sub(/[ \t]*$/, "", held) }
    name = substr(line, 1, at - 1)
    sub(/[ \t]*$/, "", name)
    lines[name] = held
  }
}
{
  at = index($0, "=")
  if (at == 0) { if (there($0)) printf " %s", quoted($0 "=" value($0)) }
  else printf " %s", quoted(substr($0, 1, at) expanded(substr($0, at + 1)))
}
END { exit failed }
