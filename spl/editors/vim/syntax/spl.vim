" The Statecall Policy Language (docs/language.md).
if exists('b:current_syntax')
  finish
endif
syntax case match
syntax sync fromstart

syntax match splStatecall /\<\u\w*\>/
syntax match splCall /\<[a-z_]\w*\ze\s*(/
syntax match splNumber /\<\d\+\>/
syntax match splOperator /&&\|||\|[=!<>]=\|\.\.\|[-!<>=+*/]/
syntax match splDelimiter /[;,]/

syntax keyword splStructure automaton function nextgroup=splRoutine skipwhite skipempty
syntax match splRoutine /\<[a-z_]\w*\>/ contained
syntax keyword splInclude import
syntax keyword splStatement statecalls always_allow multiple optional exit abort
syntax keyword splConditional either or
syntax keyword splRepeat do until while
syntax keyword splException during handle
syntax keyword splType bool int
syntax keyword splBoolean true false

" Inside a property other words are reserved, to its `;` or to the next declaration.
syntax region splProperty matchgroup=splStructure start=/\<property\>/ matchgroup=splDelimiter end=/;/
      \ matchgroup=NONE end=/{/me=s-1 end=/\<\%(automaton\|function\|property\)\>/me=s-1
      \ contains=splPropertyName,splFormulaWord,splFinished,splBoolean,splStatecall,splNumber,
      \splFormulaOperator,splDelimiter,splComment,splLineComment
syntax match splPropertyName /\%(\<property\_s\+\)\@<=[a-z_]\w*/ contained
syntax keyword splFormulaWord contained not and or implies iff always eventually next X until U
      \ weak_until W once since precedes responds_to never reachable
syntax keyword splFinished contained finished
syntax match splFormulaOperator /&&\|||\|<->\|->\|\[\]\|<>\|[=!<>]=\|[-!<>]/ contained

" After the operators, for comments begin with one.
syntax keyword splTodo contained TODO FIXME XXX
syntax region splString start=/"/ end=/"/ end=/$/ oneline
syntax region splComment start=+/\*+ end=+\*/+ contains=splComment,splTodo,@Spell fold
syntax match splLineComment +//.*$+ contains=splTodo,@Spell

highlight default link splStatecall Constant
highlight default link splCall Function
highlight default link splRoutine Function
highlight default link splPropertyName Identifier
highlight default link splNumber Number
highlight default link splOperator Operator
highlight default link splFormulaOperator Operator
highlight default link splFormulaWord Operator
highlight default link splFinished Special
highlight default link splDelimiter Delimiter
highlight default link splStructure Structure
highlight default link splInclude Include
highlight default link splStatement Statement
highlight default link splConditional Conditional
highlight default link splRepeat Repeat
highlight default link splException Exception
highlight default link splType Type
highlight default link splBoolean Boolean
highlight default link splString String
highlight default link splTodo Todo
highlight default link splComment Comment
highlight default link splLineComment Comment

let b:current_syntax = 'spl'
