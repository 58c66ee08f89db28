;;; emacs_test.el --- Tests of spl-mode  -*- lexical-binding: t; -*-
;;; Commentary:
;; emacs_test.sh runs it in batch mode.  SPL_ROOT is the repository, SPL_SPLC the compiler.
;;; Code:

(require 'ert)
(require 'spl-mode)

(defconst spl-test-root (getenv "SPL_ROOT"))
(setq spl-splc-program (getenv "SPL_SPLC"))

(defmacro spl-test-with (text &rest body)
  "A buffer in `spl-mode' that holds TEXT, for BODY."
  (declare (indent 1))
  `(with-temp-buffer
     (insert ,text)
     (spl-mode)
     (goto-char (point-min))
     ,@body))

(defun spl-test-face (text)
  "The face of TEXT, a regular expression, where it comes first."
  (goto-char (point-min))
  (let ((case-fold-search nil))
    (re-search-forward text)
    (get-text-property (match-beginning 0) 'face)))

(ert-deftest spl-test-file-names ()
  (with-current-buffer (find-file-noselect (expand-file-name "examples/ping.spl" spl-test-root))
    (should (eq major-mode 'spl-mode))
    (kill-buffer)))

(ert-deftest spl-test-faces ()
  (spl-test-with "import \"common.spl\"; // a remark: automaton
function reply(bool seen, int (0..3) left) { Whole; always(); either { X; } or { A; } }
/* outer /* inner */ never */
automaton main(bool seen) { seen = true; }
property whenever : always (Call implies X next main.finished) and
    since(while, A <-> B);
automaton last() { exit; }
"
    (font-lock-ensure)
    (pcase-dolist (`(,text ,face)
                   '(("import" font-lock-keyword-face) ("\"common" font-lock-string-face)
                     ("a remark" font-lock-comment-face) ("automaton$" font-lock-comment-face)
                     ("function" font-lock-keyword-face) ("reply" font-lock-function-name-face)
                     ("bool" font-lock-type-face) ("int " font-lock-type-face)
                     ("Whole" font-lock-constant-face) ("always()" font-lock-function-name-face)
                     ("either" font-lock-keyword-face) ("X;" font-lock-constant-face)
                     ("or {" font-lock-keyword-face) ("inner" font-lock-comment-face)
                     ("never \\*/" font-lock-comment-face) ("main(" font-lock-function-name-face)
                     ("true" font-lock-constant-face) ("property" font-lock-keyword-face)
                     ("whenever" font-lock-variable-name-face)
                     ("always (Call" font-lock-builtin-face) ("Call" font-lock-constant-face)
                     ("implies" font-lock-builtin-face) ("X next" font-lock-builtin-face)
                     ("finished" font-lock-builtin-face) ("and$" font-lock-builtin-face)
                     ("while" nil) ("automaton last" font-lock-keyword-face)
                     ("exit" font-lock-keyword-face)))
      (should (equal (list text (spl-test-face text)) (list text face))))))

(defun spl-test-policies ()
  "Policies that `splc fmt' has laid out."
  (append (directory-files (expand-file-name "ssh-server/policy" spl-test-root) t "\\.spl\\'")
          (directory-files (expand-file-name "xen/policy" spl-test-root) t "\\.spl\\'")
          (list (expand-file-name "examples/ping.spl" spl-test-root))))

(ert-deftest spl-test-indentation-is-that-of-splc ()
  (should (> (length (spl-test-policies)) 12))
  (dolist (file (spl-test-policies))
    (let ((before (with-temp-buffer (insert-file-contents file) (buffer-string)))
          (inhibit-message t))
      (spl-test-with before
        (indent-region (point-min) (point-max))
        (should (equal (buffer-string) before))
        (while (re-search-forward "^[ \t]+" nil t) (replace-match ""))
        (indent-region (point-min) (point-max))
        (should (equal (buffer-string) before))))))

(ert-deftest spl-test-indentation-of-comments ()
  (spl-test-with "/* {\nkept\n   { */\n  automaton a() {\nb(); // {\n  C;\nx = 1\n+ 2;\n}\n"
    (let ((inhibit-message t)) (indent-region (point-min) (point-max)))
    (should (equal (buffer-string)
                   "/* {\nkept\n   { */\nautomaton a() {\n  b(); // {\n  C;\n  x = 1\n      + 2;\n}\n"))))

(ert-deftest spl-test-comments ()
  (spl-test-with "automaton a() {\n  A;\n}\n"
    (forward-line 1)
    (comment-region (line-beginning-position) (line-end-position))
    (should (equal (buffer-string) "automaton a() {\n  // A;\n}\n"))
    (uncomment-region (line-beginning-position) (line-end-position))
    (should (equal (buffer-string) "automaton a() {\n  A;\n}\n"))))

(ert-deftest spl-test-index ()
  (spl-test-with "function f() {}\nautomaton main() {}\nproperty p : A;\n"
    (should (equal (mapcar (lambda (group) (cons (car group) (mapcar #'car (cdr group))))
                           (seq-filter #'consp (assoc-delete-all "*Rescan*" (imenu--make-index-alist t))))
                   '(("Properties" "p") ("Functions" "f") ("Automata" "main"))))))

(ert-deftest spl-test-format ()
  (spl-test-with "automaton a() { A;\n\n\n either {B;} or {C;} }\n"
    (spl-format-buffer)
    (should (equal (buffer-string)
                   "automaton a() {\n  A;\n\n  either {\n    B;\n  } or {\n    C;\n  }\n}\n")))
  (spl-test-with "automaton a( {\n"
    (should (string-match-p "<stdin>:1:14: error: "
                            (cadr (should-error (spl-format-buffer) :type 'user-error))))
    (should (equal (buffer-string) "automaton a( {\n"))))

(ert-deftest spl-test-compilation-buffer ()
  (let* ((directory (make-temp-file "spl" t))
         (file (expand-file-name "a.spl" directory))
         (compilation-save-buffers-predicate #'ignore))
    (unwind-protect
        (progn
          (write-region "automaton a(int n) {\n  n = ;\n  Receive_X;\n}\n" nil file nil 'silent)
          (with-current-buffer (find-file-noselect file)
            (spl-check)
            (kill-buffer))
          (with-current-buffer "*compilation*"
            (while (process-live-p (get-buffer-process (current-buffer)))
              (accept-process-output nil 0.1))
            (compilation--ensure-parse (point-max))
            (goto-char (point-min))
            (compilation-next-error 1)
            (let ((place (compilation--message->loc (get-text-property (point) 'compilation-message))))
              (should (equal (list (compilation--loc->line place)
                                   (compilation--loc->col place)
                                   (caar (compilation--loc->file-struct place)))
                             (list 2 7 "a.spl"))))
            (should (= compilation-num-errors-found 1))
            (should (= compilation-num-warnings-found 0))))
      (delete-directory directory t))))

(defun spl-test-wait (condition)
  "Wait until CONDITION is non-nil, and return what it is; nil after a minute."
  (let ((left 600) (result nil))
    (while (and (not (setq result (funcall condition))) (> left 0))
      (accept-process-output nil 0.1)
      (setq left (1- left)))
    result))

(defun spl-test-flymake (text)
  "What the backend reports of TEXT: the marked text, the type and the message of each."
  (spl-test-with text
    (let ((reported 'not-yet))
      (spl-flymake (lambda (&rest arguments) (setq reported arguments)))
      (should (spl-test-wait (lambda () (not (eq reported 'not-yet)))))
      (should-not (eq (car reported) :panic))
      (mapcar (lambda (found)
                (list (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found))
                      (flymake-diagnostic-type found)
                      (flymake-diagnostic-text found)))
              (car reported)))))

(ert-deftest spl-test-flymake-marks-what-splc-says ()
  (should (equal (spl-test-flymake "automaton a() { A; }\n") nil))
  (should (equal (spl-test-flymake "automaton a(int n) {\n  /* ä𝄞 */ n = ;\n}\n")
                 '((";" :error "unexpected ';', expected an expression [SPL0007]"))))
  (let ((found (spl-test-flymake "automaton a() { Receive_X; Receive_Y; }\n")))
    (should (equal (mapcar #'butlast found) '(("Receive_Y" :warning))))
    (should (string-match-p "\\[SPL0102\\]\ndid you mean" (nth 2 (car found))))))

(ert-deftest spl-test-flymake-without-splc ()
  (let ((spl-splc-program "/nonexistent/splc"))
    (spl-test-with "automaton a() { A; }\n"
      (should-error (spl-flymake #'ignore)))))

(provide 'emacs_test)
;;; emacs_test.el ends here
