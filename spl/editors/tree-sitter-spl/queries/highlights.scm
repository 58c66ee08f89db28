; Of two patterns that match a node some editors take the first, others the last: no node is matched
; by two.

(comment) @comment
(string) @string
(integer) @number
(signed_integer) @number
(boolean) @boolean

["import" "statecalls" "function" "automaton" "property"] @keyword
["either" "do" "while" "multiple" "optional" "exit" "abort"] @keyword
["always_allow" "during" "handle"] @keyword
(either_statement "or" @keyword)
(do_statement "until" @keyword)

[(bool_type) "int"] @type.builtin

["not" "and" "implies" "iff" "always" "eventually" "next" "X" "U" "weak_until" "W" "once"
 "since" "precedes" "responds_to" "never" "reachable"] @keyword.operator
(binary_expression operator: "or" @keyword.operator)
(binary_formula operator: ["or" "until"] @keyword.operator)
(finished_atom "finished" @property)

["&&" "||" "!" "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "=" ".." "->" "<->" "[]" "<>"] @operator
["(" ")" "{" "}"] @punctuation.bracket
[";" "," ":" "."] @punctuation.delimiter

(statecall) @constant

(function_declaration name: (identifier) @function)
(automaton_declaration name: (identifier) @function)
(call_statement function: (identifier) @function.call)
(property_declaration name: (identifier) @label)
(parameter name: (identifier) @variable.parameter)
(finished_atom automaton: (identifier) @namespace)
(variable automaton: (identifier) @namespace)
(variable name: (identifier) @variable)
(arguments (identifier) @variable)
(assignment variable: (identifier) @variable)
(binary_expression (identifier) @variable)
(unary_expression (identifier) @variable)
(parenthesized_expression (identifier) @variable)
(guard (identifier) @variable)
