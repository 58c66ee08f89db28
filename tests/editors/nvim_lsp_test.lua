-- Neovim's own client and `splc lsp`: nvim_lsp_test.sh starts this. $SPL_SPLC is the compiler, $SPL_TEMP
-- a directory, $SPL_RESULT where failures go.
local problems = {}

local function check(condition, what)
  if not condition then table.insert(problems, what) end
end

-- A minute, for machines that are slow; what is waited for ends it.
local function wait(condition, what)
  local ok = vim.wait(60000, condition, 20)
  check(ok, 'waited in vain for ' .. what)
  return ok
end

local function ask(client, method, params)
  local reply, err = client.request_sync(method, params, 60000, 0)
  check(reply and not reply.err, method .. ': ' .. vim.inspect(err or (reply and reply.err)))
  return reply and reply.result
end

local function place(line, column)
  return { textDocument = vim.lsp.util.make_text_document_params(0), position = { line = line, character = column } }
end

local function test()
  local path = vim.env.SPL_TEMP .. '/policy.spl'
  vim.fn.writefile({
    'automaton main(int n) {', '  Ask_Question;', '  n = ;', '}',
    'property answered : Ask_Question precedes Answer;' }, path)
  vim.cmd('edit ' .. path)
  check(vim.bo.filetype == 'spl', 'the file type is ' .. vim.bo.filetype)

  -- As docs/editors.md has it for Neovim 0.7.
  local client_id = vim.lsp.start_client({
    name = 'splc', cmd = { vim.env.SPL_SPLC, 'lsp' }, root_dir = vim.fn.expand('%:p:h') })
  vim.lsp.buf_attach_client(0, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  if not wait(function() return client.initialized end, 'the server') then return end

  local function messages()
    return vim.tbl_map(function(d) return (d.lnum + 1) .. ':' .. (d.col + 1) .. ' ' .. d.message end,
                       vim.diagnostic.get(0))
  end
  wait(function() return #messages() > 0 end, 'diagnostics')
  check((messages()[1] or ''):find("3:7 unexpected ';', expected an expression", 1, true),
        'diagnostics: ' .. vim.inspect(messages()))

  -- They follow what is typed.
  vim.api.nvim_buf_set_lines(0, 2, 3, true, { '  n = 1;', '  Answer;' })
  wait(function() return not table.concat(messages(), '\n'):find('unexpected', 1, true) end, 'no diagnostics')

  local hover = ask(client, 'textDocument/hover', place(1, 4))
  check(hover and vim.inspect(hover):find('Ask_Question', 1, true), 'hover: ' .. vim.inspect(hover))
  local uses = ask(client, 'textDocument/references',
    vim.tbl_extend('error', place(1, 4), { context = { includeDeclaration = true } }))
  check(uses and #uses == 2, 'references: ' .. vim.inspect(uses))
  local found = ask(client, 'textDocument/definition', place(3, 4))
  check(found ~= nil, 'definition')

  vim.api.nvim_buf_set_lines(0, 0, 1, true, { 'automaton   main(int n)   {' })
  local formatted = ask(client, 'textDocument/formatting',
    { textDocument = vim.lsp.util.make_text_document_params(0), options = { tabSize = 2, insertSpaces = true } })
  vim.lsp.util.apply_text_edits(formatted or {}, 0, client.offset_encoding)
  check(vim.fn.getline(1) == 'automaton main(int n) {', 'formatting: ' .. vim.fn.getline(1))

  -- A rename reaches files that are not open, below the root; where one does not parse, nothing is changed.
  local user, broken = vim.env.SPL_TEMP .. '/user.spl', vim.env.SPL_TEMP .. '/broken.spl'
  vim.fn.writefile({ 'import "policy.spl";', 'property hello : always (main.n == 1);' }, user)
  vim.fn.writefile({ 'import "policy.spl";', 'property hello : always (main.n == );' }, broken)
  local to_count = vim.tbl_extend('error', place(0, 19), { newName = 'count' })
  -- Neovim tells of edits that it was given only after a while.
  wait(function()
    local there = client.request_sync('textDocument/prepareRename', place(0, 19), 60000, 0)
    return there and there.result and there.result ~= vim.NIL
  end, 'the formatted text')
  local refused = client.request_sync('textDocument/rename', to_count, 60000, 0)
  check(refused and refused.err and refused.err.message:find("broken.spl' has 'n' in it and does not parse", 1, true),
    'a rename that would be half of one: ' .. vim.inspect(refused))
  vim.fn.delete(broken)
  vim.lsp.util.apply_workspace_edit(ask(client, 'textDocument/rename', to_count) or {}, client.offset_encoding)
  check(vim.fn.getline(3) == '  count = 1;', 'renamed here: ' .. vim.fn.getline(3))
  local other = vim.fn.getbufline(vim.fn.bufnr(user), 2)[1] or 'no buffer'
  check(other == 'property hello : always (main.count == 1);', 'renamed there: ' .. other)

  client.stop()
  wait(function() return vim.lsp.get_client_by_id(client_id) == nil end, 'the end of the server')
end

local ok, err = xpcall(test, debug.traceback)
check(ok, err)
table.insert(problems, 'done')
vim.fn.writefile(vim.split(table.concat(problems, '\n'), '\n'), vim.env.SPL_RESULT)
vim.cmd('qall!')
