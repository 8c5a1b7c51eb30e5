# A custom shell's line as words in single quotes, {0} the script's path. Only blanks part words, save in double quotes,
# as GitHub's runner starts a process. https://learn.microsoft.com/dotnet/api/system.diagnostics.processstartinfo.arguments
function put(word) {
  while ((at = index(word, "{0}")) > 0) word = substr(word, 1, at - 1) script substr(word, at + 3)
  gsub(/'/, "'\\''", word)
  printf "'%s' ", word
}
{
  word = ""; open = within = 0
  for (i = 1; i <= length($0); i++) {
    char = substr($0, i, 1); slashes = 0
    while (char == "\\") { slashes++; char = substr($0, ++i, 1) }
    half = char == "\"" ? int(slashes / 2) : slashes
    for (j = 0; j < half; j++) word = word "\\"
    if (slashes) open = 1
    if (char == "\"" && slashes % 2 == 0) { within = !within; open = 1 }
    else if ((char == " " || char == "\t") && !within) { if (open) put(word); word = ""; open = 0 }
    else if (char != "") { word = word char; open = 1 }
  }
  if (open) put(word)
}
