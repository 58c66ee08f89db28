// Internal to the syntax room: the generated scanner, behind a handle.
#pragma once

#include <string_view>

#include "parser.hpp"

namespace spl::syntax {

/// Owns a scanner over a text, which must outlive it.
class ScannerHandle {
 public:
  explicit ScannerHandle(std::string_view text);
  ~ScannerHandle();
  ScannerHandle(const ScannerHandle&) = delete;
  ScannerHandle& operator=(const ScannerHandle&) = delete;
  [[nodiscard]] void* get() const { return scanner_; }

 private:
  void* scanner_ = nullptr;
};

/// The next token; END for ever after the end, or after driver.stop().
[[nodiscard]] Parser::symbol_type scan(void* scanner, ParseDriver& driver);

}  // namespace spl::syntax
