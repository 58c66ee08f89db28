(automaton_declaration name: (identifier) @name) @definition.class
(function_declaration name: (identifier) @name) @definition.function
(property_declaration name: (identifier) @name) @definition.constant
(call_statement function: (identifier) @name) @reference.call
