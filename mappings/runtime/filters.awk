# Functions: globs of changed files as patterns, and the part of YAML that lists of them are written in.

function trimmed(s) { gsub(/^[ \t]+|[ \t\r]+$/, "", s); return s }

# A glob as a pattern for a whole path: ** crosses directories, * and ? do not, {a,b} is one of them.
function regex(glob,   i, c, out, deep, end) {
  sub(/^\.\//, "", glob)
  for (i = 1; i <= length(glob); i++) {
    c = substr(glob, i, 1)
    if (substr(glob, i, 3) == "**/") { out = out "(.*/)?"; i += 2 }
    else if (substr(glob, i, 2) == "**") { out = out ".*"; i++ }
    else if (c == "*") out = out "[^/]*"
    else if (c == "?") out = out "[^/]"
    else if (c == "{" && index(substr(glob, i), "}")) { out = out "("; deep++ }
    else if (c == "}" && deep) { out = out ")"; deep-- }
    else if (c == "," && deep) out = out "|"
    else if (c == "[" && (end = index(substr(glob, i + 2), "]"))) {
      c = substr(glob, i + 1, end); sub(/^!/, "^", c); out = out "[" c "]"; i += end + 1
    }
    else if (c ~ /[A-Za-z0-9_\/ -]/) out = out c
    else out = out (c == "^" || c == "\\" ? "\\" c : "[" c "]")
  }
  return "^" out "$"
}

function plain(text) {
  text = trimmed(text)
  if (text ~ /^'.*'/) { sub(/^'/, "", text); sub(/'[ \t]*(#.*)?$/, "", text); gsub(/''/, "'", text) }
  else if (text ~ /^".*"/) { sub(/^"/, "", text); sub(/"[ \t]*(#.*)?$/, "", text) }
  else sub(/[ \t]+#.*$/, "", text)
  return trimmed(text)
}

# What a flow list holds: commas within quotes and braces divide nothing.
function members(text, parts,   i, c, quote, deep, n) {
  n = 1; parts[1] = ""
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (quote != "") { if (c == quote) quote = "" }
    else if (c == "'" || c == "\"") quote = c
    else if (c == "{") deep++
    else if (c == "}") deep--
    else if (c == "," && deep <= 0) { parts[++n] = ""; continue }
    parts[n] = parts[n] c
  }
  return n
}

function add(name, kinds, text,   i, parts, n) {
  text = trimmed(text)
  if (text == "") return
  if (text ~ /^\[.*\]$/) {
    n = members(substr(text, 2, length(text) - 2), parts)
    for (i = 1; i <= n; i++) add(name, kinds, parts[i])
  } else if (text ~ /^\*[A-Za-z0-9_-]+$/) {
    text = anchors[substr(text, 2)]
    for (i = 1; i <= size[text]; i++) { size[name]++; glob[name, size[name]] = glob[text, i]; kind[name, size[name]] = kind[text, i] }
  } else if (kinds == "" && match(text, /^[a-z|]+:([ \t]|$)/)) {
    status = substr(text, 1, RLENGTH); sub(/:.*/, "", status)
    add(name, status, substr(text, RLENGTH + 1))
  } else { size[name]++; glob[name, size[name]] = plain(text); kind[name, size[name]] = kinds }
}

# The part of YAML that filters are written in: names with lists of globs, anchors, flow lists, kinds of change.
function parse(yaml,   lines, n, i, line, indent, name, above) {
  n = split(yaml, lines, "\n")
  for (i = 1; i <= n; i++) {
    line = lines[i]
    if (line ~ /^[ \t]*(#.*)?\r?$/) continue
    match(line, /^ */); indent = RLENGTH; line = trimmed(line)
    if (line ~ /^- / || line == "-") {
      if (indent <= above) status = ""
      above = status == "" ? indent : above
      add(name, status, substr(line, 2))
    } else if (match(line, /^[^:]+:/)) {
      name = plain(substr(line, 1, RLENGTH - 1)); names[++count] = name; status = ""; above = indent + 99
      line = trimmed(substr(line, RLENGTH + 1))
      if (match(line, /^&[A-Za-z0-9_-]+/)) { anchors[substr(line, 2, RLENGTH - 1)] = name; line = substr(line, RLENGTH + 1) }
      add(name, "", line); status = ""
    } else { print "changed-files: not understood: " line > "/dev/stderr"; bad = 1; exit 1 }
  }
}
