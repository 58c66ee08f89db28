" Runs in Vim and in Neovim: vim_test.sh starts it. $SPL_ROOT is the repository, $SPL_SPLC the
" compiler, $SPL_TEMP a directory, $SPL_RESULT where failures go.
filetype plugin indent on
syntax on
let g:spl_splc = $SPL_SPLC
let s:ran = 0

function! s:Group(pattern) abort
  call cursor(1, 1)
  call assert_true(search(a:pattern, 'c') > 0, 'not in the text: ' . a:pattern)
  return synIDattr(synID(line('.'), col('.'), 1), 'name')
endfunction

function! s:TestFiletype() abort
  execute 'edit ' . $SPL_ROOT . '/examples/ping.spl'
  call assert_equal('spl', &filetype)
  call assert_equal('spl', get(b:, 'current_syntax', ''))
  call assert_equal('SplIndent(v:lnum)', &indentexpr)
  call assert_equal('// %s', &commentstring)
  call assert_equal(2, &shiftwidth)
  call assert_equal('splc', get(b:, 'current_compiler', ''))
  setfiletype none
  edit!
endfunction

function! s:TestSyntax() abort
  enew!
  setfiletype spl
  call setline(1, [
        \ 'import "common.spl"; // a remark: automaton',
        \ 'function reply(bool seen, int (0..3) left) { X; always(); }',
        \ '/* outer /* inner */ never */',
        \ 'automaton main(bool seen) { either (seen) { reply(seen); } or { abort; } }',
        \ 'property whenever : always (Call implies X next main.finished) and',
        \ '    since(while, A <-> B);',
        \ 'automaton last() { Whole; }'])
  syntax sync fromstart
  for [pattern, group] in [
        \ ['import', 'splInclude'], ['"common', 'splString'], ['a remark', 'splLineComment'],
        \ ['automaton$', 'splLineComment'],
        \ ['function', 'splStructure'], ['reply(b', 'splRoutine'], ['bool', 'splType'],
        \ ['seen, int', ''], ['0\.\.3', 'splNumber'], ['X; al', 'splStatecall'],
        \ ['always();', 'splCall'], ['outer', 'splComment'], ['inner', 'splComment'],
        \ ['never \*/', 'splComment'], ['main(', 'splRoutine'], ['either', 'splConditional'],
        \ ['reply(seen)', 'splCall'], ['or {', 'splConditional'], ['abort', 'splStatement'],
        \ ['property', 'splStructure'], ['whenever', 'splPropertyName'],
        \ ['always (Call', 'splFormulaWord'], ['Call', 'splStatecall'], ['implies', 'splFormulaWord'],
        \ ['X next', 'splFormulaWord'], ['finished', 'splFinished'], ['and$', 'splFormulaWord'],
        \ ['while', 'splProperty'], ['<->', 'splFormulaOperator'],
        \ ['automaton last', 'splStructure'], ['Whole', 'splStatecall']]
    call assert_equal(group, s:Group('\C' . pattern), pattern)
  endfor
  bwipeout!
endfunction

" Policies that `splc fmt` has laid out: indentation finds back what was there, from nothing.
function! s:TestIndent() abort
  let files = map(['ssh-server/policy/auth', 'ssh-server/policy/channel', 'xen/policy/tcp', 'examples/ping'],
        \ '$SPL_ROOT . "/" . v:val . ".spl"')
  let lines = 0
  for file in files
    execute 'edit ' . file
    let before = getline(1, '$')
    let lines += len(before)
    silent normal! gg=G
    call assert_equal(before, getline(1, '$'), file . ' as it is')
    silent %s/^\s\+//e
    silent normal! gg=G
    call assert_equal(before, getline(1, '$'), file . ' from nothing')
    bwipeout!
  endfor
  call assert_true(lines > 600, 'lines to indent')
  enew!
  setfiletype spl
  call setline(1, ['/* {', 'kept', '   { */', '  automaton a() {', 'import_(); // {', '  A; }', 'B;', '}'])
  silent normal! gg=G
  call assert_equal(['/* {', 'kept', '   { */', 'automaton a() {', '  import_(); // {', '  A; }',
        \ 'B;', '}'], getline(1, '$'))
  bwipeout!
endfunction

function! s:Make(lines) abort
  let file = $SPL_TEMP . '/with a space.spl'
  call writefile(a:lines, file)
  execute 'edit! ' . fnameescape(file)
  silent make!
  let found = map(filter(getqflist(), 'v:val.valid'),
        \ '[fnamemodify(bufname(v:val.bufnr), ":t"), v:val.lnum, v:val.col, v:val.type, v:val.text]')
  call assert_equal([], filter(getqflist(), '!v:val.valid'), 'lines that errorformat leaves')
  bwipeout!
  return found
endfunction

function! s:TestErrors() abort
  call assert_equal([
        \ ['with a space.spl', 2, 7, 'E', "unexpected ';', expected an expression [SPL0007 syntax-error]"],
        \ ['with a space.spl', 3, 3, 'E', "expected ';' after this, found '}' [SPL0007 syntax-error]\nadd ';'"]],
        \ s:Make(['automaton a(int n) {', '  n = ;', '  A', '}']))
  let found = s:Make(['automaton a() {', '  Receive_X;', '  Receive_Y;', '}'])
  call assert_equal([3, 3, 'W', 2, 3, 'I'],
        \ [found[0][1], found[0][2], found[0][3], found[1][1], found[1][2], found[1][3]])
  call assert_match('differ little', found[0][4])
  call assert_match('did you mean', found[1][4])
  call assert_equal(2, len(found))
  call assert_equal([], s:Make(['automaton a() {', '  A;', '}']))
endfunction

function! s:TestFormat() abort
  execute 'edit! ' . $SPL_TEMP . '/format.spl'
  call setline(1, ['automaton a() {', '', '', 'A;', '  either {B;} or {', 'C;}', '', '', '', '', '}'])
  silent normal! gggqG
  call assert_equal(['automaton a() {', '  A;', '  either {', '    B;', '  } or {', '    C;', '  }', '}'],
        \ getline(1, '$'))
  " What splc does not understand stays; so does everything if there is no splc.
  call setline(1, 'automaton a( {')
  let broken = getline(1, '$')
  silent normal! gggqG
  call assert_equal(broken, getline(1, '$'))
  let g:spl_splc = '/nonexistent/splc'
  call setline(1, 'automaton  a() {')
  let text = getline(1, '$')
  silent normal! gggqG
  call assert_equal(text, getline(1, '$'))
  let g:spl_splc = $SPL_SPLC
  " A comment alone is wrapped.
  %delete _
  call setline(1, ['// ' . repeat('word ', 40), 'automaton a() {}'])
  setlocal textwidth=79
  silent normal! gqq
  call assert_true(line('$') > 3, 'comments are wrapped')
  bwipeout!
endfunction

for s:test in ['Filetype', 'Syntax', 'Indent', 'Errors', 'Format']
  try
    call s:Test{s:test}()
    let s:ran += 1
  catch
    call add(v:errors, s:test . ': ' . v:exception . ' at ' . v:throwpoint)
  endtry
endfor
call writefile(v:errors + ['ran ' . s:ran], $SPL_RESULT)
qall!
