autocmd BufNewFile,BufRead *.spl setfiletype spl
