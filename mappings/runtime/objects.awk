# Objects and arrays of expression.awk. A value j<number> is one that was read from JSON; a and f are lists made here, whose
# items are values each ended by the byte 036: f is what a filter gives, whose properties are those of its items.
# https://docs.github.com/actions/reference/workflows-and-actions/expressions#object-filters

# The value of a JSON text.
function parsed(s,   v) {
  J_REST = s
  J_blank()
  if (J_REST == "") fail("fromJSON of an empty string")
  v = J_value()
  J_blank()
  if (J_REST != "") fail("fromJSON of something that is no JSON")
  return v
}

# What a variable holds: JSON when it is an object or array, else text.
function held(s,   v) {
  if (s ~ /^[ \t\r\n]*$/) return "z"
  if (s !~ /^[ \t\r\n]*[[{]/) return "s" s
  J_SOFT = 1; J_BAD = 0
  v = parsed(s)
  J_SOFT = 0
  return J_BAD ? "s" s : v
}

# A new object, and a property of it.
function made() { J_LAST++; J_KIND[J_LAST] = "{"; J_COUNT[J_LAST] = 0; return J_LAST }
function put(id, key, v,   n) { n = ++J_COUNT[id]; J_KEY[id, n] = key; J_ITEM[id, n] = v }

function J_blank() { if (match(J_REST, /^[ \t\r\n]+/)) J_REST = substr(J_REST, RLENGTH + 1) }
function J_next(   c) { c = substr(J_REST, 1, 1); J_REST = substr(J_REST, 2); return c }

function J_value(   c, id, key, n, v) {
  J_blank()
  c = substr(J_REST, 1, 1)
  # GitHub takes single quotes too, and a comma before ].
  if (c == "\"" || c == "\047") { J_next(); return "s" J_string(c) }
  if (c == "{" || c == "[") {
    id = ++J_LAST; J_KIND[id] = c; J_COUNT[id] = 0
    J_next(); J_blank()
    if (substr(J_REST, 1, 1) == (c == "{" ? "}" : "]")) { J_next(); return "j" id }
    do {
      J_blank()
      if (substr(J_REST, 1, 1) == (c == "{" ? "}" : "]")) { v = J_next(); break }
      if (c == "{") {
        v = J_next()
        if (v != "\"" && v != "\047") fail("fromJSON of an object whose key is no string")
        key = J_string(v)
        J_blank()
        if (J_next() != ":") fail("fromJSON of an object without :")
      }
      v = J_value()
      n = ++J_COUNT[id]; J_KEY[id, n] = key; J_ITEM[id, n] = v
      J_blank()
      v = J_next()
    } while (v == ",")
    if (v != (c == "{" ? "}" : "]")) fail("fromJSON of something that is not closed")
    return "j" id
  }
  if (match(J_REST, /^(true|false|null|-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?)/)) {
    v = substr(J_REST, 1, RLENGTH); J_REST = substr(J_REST, RLENGTH + 1)
    return v == "null" ? "z" : v ~ /^[tf]/ ? "b" v : "n" number(v)
  }
  fail("fromJSON of something that is no JSON")
}

# The rest of a string whose first quote is read.
function J_string(quote,   out, c) {
  while (match(J_REST, "[" quote "\\\\]")) {
    out = out substr(J_REST, 1, RSTART - 1); c = substr(J_REST, RSTART, 1); J_REST = substr(J_REST, RSTART + 1)
    if (c == quote) return out
    c = J_next()
    if (c == "n") c = "\n"; else if (c == "t") c = "\t"; else if (c == "r") c = "\r"
    else if (c == "b") c = "\b"; else if (c == "f") c = "\f"; else if (c == "u") c = J_letter()
    out = out c
  }
  fail("fromJSON of a string that is not closed")
}

# A character by its number, two of them where it takes two; in UTF-8, byte by byte.
function J_letter(   code, low) {
  code = J_hex()
  if (code >= 55296 && code < 56320 && substr(J_REST, 1, 2) == "\\u") {
    J_REST = substr(J_REST, 3); low = J_hex()
    code = 65536 + (code - 55296) * 1024 + low - 56320
  }
  # An awk that counts letters instead of bytes knows how to write one.
  if (code < 128 || sprintf("%c", 321) != "A") return sprintf("%c", code)
  if (code < 2048) return J_byte(192 + int(code / 64)) J_byte(128 + code % 64)
  if (code < 65536) return J_byte(224 + int(code / 4096)) J_byte(128 + int(code / 64) % 64) J_byte(128 + code % 64)
  return J_byte(240 + int(code / 262144)) J_byte(128 + int(code / 4096) % 64) J_byte(128 + int(code / 64) % 64) J_byte(128 + code % 64)
}

function J_hex(   i, code) {
  if (J_REST !~ /^[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]/) fail("fromJSON of a wrong \\u")
  for (i = 1; i <= 4; i++) code = code * 16 + index("0123456789abcdef", tolower(substr(J_REST, i, 1))) - 1
  J_REST = substr(J_REST, 5)
  return code
}

function J_byte(n) { return sprintf("%c", n) }

# The items of a list as they stand in a value of type a.
function items(v,   id, i, out) {
  if (v ~ /^[af]/) return substr(v, 2)
  id = substr(v, 2)
  for (i = 1; i <= J_COUNT[id]; i++) out = out J_ITEM[id, i] "\036"
  return out
}

function composite(v) { return v ~ /^[afj]/ }
function is_list(v) { return v ~ /^[af]/ || (v ~ /^j/ && J_KIND[substr(v, 2)] == "[") }

# The property or item of a value; null where it has none.
function member(v, key,   id, i, n, list, one, out) {
  if (v ~ /^f/) {
    n = split(substr(v, 2), list, "\036")
    for (i = 1; i < n; i++) { one = member(list[i], key); if (one != "z") out = out one "\036" }
    return "f" out
  }
  if (is_list(v)) {
    if (key !~ /^[0-9]+$/) return "z"
    n = split(items(v), list, "\036")
    return key + 1 < n ? list[key + 1] : "z"
  }
  if (v !~ /^j/) return "z"
  id = substr(v, 2)
  for (i = 1; i <= J_COUNT[id]; i++) if (tolower(J_KEY[id, i]) == tolower(key)) return J_ITEM[id, i]
  return "z"
}

# What .* gives: all items; of a filter's items all of theirs.
function every(v,   i, n, list, out) {
  if (v !~ /^f/) return "f" (composite(v) ? items(v) : "")
  n = split(substr(v, 2), list, "\036")
  for (i = 1; i < n; i++) if (composite(list[i])) out = out items(list[i])
  return "f" out
}

# Parts of a value, in the order of a path; * is a filter.
function parts(v, p, from, depth) {
  for (; from <= depth; from++) v = p[from] == "*" ? every(v) : member(v, p[from])
  return v
}
