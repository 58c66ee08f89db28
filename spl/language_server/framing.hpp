// The base protocol: "Content-Length: N", an empty line, N bytes of JSON (LSP 3.17, "Base
// Protocol").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spl::lsp {

/// Cuts a stream into messages. After an error nothing more comes: where the next message begins
/// cannot be known.
class Framer {
 public:
  static constexpr std::size_t kMaxMessage = 64U << 20;
  static constexpr std::size_t kMaxHeader = 4096;

  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next whole message, if it is there.
  [[nodiscard]] std::optional<std::string> next();
  /// What is wrong with the stream; empty if nothing is.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  bool read_header();

  std::string pending_;
  std::optional<std::size_t> length_;  // of the message whose header was read
  std::string error_;
};

/// A message with its header.
[[nodiscard]] std::string framed(std::string_view message);

}  // namespace spl::lsp
