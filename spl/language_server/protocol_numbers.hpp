// Numbers that the Language Server Protocol gives to kinds (version 3.17), by the names they have
// there.
#pragma once

namespace spl::lsp {

/// DiagnosticSeverity; MessageType has the same numbers.
namespace severity {
inline constexpr int kError = 1;
inline constexpr int kWarning = 2;
inline constexpr int kInformation = 3;
}  // namespace severity

/// SymbolKind.
namespace symbol_kind {
inline constexpr int kModule = 2;
inline constexpr int kClass = 5;
inline constexpr int kEnum = 10;
inline constexpr int kFunction = 12;
inline constexpr int kVariable = 13;
inline constexpr int kConstant = 14;
inline constexpr int kEnumMember = 22;
}  // namespace symbol_kind

/// CompletionItemKind.
namespace completion_kind {
inline constexpr int kFunction = 3;
inline constexpr int kVariable = 6;
inline constexpr int kClass = 7;
inline constexpr int kKeyword = 14;
inline constexpr int kSnippet = 15;
inline constexpr int kEnumMember = 20;
}  // namespace completion_kind

}  // namespace spl::lsp
