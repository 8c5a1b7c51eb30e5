# The jobs that this one needs, and those up the chain, as the context needs and the status functions. Part of expression.awk.

function need_value(p, depth,   n, i, ids, id) {
  if (depth > 1 && p[2] != "*") {
    if (members(p[2]) == "") return "z"   # not needed directly
    if (depth == 3 && tolower(p[3]) == "result") return "s" call_result(members(p[2]))
    if (depth == 4 && tolower(p[3]) == "outputs" && p[4] != "*")
      return content(need_place(p[2]) "/outputs/" tolower(p[4]))
    return parts(need_object(p[2]), p, 3, depth)
  }
  id = made()
  n = split(ENVIRON["GHA_NEEDED"], ids, " ")
  for (i = 1; i <= n; i++) if (ids[i] !~ /^-/) { sub(/=.*/, "", ids[i]); put(id, ids[i], need_object(ids[i])) }
  return parts("j" id, p, 2, depth)
}

function need_place(name) { return ENVIRON["GHA_NEEDS"] "/" tolower(name) }

# GHA_NEEDED has a word for each job that is needed: its id, or name=a+b for a call that became the jobs a and b; those
# with - in front are no entries of the context needs. This is what stands behind a name there.
function members(name,   n, i, mark, words, ids) {
  name = tolower(name)
  n = split(tolower(ENVIRON["GHA_NEEDED"]), words, " ")
  for (i = 1; i <= n; i++) {
    sub(/^-/, "", words[i])
    mark = index(words[i], "="); ids = substr(words[i], mark + 1)
    if (name == (mark ? substr(words[i], 1, mark - 1) : ids)) return ids
    if (index("+" ids "+", "+" name "+")) return name
  }
  return ""
}

# The result of a job, or of the call that became the jobs a+b. A job that never told its result did not succeed.
function call_result(ids,   n, i, list, v, results) {
  n = split(ids, list, "+")
  for (i = 1; i <= n; i++) { v = content(need_place(list[i]) "/result"); results = results " " (v == "z" ? "failure" : substr(v, 2)) }
  return first_of("failure cancelled success skipped", results)
}

# What success() and its like say of jobs up the chain, a word for each: one that was skipped is no success.
function chain(words,   n, i, list, results) {
  n = split(words, list, " ")
  for (i = 1; i <= n; i++) { sub(/^.*=|^-/, "", list[i]); results = results " " call_result(list[i]) }
  return first_of("failure cancelled skipped success", results)
}

function first_of(ranks, results,   n, i, list) {
  n = split(ranks, list, " ")
  for (i = 1; i < n; i++) if (index(results " ", " " list[i] " ")) return list[i]
  return list[n]
}

function need_object(name,   id) {
  id = made()
  put(id, "result", "s" call_result(members(name)))
  put(id, "outputs", told(need_place(name) "/outputs"))
  return "j" id
}
