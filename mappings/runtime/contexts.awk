# Where expression.awk finds contexts: the environment, and the job's state directory.
# env.X is the variable X, github.x GITHUB_X, runner.x RUNNER_X, secrets.X GHA_SECRET_X; steps, job and needs are files;
# any other path a.b.c is the variable GHA_A_B_C. What is not there is null.

function variable(name) { return name in ENVIRON ? "s" ENVIRON[name] : "z" }
function shouted(s) { s = toupper(s); gsub(/[^A-Z0-9]/, "_", s); return s }

# An empty file has no record; only toJSON and the like could tell its '' from null.
function content(file,   line, out, found) {
  while ((getline line < file) > 0) { out = out (found ? RS : "") line; found = 1 }
  close(file)
  return found ? "s" out : "z"
}

# The status that success() and its like look at: of the jobs that are needed, of a composite action, of the job.
function status(   v) {
  if (ENVIRON["GHA_STATUS"] != "") return ENVIRON["GHA_STATUS"]
  v = content(scope() "/status")
  return v == "z" ? "success" : substr(v, 2)
}

function scope() { return ENVIRON["GHA_SCOPE"] != "" ? ENVIRON["GHA_SCOPE"] : ENVIRON["GHA_STATE"] }

function lookup(path, depth,   p, root, v, i, name) {
  split(path, p, SUBSEP); root = tolower(p[1])
  if (root == "env" && depth == 2) return variable(p[2])
  if (root == "secrets" && depth == 2) return variable("GHA_SECRET_" shouted(p[2]))
  if (root == "job" && depth == 2 && tolower(p[2]) == "status") return "s" status()
  if (root == "steps") return step_value(p, depth)
  if (root == "needs") return need_value(p, depth)
  if (root == "inputs" && depth == 2 && ENVIRON["GHA_SCOPE"] != "") return content(scope() "/inputs/" tolower(p[2]))
  for (i = 1; i <= depth; i++) {
    if (p[i] == "*") fail("a filter over " p[1] " is not available while the job runs")
    name = name "_" shouted(p[i])
  }
  if (root == "github" && depth == 2 && tolower(p[2]) == "token") return variable("GHA_SECRET_GITHUB_TOKEN")
  if ((root == "github" || root == "runner") && depth == 2 && (v = variable(substr(name, 2))) != "z") return v
  if (depth == 1) fail("the whole context " p[1] " is not available while the job runs")
  return variable("GHA" name)
}

function step_value(p, depth,   number_, dir, key) {
  if (p[2] == "*") return every_step(p, depth)
  number_ = content(scope() "/ids/" tolower(p[2]))
  if (number_ == "z") return "z"
  dir = scope() "/steps/" substr(number_, 2); key = tolower(p[3])
  if (depth == 4 && key == "outputs") return content(dir "/outputs/" tolower(p[4]))
  if (depth == 3 && (key == "outcome" || key == "conclusion")) return content(dir "/" key)
  fail("the object steps." p[2] " is not available as a whole while the job runs")
}

# needs.*.result and steps.*.outcome are what such filters are used for.
function every_step(p, depth,   list, n, i, ids, out) {
  list = content(scope() "/ids.list")
  n = split(substr(list, 2), ids, "\n")
  for (i = 1; i <= n; i++) if (ids[i] != "") { p[2] = ids[i]; out = out step_value(p, depth) "\036" }
  return "a" out
}

function need_value(p, depth,   n, i, ids, out, dir, v) {
  if (p[2] == "*") {
    n = split(ENVIRON["GHA_NEEDED"], ids, " ")
    for (i = 1; i <= n; i++) { p[2] = ids[i]; out = out need_value(p, depth) "\036" }
    return "a" out
  }
  if (depth > 1 && index(" " tolower(ENVIRON["GHA_NEEDED"]) " ", " " tolower(p[2]) " ") == 0) return "z"   # not needed directly
  dir = ENVIRON["GHA_NEEDS"] "/" tolower(p[2])
  if (depth == 3 && tolower(p[3]) == "result") {
    v = content(dir "/result")
    return v == "z" ? "sfailure" : v   # a job that never told its result did not succeed
  }
  if (depth == 4 && tolower(p[3]) == "outputs") return content(dir "/outputs/" tolower(p[4]))
  fail("the object needs." p[2] " is not available as a whole while the job runs")
}

# Scalars and flat arrays of JSON.
function parsed(s,   items, out, rest) {
  gsub(/^[ \t\r\n]+|[ \t\r\n]+$/, "", s)
  if (s == "") fail("fromJSON of an empty string")
  if (s == "null") return "z"
  if (s == "true" || s == "false") return "b" s
  if (s ~ /^-?[0-9]/) return "n" number(s)
  if (s ~ /^"([^"\\]|\\.)*"$/) return "s" unescaped(substr(s, 2, length(s) - 2))
  if (s ~ /^\[.*\]$/) {
    rest = substr(s, 2, length(s) - 2)
    while (rest !~ /^[ \t\r\n]*$/) {
      if (!match(rest, /^[ \t\r\n]*("([^"\\]|\\.)*"|[-+.0-9eE]+|true|false|null)[ \t\r\n]*(,|$)/)) fail("fromJSON of nested values")
      items = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1)
      sub(/[ \t\r\n]*,$/, "", items)
      out = out parsed(items) "\036"
    }
    return "a" out
  }
  fail("fromJSON of an object")
}

function unescaped(s,   out, c, i) {
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    if (c != "\\") { out = out c; continue }
    c = substr(s, ++i, 1)
    if (c == "n") c = "\n"; else if (c == "t") c = "\t"; else if (c == "r") c = "\r"
    else if (c == "b") c = "\b"; else if (c == "f") c = "\f"; else if (c == "u") fail("fromJSON of \\u escapes")
    out = out c
  }
  return out
}

function hashed(count, args,   command, i, word, out) {
  command = "'" ENVIRON["GHA_RUNTIME"] "/hash-files'"
  for (i = 1; i <= count; i++) { word = str(args[i]); gsub(/'/, "'\\''", word); command = command " '" word "'" }
  command | getline out
  if (close(command) != 0) fail("hashFiles found no answer")
  sub(/\n$/, "", out)
  return out
}
