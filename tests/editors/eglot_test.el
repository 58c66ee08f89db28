;;; eglot_test.el --- eglot and `splc lsp'  -*- lexical-binding: t; -*-
;;; Commentary:
;; emacs_test.sh runs it in batch mode, with the packages of the system.  SPL_SPLC is the compiler.
;;; Code:

(require 'ert)
(require 'eglot)
(require 'spl-mode)

(setq spl-splc-program (getenv "SPL_SPLC"))

(defun spl-test-wait (condition)
  "Wait until CONDITION is non-nil, and return what it is; nil after a minute."
  (let ((left 600) (result nil))
    (while (and (not (setq result (funcall condition))) (> left 0))
      (accept-process-output nil 0.1)
      (setq left (1- left)))
    result))

(ert-deftest spl-test-eglot-knows-the-server ()
  (with-temp-buffer
    (spl-mode)
    (setq buffer-file-name "/tmp/policy.spl")
    (should (member (list spl-splc-program "lsp") (eglot--guess-contact)))
    (set-buffer-modified-p nil)
    (setq buffer-file-name nil)))

(ert-deftest spl-test-eglot-diagnostics-and-hover ()
  (let* ((directory (make-temp-file "spl" t))
         (file (expand-file-name "policy.spl" directory))
         (eglot-autoshutdown nil) (eglot-sync-connect 60) (eglot-connect-timeout 60))
    (unwind-protect
        (progn
          (write-region "automaton main(int n) {\n  Ask_Question;\n  n = ;\n}\n" nil file nil 'silent)
          (with-current-buffer (find-file-noselect file)
            (apply #'eglot--connect (eglot--guess-contact))
            (should (spl-test-wait #'eglot-managed-p))
            (let ((reported nil) (server (eglot--current-server-or-lose)))
              (eglot-flymake-backend (lambda (found &rest _) (setq reported found)))
              (should (spl-test-wait (lambda () reported)))
              (should (string-match-p "unexpected ';', expected an expression"
                                      (flymake-diagnostic-text (car reported))))
              (goto-char (point-min))
              (search-forward "Ask_Q")
              (should (string-match-p
                       "Ask_Question"
                       (format "%S" (jsonrpc-request server :textDocument/hover
                                                     (eglot--TextDocumentPositionParams)
                                                     :timeout 60))))
              (eglot-shutdown server nil 60))
            (set-buffer-modified-p nil)
            (kill-buffer)))
      (delete-directory directory t))))

(provide 'eglot_test)
;;; eglot_test.el ends here
