# A command line in words, as GitHub's runner (.NET) reads one: blanks part words, double quotes keep them, \" is a quote.
# usage: awk [-v script=PATH] -f words.awk ; prints the words as a POSIX shell reads them again, {0} is the script's path
# https://learn.microsoft.com/dotnet/api/system.diagnostics.processstartinfo.arguments

function out(text) { gsub(/\047/, "\047\\\047\047", text); printf " \047%s\047", text }

{ all = all (NR > 1 ? "\n" : "") $0 }
END {
  if (script != "") while ((i = index(all, "{0}")) > 0) all = substr(all, 1, i - 1) script substr(all, i + 3)
  n = length(all)
  for (i = 1; i <= n; i++) {
    c = substr(all, i, 1)
    if (c == "\\") {
      for (k = 0; substr(all, i, 1) == "\\"; i++) k++
      if (substr(all, i, 1) == "\"") {
        for (j = 0; j < int(k / 2); j++) text = text "\\"
        if (k % 2) text = text "\""; else quote = !quote
      } else { for (j = 0; j < k; j++) text = text "\\"; i-- }
      begun = 1
    } else if (c == "\"" && quote && substr(all, i + 1, 1) == "\"") { text = text c; i++ }
    else if (c == "\"") { quote = !quote; begun = 1 }
    else if ((c == " " || c == "\t") && !quote) { if (begun) out(text); text = ""; begun = 0 }
    else { text = text c; begun = 1 }
  }
  if (begun) out(text)
}
