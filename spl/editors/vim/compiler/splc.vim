" :make checks the policy in this window.
if exists('current_compiler')
  finish
endif
let current_compiler = 'splc'

if exists(':CompilerSet') != 2
  command -nargs=* CompilerSet setlocal <args>
endif

execute 'CompilerSet makeprg=' . escape(spl#Compiler(), ' \|"') . '\ check\ --colour=never\ $*\ %:S'
" A message, the lines it is about, and perhaps a hint, which is put behind the message.
CompilerSet errorformat=%E%f:%l:%c:\ error:\ %m,
      \%W%f:%l:%c:\ warning:\ %m,
      \%I%f:%l:%c:\ note:\ %m,
      \%Chint:\ %m,
      \%-C\ %#%\\d%#\ \|%.%#,
      \%-G\ %#%\\d%\\+\ \|%.%#,
      \%-G\ %#\|%.%#,
      \%-G%\\s%#,
      \%-G%\\d%\\+\ error%.%#,
      \%-G%\\d%\\+\ warning%.%#,
      \%-G%f:\ ok\ (%.%#
