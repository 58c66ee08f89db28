;;; spl-mode.el --- Major mode for the Statecall Policy Language  -*- lexical-binding: t; -*-

;; Copyright (c) 2026 the Statecall authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages
;; SPDX-License-Identifier: ISC

;;; Commentary:

;; Colours, indentation as `splc fmt' has it, an index of automata, functions and properties, and
;; what `splc check' says, as you type (flymake) or in a compilation buffer.  Eglot is told of the
;; language server, `splc lsp'.
;;
;;   (require 'spl-mode)
;;   (add-hook 'spl-mode-hook #'flymake-mode)      ; or #'eglot-ensure

;;; Code:

(require 'compile)
(require 'flymake)
(require 'imenu)

(defgroup spl nil
  "The Statecall Policy Language."
  :group 'languages)

(defcustom spl-splc-program "splc"
  "The compiler of the Statecall Policy Language."
  :type 'string
  :risky t)

(defcustom spl-indent-offset 2
  "Columns for each brace that is open; `splc fmt' has two."
  :type 'integer
  :safe #'integerp)

;;;; Words

(eval-and-compile
  (defconst spl--keywords
    '("automaton" "function" "statecalls" "import" "property" "multiple" "optional"
      "always_allow" "either" "or" "during" "handle" "do" "until" "while" "exit" "abort"))
  (defconst spl--formula-words
    '("not" "and" "or" "implies" "iff" "always" "eventually" "next" "X" "until" "U"
      "weak_until" "W" "once" "since" "precedes" "responds_to" "never" "reachable"
      "finished")))

(defvar spl-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?_ "w" table)
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23n" table)
    (modify-syntax-entry ?\n "> b" table)
    (dolist (sign '(?+ ?- ?= ?< ?> ?& ?| ?! ?. ?, ?\; ?:))
      (modify-syntax-entry sign "." table))
    table)
  "Syntax of policies: block comments nest.")

(defun spl--in-property-p ()
  "Whether point is behind the word property, and the semicolon is still to come.
Other words are reserved there."
  (save-excursion
    (let ((found nil))
      (while (and (not found) (re-search-backward "[;{}]\\|\\_<property\\_>" nil t))
        (unless (nth 8 (syntax-ppss))
          (setq found (if (looking-at "p") 'property 'end))))
      (eq found 'property))))

(defun spl--match-word (inside regexp limit)
  "Search for REGEXP up to LIMIT, inside of properties if INSIDE, outside if not."
  (let ((found nil))
    (while (and (not found) (re-search-forward regexp limit t))
      (setq found (save-match-data
                    (eq inside (save-excursion
                                 (goto-char (match-beginning 0))
                                 (spl--in-property-p))))))
    found))

(defun spl--match-keyword (limit)
  "Search for a keyword outside of properties, up to LIMIT."
  (spl--match-word nil (eval-when-compile (regexp-opt spl--keywords 'words)) limit))

(defun spl--match-formula-word (limit)
  "Search for an operator of properties, up to LIMIT."
  (spl--match-word t (eval-when-compile (regexp-opt spl--formula-words 'words)) limit))

(defconst spl-font-lock-keywords
  `(("\\_<\\(automaton\\|function\\)\\_>[ \t]+\\([a-z_][A-Za-z0-9_]*\\)"
     (1 font-lock-keyword-face) (2 font-lock-function-name-face))
    ("\\_<property\\_>[ \t]+\\([a-z_][A-Za-z0-9_]*\\)" (1 font-lock-variable-name-face))
    (spl--match-formula-word . font-lock-builtin-face)
    (spl--match-keyword . font-lock-keyword-face)
    ("\\_<\\(?:bool\\|int\\)\\_>" . font-lock-type-face)
    ("\\_<\\(?:true\\|false\\)\\_>" . font-lock-constant-face)
    ("\\_<[A-Z][A-Za-z0-9_]*\\_>" . font-lock-constant-face)
    ("\\_<\\([a-z_][A-Za-z0-9_]*\\)[ \t]*(" 1 font-lock-function-name-face))
  "Colours of policies.")

;;;; Indentation

(defun spl--continued-p (state)
  "Whether point is in the middle of a statement.
STATE is that of `syntax-ppss' there."
  (save-excursion
    (forward-comment (- (point)))
    (let ((before (char-before))
          (opened (nth 1 state)))
      (not (or (null before)
               (memq before '(?\; ?{ ?}))
               ;; A list of statecalls has a line for each.
               (and (eq before ?,) (or (null opened) (eq (char-after opened) ?{))))))))

(defun spl--indentation ()
  "The column for the line of point, or nil to leave it as it is."
  (save-excursion
    (beginning-of-line)
    (let ((state (syntax-ppss)))
      (unless (nth 8 state)
        (skip-chars-forward " \t")
        (let ((levels (length (seq-filter (lambda (at) (eq (char-after at) ?{)) (nth 9 state))))
              (brace (memq (char-after) '(?{ ?}))))
          (when (eq (char-after) ?}) (setq levels (1- levels)))
          (when (and (not brace) (spl--continued-p state)) (setq levels (+ levels 2)))
          (* spl-indent-offset (max levels 0)))))))

(defun spl-indent-line ()
  "Indent the line of point: a level for each brace that is open.
A line that goes on with a statement is two levels further in."
  (interactive)
  (let ((column (spl--indentation)))
    (cond ((null column) 'noindent)
          ((<= (current-column) (current-indentation)) (indent-line-to column))
          (t (save-excursion (indent-line-to column))))))

;;;; What splc says

(defun spl-format-buffer ()
  "Lay the policy out as `splc fmt' does.
What splc does not understand stays as it is, and the error is shown."
  (interactive)
  (let ((policy (current-buffer))
        (errors (make-temp-file "spl-fmt")))
    (unwind-protect
        (with-temp-buffer
          (let* ((text (current-buffer))
                 (exit (with-current-buffer policy
                         (let ((coding-system-for-read 'utf-8-unix)
                               (coding-system-for-write 'utf-8-unix))
                           (save-restriction
                             (widen)
                             (call-process-region nil nil spl-splc-program nil (list text errors)
                                                  nil "fmt" "--colour=never" "-"))))))
            (if (eq exit 0)
                (with-current-buffer policy
                  (save-restriction
                    (widen)
                    (replace-buffer-contents text)))
              (user-error "%s" (with-temp-buffer
                                 (insert-file-contents errors)
                                 (buffer-substring (point-min) (line-end-position)))))))
      (delete-file errors))))

(defun spl-check ()
  "Run `splc check' on the file of this buffer, in a compilation buffer."
  (interactive)
  (compile (format "%s check --colour=never %s" (shell-quote-argument spl-splc-program)
                   (shell-quote-argument (file-relative-name (or buffer-file-name
                                                                 (user-error "No file")))))))

(defvar-local spl--flymake-process nil)

(defun spl--position (line column)
  "Where LINE and COLUMN of splc are in the buffer.
Columns are bytes of UTF-8, from 1."
  (save-restriction
    (widen)
    (goto-char (point-min))
    (forward-line (1- line))
    (let ((end (line-end-position))
          (left (1- column)))
      (while (and (> left 0) (< (point) end))
        (setq left (- left (string-bytes (char-to-string (char-after)))))
        (forward-char))
      (point))))

(defun spl--flymake-diagnostic (policy found)
  "What flymake wants to know of FOUND in the buffer POLICY.
FOUND is an object of splc's JSON."
  (let-alist found
    ;; What an imported policy has is shown at the first line.
    (let* ((own (and (equal .file "<stdin>") (integerp .line)))
           (begin (if own (spl--position .line .column) (point-min)))
           (end (if own (spl--position .endLine .endColumn) (line-end-position)))
           (hint (if (member .hint '(nil "")) "" (concat "\n" .hint))))
      (flymake-make-diagnostic policy begin (max end (min (1+ begin) (point-max)))
                               (if (equal .severity "error") :error :warning)
                               (format "%s%s [%s]%s"
                                       (if (or own (not (stringp .file))) ""
                                         (format "%s:%s: " .file .line))
                                       .message .id hint)))))

(defun spl--flymake-report (policy output report)
  "Tell REPORT the diagnostics of the buffer POLICY.
They are in the buffer OUTPUT, which is JSON."
  (with-current-buffer policy
    (save-excursion
      (let ((result (with-current-buffer output
                      (goto-char (point-min))
                      (json-parse-buffer :object-type 'alist :array-type 'list))))
        (funcall report (mapcar (lambda (found) (spl--flymake-diagnostic policy found))
                                (alist-get 'diagnostics result)))))))

(defun spl-flymake (report &rest _)
  "Run `splc check' on the text as it is, and tell REPORT, a function of flymake."
  (unless (executable-find spl-splc-program)
    (error "Cannot find %s" spl-splc-program))
  (when (process-live-p spl--flymake-process)
    (kill-process spl--flymake-process))
  (let ((policy (current-buffer))
        (output (generate-new-buffer " *spl-flymake*")))
    (setq spl--flymake-process
          (make-process
           :name "spl-flymake" :noquery t :connection-type 'pipe :buffer output
           :coding 'utf-8-unix :stderr (get-buffer-create " *spl-flymake errors*")
           :command (list spl-splc-program "check" "--json" "-")
           :sentinel
           (lambda (process _event)
             (when (memq (process-status process) '(exit signal))
               (unwind-protect
                   (when (and (buffer-live-p policy)
                              (eq process (buffer-local-value 'spl--flymake-process policy)))
                     (condition-case err
                         (spl--flymake-report policy output report)
                       (error (funcall report :panic :explanation (error-message-string err)))))
                 (kill-buffer output))))))
    (save-restriction
      (widen)
      (process-send-region spl--flymake-process (point-min) (point-max)))
    (process-send-eof spl--flymake-process)))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons 'spl-mode (lambda (&rest _) (list spl-splc-program "lsp")))))

;;;; The mode

(defvar spl-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'spl-check)
    (define-key map (kbd "C-c C-f") #'spl-format-buffer)
    map)
  "Keys of `spl-mode'.")

(defconst spl-imenu-generic-expression
  '(("Automata" "^[ \t]*automaton[ \t]+\\([a-z_][A-Za-z0-9_]*\\)" 1)
    ("Functions" "^[ \t]*function[ \t]+\\([a-z_][A-Za-z0-9_]*\\)" 1)
    ("Properties" "^[ \t]*property[ \t]+\\([a-z_][A-Za-z0-9_]*\\)" 1))
  "What is listed of a policy.")

;;;###autoload
(define-derived-mode spl-mode prog-mode "SPL"
  "Major mode for policies in the Statecall Policy Language."
  (setq-local comment-start "// ")
  (setq-local comment-end "")
  (setq-local comment-start-skip "\\(?://+\\|/\\*+\\)[ \t]*")
  (setq-local parse-sexp-ignore-comments t)
  (setq-local indent-line-function #'spl-indent-line)
  (setq-local indent-tabs-mode nil)
  (setq-local electric-indent-chars (append "{};" electric-indent-chars))
  (setq-local font-lock-defaults '(spl-font-lock-keywords))
  (setq-local imenu-generic-expression spl-imenu-generic-expression)
  (add-hook 'flymake-diagnostic-functions #'spl-flymake nil t))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.spl\\'" . spl-mode))

(provide 'spl-mode)
;;; spl-mode.el ends here
