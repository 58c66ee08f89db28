[
  (block)
  (statecalls_declaration)
  (parameters)
  (arguments)
  (allowed)
] @indent

["}" ")"] @branch
["}" ")"] @indent_end
(comment) @ignore
