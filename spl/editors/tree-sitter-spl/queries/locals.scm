; Variables are the parameters of their function or automaton.
(function_declaration) @local.scope
(automaton_declaration) @local.scope

(parameter name: (identifier) @local.definition)

(arguments (identifier) @local.reference)
(assignment variable: (identifier) @local.reference)
(assignment value: (identifier) @local.reference)
(binary_expression (identifier) @local.reference)
(unary_expression (identifier) @local.reference)
(parenthesized_expression (identifier) @local.reference)
(guard (identifier) @local.reference)
