#include "language_server/framing.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace spl::lsp {
namespace {

bool is_content_length(std::string_view name) {
  constexpr std::string_view kName = "content-length";
  return std::equal(name.begin(), name.end(), kName.begin(), kName.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

}  // namespace

/// True if the header is there and says a length.
bool Framer::read_header() {
  const auto end = pending_.find("\r\n\r\n");
  if (end == std::string::npos || end > kMaxHeader) {
    if (pending_.size() > kMaxHeader) error_ = "a header of more than 4096 bytes";
    return false;
  }
  for (std::size_t at = 0; at < end;) {
    const auto stop = std::min(pending_.find("\r\n", at), end);
    const auto line = std::string_view(pending_).substr(at, stop - at);
    at = stop + 2;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      error_ = "a header line without ':'";
      return false;
    }
    if (!is_content_length(line.substr(0, colon))) continue;
    const auto* from = line.data() + colon + 1;
    const auto* to = line.data() + line.size();
    while (from != to && *from == ' ') ++from;
    std::size_t length = 0;
    const auto read = std::from_chars(from, to, length);
    if (read.ec != std::errc{} || read.ptr != to || length > kMaxMessage) {
      error_ = "a Content-Length that is no number up to 67108864";
      return false;
    }
    length_ = length;
  }
  if (!length_) {
    error_ = "a header without Content-Length";
    return false;
  }
  pending_.erase(0, end + 4);
  return true;
}

std::optional<std::string> Framer::next() {
  if (!error_.empty()) return std::nullopt;
  if (!length_ && !read_header()) return std::nullopt;
  if (pending_.size() < *length_) return std::nullopt;
  auto message = pending_.substr(0, *length_);
  pending_.erase(0, *length_);
  length_.reset();
  return message;
}

std::string framed(std::string_view message) {
  std::string result = "Content-Length: " + std::to_string(message.size()) + "\r\n\r\n";
  result += message;
  return result;
}

}  // namespace spl::lsp
