# The tags and labels of image-tags: lines of version, tag and label, each with a tab behind its name.
# https://github.com/docker/metadata-action#tags-input
function fail(message) { print "image-tags: " message > "/dev/stderr"; failed = 1; exit 1 }
function clean(s) { gsub(/[^a-zA-Z0-9._-]+/, "-", s); return s }
function trim(s) { gsub(/^[ \t\r]+|[ \t\r]+$/, "", s); return s }
# NAME=VALUE pairs with commas between; a value in double quotes may hold commas.
function attributes(line,   one) {
  split("", A)
  while (line != "") {
    if (match(line, /^[^,"]*"[^"]*"[^,]*/)) ; else match(line, /^[^,]*/)
    one = trim(substr(line, 1, RLENGTH)); line = substr(line, RLENGTH + 2)
    gsub(/"/, "", one)
    if (index(one, "=")) A[substr(one, 1, index(one, "=") - 1)] = substr(one, index(one, "=") + 1)
    else if (one != "") A[""] = one
  }
}
# What stands in double braces and speaks of the event alone.
function filled(s,   name, value) {
  while (match(s, /\{\{ *[a-z_]+ *\}\}/)) {
    name = substr(s, RSTART + 2, RLENGTH - 4); gsub(/ /, "", name)
    if (name == "branch") value = kind == "branch" ? clean(short) : ""
    else if (name == "tag") value = kind == "tag" ? clean(short) : ""
    else if (name == "sha") value = substr(ENVIRON["COMMIT"], 1, 7)
    else if (name == "base_ref") value = clean(ENVIRON["GITHUB_BASE_REF"])
    else if (name == "is_default_branch") value = kind == "branch" && short == ENVIRON["DEFAULT"] ? "true" : "false"
    else if (name == "is_not_default_branch") value = kind == "branch" && short == ENVIRON["DEFAULT"] ? "false" : "true"
    else fail("{{" name "}} is not known here: write the tag out")
    s = substr(s, 1, RSTART - 1) value substr(s, RSTART + RLENGTH)
  }
  if (s ~ /\{\{/) fail(s " is not known here: write the tag out")
  return s
}
function semver(pattern, given,   v, main, parts, rest) {
  v = given; sub(/^[vV=]/, "", v); rest = v
  if (v !~ /^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$/) return ""
  main = v; sub(/[-+].*/, "", main); split(main, parts, ".")
  sub(/\+.*/, "", v); early = v ~ /-/
  # Of an early version only the whole one is a tag.
  if (early && pattern !~ /\{\{ *(version|raw) *\}\}/) pattern = "{{version}}"
  gsub(/\{\{ *version *\}\}/, v, pattern); gsub(/\{\{ *raw *\}\}/, given, pattern)
  gsub(/\{\{ *major *\}\}/, parts[1], pattern); gsub(/\{\{ *minor *\}\}/, parts[2], pattern); gsub(/\{\{ *patch *\}\}/, parts[3], pattern)
  return filled(pattern)
}
function add(value, rank, latest,   i, prefix, suffix) {
  if (value == "") return
  prefix = "prefix" in A ? A["prefix"] : F["prefix"]; suffix = "suffix" in A ? A["suffix"] : F["suffix"]
  value = clean(filled(prefix) value filled(suffix))
  for (i = 1; i <= n; i++) if (T[i] == value) return
  n++; T[n] = value; R[n] = rank + 0
  if (latest) auto = 1
}
function quoted(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/\t/, "\\t", s); return "\"" s "\"" }

function label(line,   at) {
  print "label\t" line
  at = index(line, "=")
  if (at) labels = labels (labels == "" ? "" : ",") quoted(substr(line, 1, at - 1)) ":" quoted(substr(line, at + 1))
}

BEGIN {
  ref = ENVIRON["GITHUB_REF"]; event = ENVIRON["GITHUB_EVENT_NAME"]
  if (ref ~ /^refs\/heads\//) { kind = "branch"; short = substr(ref, 12) }
  else if (ref ~ /^refs\/tags\//) { kind = "tag"; short = substr(ref, 11) }
  else if (ref ~ /^refs\/pull\//) { kind = "pr"; short = ref; gsub(/^refs\/pull\/|\/merge$/, "", short) }
  flavor = "auto"
  m = split(ENVIRON["FLAVOR"], lines, "\n")
  for (k = 1; k <= m; k++) {
    attributes(trim(lines[k]))
    if ("latest" in A) flavor = A["latest"]
    if ("prefix" in A) F["prefix"] = A["prefix"]
    if ("suffix" in A) F["suffix"] = A["suffix"]
  }
  m = split(ENVIRON["TAGS"], lines, "\n")
  for (k = 1; k <= m; k++) {
    line = trim(lines[k])
    if (line == "" || line ~ /^#/) continue
    attributes(line)
    type = "type" in A ? A["type"] : "raw"
    if ("enable" in A && filled(A["enable"]) != "true") continue
    rank = "priority" in A ? A["priority"] : ""
    if (type == "schedule") {
      if (event == "schedule") add(filled("pattern" in A ? A["pattern"] : "nightly"), rank == "" ? 1000 : rank)
    } else if (type == "semver") {
      early = 0; given = "value" in A ? filled(A["value"]) : kind == "tag" ? short : ""
      value = given == "" ? "" : semver(A["pattern"], given)
      if (given != "" && value == "") print "image-tags: " given " is no semantic version" > "/dev/stderr"
      add(value, rank == "" ? 900 : rank, !early)
    } else if (type == "edge") {
      if (kind == "branch" && short == ("branch" in A ? A["branch"] : ENVIRON["DEFAULT"])) add("edge", rank == "" ? 700 : rank)
    } else if (type == "ref") {
      if (A["event"] == kind) {
        if (kind == "pr" && !("prefix" in A)) A["prefix"] = "pr-"
        add(short, rank == "" ? 600 : rank, kind == "tag")
      }
    } else if (type == "raw") add(filled("value" in A ? A["value"] : A[""]), rank == "" ? 200 : rank)
    else if (type == "sha") {
      if (!("prefix" in A)) A["prefix"] = "sha-"
      add(A["format"] == "long" ? ENVIRON["COMMIT"] : substr(ENVIRON["COMMIT"], 1, 7), rank == "" ? 100 : rank)
    } else fail("type=" type " is not known here: write the tag out")
  }
  # The highest first; equals stay in their order.
  for (i = 2; i <= n; i++) {
    t = T[i]; r = R[i]
    for (j = i - 1; j > 0 && R[j] < r; j--) { T[j + 1] = T[j]; R[j + 1] = R[j] }
    T[j + 1] = t; R[j + 1] = r
  }
  version = T[1]
  if (n && (flavor == "true" || (flavor == "auto" && auto))) T[++n] = "latest"
  print "version\t" version
  m = split(ENVIRON["IMAGES"], lines, "\n")
  for (k = 1; k <= m; k++) {
    attributes(trim(lines[k]))
    name = "name" in A ? A["name"] : A[""]
    if (name == "" || name ~ /^#/ || ("enable" in A && filled(A["enable"]) != "true")) continue
    for (i = 1; i <= n; i++) { print "tag\t" tolower(name) ":" T[i]; full = full (full == "" ? "" : ",") quoted(tolower(name) ":" T[i]) }
  }
  repository = ENVIRON["GITHUB_REPOSITORY"]; title = repository; sub(/.*\//, "", title)
  url = (ENVIRON["GITHUB_SERVER_URL"] == "" ? "https://github.com" : ENVIRON["GITHUB_SERVER_URL"]) "/" repository
  base = "org.opencontainers.image."
  own = "\n" ENVIRON["LABELS"]
  m = split("created=" ENVIRON["CREATED"] "\nrevision=" ENVIRON["COMMIT"] "\nsource=" url "\ntitle=" title "\nurl=" url "\nversion=" version, lines, "\n")
  for (k = 1; k <= m; k++) { name = lines[k]; sub(/=.*/, "=", name); if (!index(own, "\n" base name)) label(base lines[k]) }
  m = split(ENVIRON["LABELS"], lines, "\n")
  for (k = 1; k <= m; k++) if (trim(lines[k]) != "" && trim(lines[k]) !~ /^#/) label(filled(trim(lines[k])))
  for (i = 1; i <= n; i++) short_names = short_names (i > 1 ? "," : "") quoted(T[i])
  print "json\t{\"tags\":[" full "],\"tag-names\":[" short_names "],\"labels\":{" labels "}}"
}
