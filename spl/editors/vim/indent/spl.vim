" Indentation as `splc fmt` lays policies out: a level for each brace, two levels more for a line
" that goes on with a statement.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=SplIndent(v:lnum)
setlocal indentkeys=0{,0},!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*SplIndent')
  finish
endif

" Whether line `lnum` begins inside a block comment; they nest. Moves the cursor.
function! s:InComment(lnum) abort
  call cursor(a:lnum, 1)
  return searchpair('/\*', '', '\*/', 'bnW', 'strpart(getline("."), 0, col(".") - 1) =~# "//"') > 0
endfunction

" The last line before `lnum` that begins a statement: nothing before it matters.
function! s:Start(lnum) abort
  let lnum = prevnonblank(a:lnum - 1)
  while lnum > 1
    let before = prevnonblank(lnum - 1)
    if (before == 0 || substitute(getline(before), '\s*\%(//.*\)\?$', '', '') =~# '[{};]$')
          \ && !s:InComment(lnum)
      break
    endif
    let lnum = before
  endwhile
  return lnum
endfunction

" What is open after `text`, where `state` was open before it.
function! s:Read(text, state) abort
  let state = a:state
  let at = 0
  while 1
    let tokens = state.comment > 0 ? '/\*\|\*/' : '//\|/\*\|"[^"]*"\?\|[^[:space:]"/{}();]\+\|\S'
    let [token, start, at] = matchstrpos(a:text, tokens, at)
    if start < 0
      return
    elseif state.comment > 0
      let state.comment += token ==# '/*' ? 1 : -1
    elseif token ==# '/*'
      let state.comment = 1
    elseif token ==# '//'
      return
    else
      let state.braces += token ==# '{' ? 1 : token ==# '}' ? -1 : 0
      let state.parentheses += token ==# '(' ? 1 : token ==# ')' ? -1 : 0
      if token =~# '[{};]'
        let state.parentheses = 0
      endif
      let state.last = token[-1:]
    endif
  endwhile
endfunction

function! SplIndent(lnum) abort
  let view = winsaveview()
  let start = s:Start(a:lnum)
  let in_comment = s:InComment(a:lnum)
  call winrestview(view)
  if in_comment
    return -1
  endif
  let state = #{braces: getline(start) =~# '^\s*}', parentheses: 0, comment: 0, last: ';'}
  for text in start > 0 ? getline(start, a:lnum - 1) : []
    call s:Read(text, state)
  endfor
  let text = getline(a:lnum)
  let levels = state.braces - (text =~# '^\s*}')
  let ended = state.last =~# '[{};]' || (state.last ==# ',' && state.parentheses <= 0)
  if !ended && text !~# '^\s*[{}]'
    let levels += 2
  endif
  return max([indent(max([start, 1])) * (start > 0) + levels * shiftwidth(), 0])
endfunction
