# Reads the lines of git diff --name-status and prints the outputs that changed-files is asked for.
# The environment: FILTERS is YAML of dorny/paths-filter, else FILES, IGNORE (globs, a line each) and GROUPS_ (YAML).

function one(pattern, path) { return pattern ~ /^!/ ? path !~ regex(substr(pattern, 2)) : path ~ regex(pattern) }

# paths-filter: any pattern, or with "every" all of them; "!" turns one pattern round.
function filtered(name, path, what,   i, hit, hits) {
  for (i = 1; i <= size[name]; i++) {
    hit = (kind[name, i] == "" || ("|" kind[name, i] "|") ~ ("\\|" what "\\|")) && one(glob[name, i], path)
    hits += hit
  }
  return every == "every" ? hits == size[name] && hits > 0 : hits > 0
}

# changed-files: any pattern without "!", and none with it.
function chosen(name, path,   i, yes, only) {
  only = 1
  for (i = 1; i <= size[name]; i++) {
    if (glob[name, i] ~ /^!/) { if (path ~ regex(substr(glob[name, i], 2))) return 0 }
    else { only = 0; if (path ~ regex(glob[name, i]) || index(path, glob[name, i] "/") == 1) yes = 1 }
  }
  return only || yes
}

function quoted(text) { gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); return "\"" text "\"" }

function listed(text, how) {
  if (how == "json") return quoted(text)
  if (how == "csv") { if (text ~ /[",]/) { gsub(/"/, "\"\"", text); text = "\"" text "\"" } return text }
  if (how == "shell" && text ~ /[^A-Za-z0-9_.\/:=@%+,-]/) { gsub(/'/, "'\\''", text); return "'" text "'" }
  if (how == "escape") gsub(/[^A-Za-z0-9_.\/:=@%+,-]/, "\\\\&", text)
  return text
}

function output(name, value) { printf "%s<<GHA_END_%d\n%s\nGHA_END_%d\n", name, NR, value, NR }

# The directory that a file is in, no deeper than asked for; "" for one that is left out.
function directory(file,   part, i, n, out) {
  sub(/\/?[^\/]*$/, "", file)
  if (file == "") return rootless == "true" ? "" : "."
  n = split(file, part, "/")
  for (i = 1; i <= n && (depth + 0 == 0 || i <= depth + 0); i++) out = out (i > 1 ? "/" : "") part[i]
  return out
}

function joined(kinds, name,   i, out, n, one_, seen) {
  for (i = 1; i <= files; i++) if (index(kinds, mark[i]) && chosen(name, path[i])) {
    one_ = dirs == "true" ? directory(path[i]) : path[i]
    if (one_ == "" || (one_ in seen)) continue
    seen[one_] = 1
    out = out (n++ ? (json == "true" ? "," : ENVIRON["SEPARATOR"]) : "") (json == "true" ? quoted(one_) : one_)
  }
  number = n + 0
  if (json == "true") { out = "[" out "]"; if (escape != "false") gsub(/"/, "\\\"", out) }
  return out
}

function report(name, prefix,   i, kinds, words, n, pair, value, all) {
  n = split("added_files=A copied_files=C modified_files=M renamed_files=R type_changed_files=T deleted_files=D " \
    "all_changed_files=ACMR all_modified_files=ACMRD all_changed_and_modified_files=ACMRDT", words, " ")
  for (i = 1; i <= n; i++) {
    split(words[i], pair, "=")
    value = joined(pair[2], name)
    output(prefix pair[1], value)
    output(prefix pair[1] "_count", number)
    had[pair[1]] = number
  }
  for (i = 1; i <= files; i++) if (index("ACMR", mark[i])) all++
  output(prefix "any_changed", had["all_changed_files"] ? "true" : "false")
  output(prefix "any_modified", had["all_modified_files"] ? "true" : "false")
  output(prefix "any_deleted", had["deleted_files"] ? "true" : "false")
  output(prefix "only_changed", had["all_changed_files"] && had["all_changed_files"] == all ? "true" : "false")
  return had["all_changed_files"]
}

BEGIN { FS = "\t" }
{ files++; mark[files] = substr($1, 1, 1); path[files] = $NF }

END {
  what["A"] = "added"; what["C"] = "copied"; what["M"] = what["T"] = "modified"; what["D"] = "deleted"; what["R"] = "renamed"
  if (ENVIRON["FILTERS"] != "") {
    parse(ENVIRON["FILTERS"])
    if (bad) exit 1
    for (i = 1; i <= count; i++) {
      hits = 0; text = ""
      for (j = 1; j <= files; j++) if (filtered(names[i], path[j], what[mark[j]])) {
        text = text (hits++ ? (list == "csv" || list == "json" ? "," : " ") : "") listed(path[j], list)
      }
      output(names[i], hits ? "true" : "false")
      output(names[i] "_count", hits)
      if (list != "none") output(names[i] "_files", list == "json" ? "[" text "]" : text)
      if (hits) changes = changes (changes == "" ? "" : ",") quoted(names[i])
    }
    output("changes", "[" changes "]")
    exit
  }
  n = split(ENVIRON["FILES"], lines, "\n")
  for (i = 1; i <= n; i++) add("", "any", lines[i])
  n = split(ENVIRON["IGNORE"], lines, "\n")
  for (i = 1; i <= n; i++) if (trimmed(lines[i]) != "") add("", "any", "!" trimmed(lines[i]))
  report("", "")
  parse(ENVIRON["GROUPS_"])
  if (bad) exit 1
  for (i = 1; i <= count; i++) if (report(names[i], names[i] "_")) keys = keys (keys == "" ? "" : " ") names[i]
  if (count) output("changed_keys", keys)
}
