# docs/language.md as the source of spl(5), for go-md2man: what only a web page has is taken away (comments, links,
# titles of blocks), and a table becomes a list of terms, which a terminal of any width can show.
BEGIN {
  print "% SPL 5 \"\" \"splc " version "\" \"File formats\"\n"
  print "# NAME\n\nspl - Statecall Policy Language: in which order a program may take the steps of its protocol\n"
  print "# DESCRIPTION\n"
}

# A block is kept as it is, but for what stands behind its fence.
/^```/ { code = !code; print "```"; next }
code { print; next }

/^<!--.*-->$/ { next }
/^# / { next }  # the page's title
/^## / { print "# " toupper(substr($0, 4)); next }
/^### / { print "## " substr($0, 5); next }

/^\|/ {
  row = $0
  gsub(/\\\|/, "\001", row)  # a bar that is meant
  split(row, cell, "|")
  for (i in cell) gsub(/\001/, "|", cell[i])
  if (++rows > 2) print trim(cell[2]) "\n:   " trim(plain(cell[3])) "\n"
  next
}
{ rows = 0; print plain($0) }

END {
  print "\n# SEE ALSO\n\nsplc(1), splc-check(1), splc-verify(1), splc-cpp(1), splc-replay(1), spin(1)"
  print "\nThe documentation is in /usr/share/doc/statecall/docs; there the grammar is drawn as diagrams."
}

function trim(text) { gsub(/^ +| +$/, "", text); return text }
function plain(text) {
  gsub(/ \(\[[^][]*\]\([^()]*\)\)/, "", text)  # only a link
  while (match(text, /\[[^][]*\]\([^()]*\)/)) {
    link = substr(text, RSTART, RLENGTH)
    sub(/\]\(.*/, "", link)
    text = substr(text, 1, RSTART - 1) substr(link, 2) substr(text, RSTART + RLENGTH)
  }
  return text
}
