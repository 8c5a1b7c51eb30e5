# Part of matrix: the combinations of GHA_MATRIX by GitHub's rules, a file each, and their numbers as a JSON list.
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix

BEGIN {
  text = "matrix"
  matrix = parsed(ENVIRON["GHA_MATRIX"])
  if (matrix !~ /^j/ || is_list(matrix)) fail("it is no mapping")
  id = substr(matrix, 2)
  for (i = 1; i <= J_COUNT[id]; i++) {
    name = tolower(J_KEY[id, i])
    if (name == "include") include = J_ITEM[id, i]
    else if (name == "exclude") exclude = J_ITEM[id, i]
    else vector(J_KEY[id, i], J_ITEM[id, i])
  }
  drop(exclude)
  originals = count
  for (i = 1; i <= count; i++) for (k = 1; k <= vectors; k++) original[i, low[k]] = leg[i, low[k]]
  add(include)
  if (!count && !vectors) fail("it has neither vectors nor include")
  if (count > 256) fail("it has " count " legs, and GitHub runs 256 at most")
  for (i = 1; i <= count; i++) write(i)
  print "[" numbers "]"
}

# Every combination so far with every value of a vector.
function vector(name, values,   n, i, k, v, list, next_, total) {
  if (!is_list(values)) fail("vector " name " is no list")
  n = split(items(values), list, "\036") - 1
  if (n < 1) fail("vector " name " has no values")
  key[++vectors] = name; low[vectors] = tolower(name); is_vector[tolower(name)] = 1
  if (!count) count = 1
  for (i = 1; i <= count; i++) for (v = 1; v <= n; v++) {
    total++
    for (k = 1; k < vectors; k++) next_[total, low[k]] = leg[i, low[k]]
    next_[total, low[vectors]] = list[v]
  }
  if (total > 65536) fail("it has too many combinations")
  count = total
  for (i = 1; i <= count; i++) for (k = 1; k <= vectors; k++) leg[i, low[k]] = next_[i, low[k]]
}

# Whether each leaf of an entry is that of a value at its place; what is missing is null.
function covers(entry, v,   o, k) {
  if (!composite(entry)) return !composite(v) && equal(entry, v)
  o = substr(entry, 2)
  for (k = 1; k <= J_COUNT[o]; k++) if (!covers(J_ITEM[o, k], member(v, is_list(entry) ? k - 1 "" : J_KEY[o, k]))) return 0
  return 1
}

# The entries of include or exclude, each a mapping with keys.
function entries_of(v, what, list,   n, i) {
  if (v == "") return 0
  if (!is_list(v)) fail(what " is no list")
  n = split(items(v), list, "\036") - 1
  for (i = 1; i <= n; i++) if (list[i] !~ /^j/ || is_list(list[i]) || !J_COUNT[substr(list[i], 2)]) fail(what " is no list of mappings with keys")
  return n
}

function drop(entries,   n, i, e, k, o, list, kept, out) {
  n = entries_of(entries, "exclude", list)
  for (e = 1; e <= n; e++) {
    o = substr(list[e], 2)
    for (k = 1; k <= J_COUNT[o]; k++) if (!(tolower(J_KEY[o, k]) in is_vector)) fail("exclude names " J_KEY[o, k] ", which is no vector")
  }
  for (i = 1; i <= count; i++) {
    out = 0
    for (e = 1; e <= n && !out; e++) {
      o = substr(list[e], 2); out = 1
      for (k = 1; k <= J_COUNT[o]; k++) if (!covers(J_ITEM[o, k], leg[i, tolower(J_KEY[o, k])])) out = 0
    }
    if (out) continue
    kept++
    for (k = 1; k <= vectors; k++) leg[kept, low[k]] = leg[i, low[k]]
  }
  for (i = kept + 1; i <= count; i++) for (k = 1; k <= vectors; k++) delete leg[i, low[k]]
  count = kept + 0
}

# An entry goes to the combinations whose own values it does not change; one that fits none is a leg of its own.
function add(entries,   n, i, e, k, o, name, list, fits, found) {
  n = entries_of(entries, "include", list)
  for (e = 1; e <= n; e++) {
    o = substr(list[e], 2); found = 0
    for (i = 1; i <= originals; i++) {
      fits = 1
      for (k = 1; k <= J_COUNT[o]; k++) {
        name = tolower(J_KEY[o, k])
        if ((name in is_vector) && !covers(J_ITEM[o, k], original[i, name])) fits = 0
      }
      if (!fits) continue
      found = 1
      for (k = 1; k <= J_COUNT[o]; k++) if (!(tolower(J_KEY[o, k]) in is_vector)) put_leg(i, J_KEY[o, k], J_ITEM[o, k])
    }
    if (found) continue
    count++
    for (k = 1; k <= J_COUNT[o]; k++) put_leg(count, J_KEY[o, k], J_ITEM[o, k])
  }
}

function put_leg(i, name, v,   lower) {
  lower = tolower(name)
  if (!((i, lower) in leg)) extra[i, ++extras[i]] = name
  leg[i, lower] = v
}

function write(i,   k, o, file) {
  o = made()
  for (k = 1; k <= vectors; k++) if ((i, low[k]) in leg && i <= originals) put(o, key[k], leg[i, low[k]])
  for (k = 1; k <= extras[i]; k++) put(o, extra[i, k], leg[i, tolower(extra[i, k])])
  file = ENVIRON["GHA_STATE"] "/legs/" (i - 1)
  print json("j" o) > file
  close(file)
  numbers = numbers (numbers == "" ? "" : ",") "\"" (i - 1) "\""
}
