# Where expression.awk finds contexts: the environment, and the job's state directory.
# env.X is the variable X, github.x GITHUB_X, runner.x RUNNER_X, secrets.X GHA_SECRET_X; steps, job and needs are files;
# any other path a.b.c is the variable GHA_A_B_C, or lies below GHA_JSON_A_B, which holds JSON. What is not there is null.

function variable(name) { return name in ENVIRON ? "s" ENVIRON[name] : "z" }

# A variable of the workflow; GHA_KEPT names those that are in files, which lie in GHA_PLACES, the nearest first.
function own_variable(name,   n, i, places, v) {
  if (index(" " ENVIRON["GHA_KEPT"] " ", " " name " ") == 0) return variable(name)
  n = split(ENVIRON["GHA_PLACES"], places, ":")
  for (i = 1; i <= n && (v = content(places[i] "/" name)) == "z"; i++) ;
  return i <= n ? v : "s"
}
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
  if ("GHA_ABOVE" in ENVIRON) return chain(ENVIRON["GHA_ABOVE"])
  return said(scope())
}

function said(place,   v) { v = content(place "/status"); return v == "z" ? "success" : substr(v, 2) }

# The job's own, even in a composite action.
function job_status() { return ENVIRON["GHA_STATUS"] != "" ? ENVIRON["GHA_STATUS"] : said(ENVIRON["GHA_STATE"]) }

function scope() { return ENVIRON["GHA_SCOPE"] != "" ? ENVIRON["GHA_SCOPE"] : ENVIRON["GHA_STATE"] }

function lookup(path, depth,   p, root, v, i, name) {
  split(path, p, SUBSEP); root = tolower(p[1])
  if (root == "env" && depth == 2 && p[2] != "*") return own_variable(p[2])
  if (root ~ /^(secrets|vars)$/ && depth == 2 && p[2] != "*") {
    v = variable((root == "vars" ? "GHA_VARS_" : "GHA_SECRET_") shouted(p[2]))
    return v == "z" && brought(root) ? member(every_one(root), p[2]) : v
  }
  if (root == "job" && depth == 2 && tolower(p[2]) == "status") return "s" job_status()
  if (root == "job" && depth == 2 && tolower(p[2]) == "action_status") return ENVIRON["GHA_SCOPE"] == "" ? "z" : "s" status()
  if (root == "steps") return step_value(p, depth)
  if (root == "needs") return need_value(p, depth)
  if (root ~ /^(inputs|env|secrets|vars|runner|job)$/ && (depth == 1 || p[2] == "*")) return parts(whole_context(root), p, 2, depth)
  if (root == "inputs" && depth == 2 && ENVIRON["GHA_SCOPE"] != "") return content(scope() "/inputs/" tolower(p[2]))
  for (i = 1; i <= depth && p[i] != "*"; i++) {
    name = name "_" shouted(p[i])
    if (("GHA_JSON" name) in ENVIRON) return parts(root == "matrix" ? parsed(ENVIRON["GHA_JSON" name]) : held(ENVIRON["GHA_JSON" name]), p, i + 1, depth)
  }
  if (i <= depth) fail("a filter over " p[1] " is not available while the job runs")
  if (root == "github" && depth == 2 && tolower(p[2]) == "token") return variable("GHA_SECRET_GITHUB_TOKEN")
  if ((root == "github" || root == "runner") && depth == 2 && (v = variable(substr(name, 2))) != "z") return v
  if (depth == 1) return whole_context(root)
  if (("GHA_NUMBER" name) in ENVIRON && (v = ENVIRON["GHA_NUMBER" name]) != "") return "n" number(v)
  v = variable("GHA" name)
  return root == "strategy" && v != "z" ? parsed(substr(v, 2)) : v
}

function step_value(p, depth,   key) {
  if (depth == 1 || p[2] == "*") return parts(every_step(), p, 2, depth)
  key = tolower(p[3])
  if (depth == 3 && key ~ /^(outcome|conclusion)$/) return step_part(p[2], key)
  if (depth == 4 && key == "outputs" && p[4] != "*") return step_part(p[2], "outputs/" tolower(p[4]))
  return parts(step_object(p[2]), p, 3, depth)
}

function step_part(name, part,   number_) {
  number_ = content(scope() "/ids/" tolower(name))
  if (number_ == "z") return part ~ /^(outcome|conclusion)$/ && passed_over() ? "sskipped" : "z"
  return content(scope() "/steps/" substr(number_, 2) "/" part)
}

# Whether an earlier stage may have been passed over, since something had failed: of its steps nothing is told.
function passed_over() { return ENVIRON["GHA_AFTER"] != "" && ENVIRON["GHA_SCOPE"] == "" && status() != "success" }

function step_object(name,   number_, id) {
  number_ = content(scope() "/ids/" tolower(name))
  if (number_ == "z") return "z"
  id = made()
  put(id, "outputs", told(scope() "/steps/" substr(number_, 2) "/outputs"))
  put(id, "outcome", step_part(name, "outcome"))
  put(id, "conclusion", step_part(name, "conclusion"))
  return "j" id
}

function every_step(   n, i, ids, id) {
  id = made()
  n = split(substr(content(scope() "/ids.list"), 2), ids, "\n")
  for (i = 1; i <= n; i++) if (ids[i] != "") put(id, ids[i], step_object(ids[i]))
  return "j" id
}

# What the files of a directory tell, by their names: a file beside it has these as they were written, in their order.
function told(dir,   id, command, list, names, n, i, v, file, seen) {
  id = made()
  # Some ls print names that are no ASCII with question marks.
  command = "cd " shell_word(dir) " 2> /dev/null && for f in *; do [ ! -f \"$f\" ] || printf '%s\n' \"$f\"; done"
  command | getline list
  close(command)
  n = split(substr(content(dir ".names"), 2) "\n" list, names, "\n")
  for (i = 1; i <= n; i++) {
    file = tolower(names[i])
    if (file == "" || file in seen || index("\n" list, "\n" file "\n") == 0) continue
    seen[file] = 1
    v = content(dir "/" file)
    put(id, names[i], v == "z" ? "s" : v)
  }
  return "j" id
}

# One word that a shell reads as just this text.
function shell_word(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }

function hashed(count, args,   command, i, out) {
  command = shell_word(ENVIRON["GHA_RUNTIME"] "/hash-files")
  for (i = 1; i <= count; i++) command = command " " shell_word(str(args[i]))
  command | getline out
  if (close(command) != 0) fail("hashFiles found no answer")
  sub(/\n$/, "", out)
  return out
}
