// Internal: what a place in a policy is asked for, one function a request. Each answers with the
// request's result; null where there is nothing to say.
#pragma once

#include "language_server/protocol.hpp"

namespace spl::lsp {

/// What all answers need. `file` is the document that was asked about.
struct Request {
  Workspace& workspace;
  Encoding encoding = Encoding::utf16;
  Project project;
  Places places;
  std::uint32_t offset = 0;  // of requests about a position

  [[nodiscard]] const ProjectFile& file() const { return project.files.front(); }
  [[nodiscard]] const FileIndex& index() const { return *file().index; }
};

/// What the name at the request's place means, if there is one.
[[nodiscard]] std::optional<Symbol> symbol_here(const Request& r);
[[nodiscard]] json::value definition(Request& r);
/// In the whole workspace.
[[nodiscard]] json::value references(Request& r, bool with_declaration);
[[nodiscard]] json::value highlights(Request& r);
/// RequestError if there is nothing here that can be renamed.
[[nodiscard]] json::value prepare_rename(Request& r);
struct Rename {
  json::value edit;                  // a WorkspaceEdit
  std::vector<std::string> unknown;  // what could not be looked into
};
/// In the whole workspace. RequestError if the name will not do, or if a file that has it does not
/// parse. `versioned`: with documentChanges.
[[nodiscard]] Rename rename(Request& r, const std::string& to, bool versioned);
[[nodiscard]] json::value hover(Request& r);
[[nodiscard]] json::value completion(Request& r, bool snippets);
[[nodiscard]] json::value document_symbols(Request& r);
/// Declarations whose names have the letters of `query` in this order.
[[nodiscard]] json::value workspace_symbols(Workspace& workspace, std::string_view query,
                                            Encoding encoding);
[[nodiscard]] json::value folding_ranges(Request& r);
[[nodiscard]] json::value semantic_tokens(Request& r);
[[nodiscard]] json::array semantic_token_types();
/// Edits that format the document; none if it has syntax errors.
[[nodiscard]] json::value formatting(Request& r);
/// Fixes for what `analysis` says of the file where it touches `at`.
[[nodiscard]] json::value code_actions(Request& r, const Analysis& analysis, Span at);

/// Diagnostics of one analysis, by path. Every file that was read has an entry.
[[nodiscard]] std::map<std::string, json::array> diagnostics_by_file(const Workspace& workspace,
                                                                     const Analysis& analysis,
                                                                     Encoding encoding);
[[nodiscard]] json::object diagnostic_value(const Workspace& workspace, const Analysis& analysis,
                                            const Diagnostic& d, Encoding encoding);
/// The formula in English; "" if it does not parse.
[[nodiscard]] std::string told(std::string_view formula);

}  // namespace spl::lsp
