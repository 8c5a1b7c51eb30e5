# Lays JSON out flat: a line for each value that is no object, list or null, PATH<tab>VALUE, where PATH joins keys and
# numbers of items by dots and a string stays as JSON writes it, without its quotes. Reads in one pass, whatever the size.
# usage: awk -f json.awk FILE ; with -v want=PATH prints the value of that path alone
BEGIN { RS = "\"" }
quoted {
  text = text $0
  match(text, /\\*$/)
  if (RLENGTH % 2) { text = text "\""; next }
  quoted = 0
  if (kind[depth] == "{" && !colon) key[depth] = text
  else tell(text)
  next
}
{
  rest = $0
  while (match(rest, /[^ \t\r\n]/)) {
    rest = substr(rest, RSTART); c = substr(rest, 1, 1)
    if (c == "{" || c == "[") { kind[++depth] = c; at[depth] = 0; colon = 0; rest = substr(rest, 2) }
    else if (c == "}" || c == "]") { depth--; colon = 0; rest = substr(rest, 2) }
    else if (c == ",") { at[depth]++; colon = 0; rest = substr(rest, 2) }
    else if (c == ":") { colon = 1; rest = substr(rest, 2) }
    else { match(rest, /^[^] \t\r\n,}]+/); word = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1); if (word != "null") tell(word) }
  }
  quoted = 1; text = ""
}
function tell(value,   i, path) {
  for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") (kind[i] == "{" ? key[i] : at[i])
  if (want == "") print path "\t" value
  else if (path == want) { print value; exit }
}
