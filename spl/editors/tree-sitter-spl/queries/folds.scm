[
  (block)
  (statecalls_declaration)
  (comment)
] @fold
