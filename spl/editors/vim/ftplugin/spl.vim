" The Statecall Policy Language. g:spl_splc is the compiler, if it is not the `splc` of PATH.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=s1:/*,mb:*,ex:*/,://
setlocal commentstring=//\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal formatexpr=spl#Format()
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal suffixesadd=.spl
setlocal include=^\\s*import\\>
setlocal define=^\\s*\\(automaton\\\|function\\\|property\\)\\>
let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< formatexpr< expandtab<'
      \ . ' shiftwidth< softtabstop< suffixesadd< include< define<'
compiler splc

" The words that belong together, for the plugin matchit.
if exists('g:loaded_matchit') && !exists('b:match_words')
  let b:match_words = '\<either\>:\<or\>,\<during\>:\<handle\>,\<do\>:\<until\>'
  let b:undo_ftplugin .= ' | unlet! b:match_words'
endif
