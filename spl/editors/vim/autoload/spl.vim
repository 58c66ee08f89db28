" The compiler that ftplugin/spl.vim and compiler/splc.vim run.
function! spl#Compiler() abort
  return get(g:, 'spl_splc', 'splc')
endfunction

" For 'formatexpr': `gggqG` lays out the whole policy as `splc fmt` does. A policy has one layout as
" a whole, so anything less is Vim's own affair (it wraps comments). The text stays as it is if splc
" does not understand it.
function! spl#Format() abort
  if mode() =~# '[iR]' || v:lnum != 1 || v:count != line('$')
    return 1
  endif
  let errors = tempname()
  let text = systemlist(shellescape(spl#Compiler()) . ' fmt --colour=never - 2>' . errors,
        \ getline(1, '$'))
  let failed = v:shell_error
  let message = filereadable(errors) ? readfile(errors) : []
  call delete(errors)
  if failed
    echohl ErrorMsg
    echomsg get(message, 0, 'splc fmt failed')
    echohl None
    return 0
  endif
  let more = line('$') - len(text)
  call setline(1, text)
  if more > 0
    execute 'silent ' . (len(text) + 1) . ',$delete _'
  endif
  return 0
endfunction
