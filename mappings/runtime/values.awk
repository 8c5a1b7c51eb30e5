# Values and contexts of expression.awk: GitHub's coercions, comparisons, functions, and where contexts are looked up.
# A value is a letter for its type (s string, n number, b boolean, z null, a array) and its text; the items of an array
# are values, each ended by the byte 036.

function bool(condition) { return condition ? "btrue" : "bfalse" }

function truthy(v,   t) {
  t = substr(v, 1, 1)
  if (t == "z" || v == "bfalse" || v == "s" || v == "nNaN") return 0
  return t == "n" ? (v == "nInfinity" || v == "n-Infinity" || substr(v, 2) + 0 != 0) : 1
}

function str(v) {
  if (composite(v)) return is_list(v) ? "Array" : "Object"
  return v == "z" ? "" : substr(v, 2)
}

# The text of a number as .NET prints it with 15 digits.
function printed(x,   s) { s = sprintf("%.15g", x); gsub(/e/, "E", s); return s == "-0" ? "0" : s }

# A number from text; NaN when it is none.
function number(s,   i, value, base) {
  gsub(/^[ \t\r\n]+|[ \t\r\n]+$/, "", s)
  if (s == "") return "0"
  if (s ~ /^[-+]?Infinity$/) return substr(s, 1, 1) == "-" ? "-Infinity" : "Infinity"
  if (s ~ /^0x[0-9a-fA-F]+$/ || s ~ /^0o[0-7]+$/) {
    base = substr(s, 2, 1) == "x" ? 16 : 8; value = 0
    for (i = 3; i <= length(s); i++) value = value * base + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
    if (value >= 2147483648) value -= 4294967296
    return printed(value)
  }
  if (s ~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/) return printed(s + 0)
  return "NaN"
}

function numeric(v,   t) {
  t = substr(v, 1, 1)
  if (t == "n") return substr(v, 2)
  if (t == "z") return "0"
  if (t == "b") return v == "btrue" ? "1" : "0"
  return t == "s" ? number(substr(v, 2)) : "NaN"
}

function limit(s) { return s == "Infinity" ? 1e308 * 10 : s == "-Infinity" ? -1e308 * 10 : s + 0 }

# Some awks compare by subtraction, which infinities do not stand.
function same_number(x, y) { return x "" == y "" || limit(x) == limit(y) }

function equal(a, b,   x, y) {
  if (substr(a, 1, 1) == substr(b, 1, 1) && a !~ /^[na]/) return a ~ /^s/ ? toupper(a) == toupper(b) : a == b
  x = numeric(a); y = numeric(b)
  return x != "NaN" && y != "NaN" && same_number(x, y)
}

function ordered(a, operator, b,   x, y, less, same) {
  if (a ~ /^s/ && b ~ /^s/) { x = toupper(a) ""; y = toupper(b) ""; less = x < y; same = x == y }
  else {
    x = numeric(a); y = numeric(b)
    if (x == "NaN" || y == "NaN") return 0
    less = limit(x) < limit(y); same = same_number(x, y)
  }
  if (operator == "<") return less
  if (operator == "<=") return less || same
  return operator == ">" ? !less && !same : !less
}

function call(name, count, args,   i, n, list, out, value, jobs) {
  if (name ~ /^(success|failure|cancelled|always)$/) {
    for (i = 1; i <= count; i++) jobs = jobs " " str(args[i])
    return bool(name == "always" || (count ? chain(jobs) : status()) == name)
  }
  if (name ~ /^(contains|startswith|endswith)$/ && count != 2) fail(name " needs two values")
  if (name == "contains") {
    if (composite(args[2]) || (composite(args[1]) && !is_list(args[1]))) return "bfalse"
    if (!composite(args[1])) return bool(index(tolower(str(args[1])), tolower(str(args[2]))) > 0 || str(args[2]) == "")
    n = split(items(args[1]), list, "\036")
    for (i = 1; i < n; i++) if (equal(list[i], args[2])) return "btrue"
    return "bfalse"
  }
  if (name ~ /^(starts|ends)with$/) {
    if (composite(args[1]) || composite(args[2])) return "bfalse"
    out = tolower(str(args[1])); value = tolower(str(args[2]))
    if (length(value) > length(out)) return "bfalse"
    return bool(substr(out, name == "startswith" ? 1 : length(out) - length(value) + 1, length(value)) == value)
  }
  if (name == "format") return "s" format(str(args[1]), count, args)
  if (name == "join") {
    if (!composite(args[1])) return "s" str(args[1])
    if (!is_list(args[1])) return "s"
    n = split(items(args[1]), list, "\036")
    value = count > 1 && !composite(args[2]) ? str(args[2]) : ","
    for (i = 1; i < n; i++) out = out (i > 1 ? value : "") str(list[i])
    return "s" out
  }
  if (name == "tojson") return "s" json(args[1], "")
  if (name == "fromjson") return parsed(str(args[1]))
  if (name == "hashfiles") return "s" hashed(count, args)
  fail("function " name " is not available while the job runs")
}

function format(text_, count, args,   out, c, i, end) {
  for (i = 1; i <= length(text_); i++) {
    c = substr(text_, i, 1)
    if ((c == "{" || c == "}") && substr(text_, i + 1, 1) == c) { out = out c; i++ }
    else if (c == "{") {
      end = index(substr(text_, i), "}")
      if (!end || substr(text_, i + 1, end - 2) !~ /^[0-9]+$/) fail("the format string is invalid")
      if (substr(text_, i + 1, end - 2) + 2 > count) fail("the format string asks for more than was given")
      out = out str(args[substr(text_, i + 1, end - 2) + 2]); i += end - 1
    } else if (c == "}") fail("the format string is invalid")
    else out = out c
  }
  return out
}

function json(v, indent,   s, i, n, list, out, id, object) {
  if (v ~ /^z/) return "null"
  if (v ~ /^[nb]/) return substr(v, 2)
  if (v ~ /^s/) return quoted(substr(v, 2))
  object = !is_list(v); id = substr(v, 2)
  n = object ? J_COUNT[id] + 1 : split(items(v), list, "\036")
  if (n < 2) return object ? "{}" : "[]"
  for (i = 1; i < n; i++) {
    out = out (i > 1 ? ",\n  " : "\n  ") indent (object ? quoted(J_KEY[id, i]) ": " : "")
    out = out json(object ? J_ITEM[id, i] : list[i], indent "  ")
  }
  return (object ? "{" : "[") out "\n" indent (object ? "}" : "]")
}

function quoted(s,   i, c) {
  gsub(/["\\]/, "\\\\&", s); gsub(/\n/, "\\n", s); gsub(/\r/, "\\r", s); gsub(/\t/, "\\t", s)
  # Colours of a log and the like; no text of awk holds the byte 0.
  if (s ~ /[\001-\037]/) for (i = 1; i < 32; i++) {
    c = sprintf("%c", i)
    gsub(c, i == 8 ? "\\b" : i == 12 ? "\\f" : sprintf("\\u%04x", i), s)
  }
  return "\"" s "\""
}
