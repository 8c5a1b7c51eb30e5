# Contexts as objects: for toJSON, filters and names that are computed. Part of expression.awk.

function whole_context(root) {
  if (root == "github") return whole_github()
  if (root == "inputs") return ENVIRON["GHA_SCOPE"] != "" ? told(scope() "/inputs") : inputs()
  if (root == "env" && "GHA_ENV" in ENVIRON) return listed(ENVIRON["GHA_ENV"], "", "")
  if (root == "job") return listed("status", "job", "")
  if (root == "runner") return listed("os arch name environment tool_cache temp debug", "runner", "")
  if (brought(root)) return every_one(root)
  fail("the whole context " root " is not available while the job runs")
}

# Whether all secrets or variables were brought.
function brought(root) { return index(" " ENVIRON["GHA_WHOLE"] " ", " " root " ") > 0 }

# All of them, in the order of the alphabet; their names are upper case, but for the token's.
function every_one(root,   prefix, n, i, name, names, seen, list) {
  prefix = root == "secrets" ? "GHA_SECRET_" : "GHA_VARS_"
  for (name in ENVIRON) {
    if (index(name, prefix) != 1) continue
    name = substr(name, length(prefix) + 1)
    if (toupper(name) in seen) continue
    seen[toupper(name)] = 1
    for (i = n++; i > 0 && toupper(names[i]) "" > toupper(name) ""; i--) names[i + 1] = names[i]
    names[i + 1] = name
  }
  for (i = 1; i <= n; i++) list = list names[i] " "
  return listed(list, "", prefix)
}

# An object of variables by a list of names: of a context, or those whose names begin with a prefix.
function listed(list, root, prefix,   id, n, i, names, seen, v, path) {
  id = made()
  n = split(list, names, " ")
  for (i = 1; i <= n; i++) {
    if (names[i] in seen) continue
    seen[names[i]] = 1
    if (root != "") { path = root SUBSEP names[i]; v = lookup(path, 2) }
    else v = prefix == "" ? own_variable(names[i]) : variable(prefix names[i])
    if (prefix != "") names[i] = toupper(names[i])
    if (prefix == "GHA_SECRET_" && names[i] == "GITHUB_TOKEN") names[i] = "github_token"
    if (v != "z") put(id, names[i], v)
  }
  return "j" id
}

# What is known of the event, without the token.
function whole_github(   id, n, i, names, v) {
  id = made()
  n = split("ref sha repository repository_owner run_id run_number run_attempt actor triggering_actor workflow head_ref " \
    "base_ref event_name event server_url ref_name ref_type workspace job", names, " ")
  for (i = 1; i <= n; i++) {
    v = names[i] != "event" ? variable("GITHUB_" toupper(names[i])) : held(str(variable("GHA_JSON_GITHUB_EVENT")))
    if (v != "z") put(id, names[i], v)
  }
  return "j" id
}

# All inputs of the workflow, which GHA_INPUTS names; those that are no strings end with a colon there.
function inputs(   n, i, names, v, id) {
  id = made()
  n = split(ENVIRON["GHA_INPUTS"], names, " ")
  for (i = 1; i <= n; i++) {
    v = names[i]; sub(/:$/, "", v)
    v = variable("GHA_INPUTS_" shouted(v))
    if (names[i] ~ /:$/) v = v == "z" || v == "s" ? "z" : parsed(substr(v, 2))
    sub(/:$/, "", names[i])
    put(id, names[i], v)
  }
  return "j" id
}
