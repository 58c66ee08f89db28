// The little JSON that the worker's log lines carry: one flat object of texts (RFC 8259).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace ssh::host {

/// Quotes included. Bytes outside of printable ASCII are written as \u00XX, so that what a
/// stranger sent is valid JSON whatever it was.
std::string json_string(std::string_view text);

std::string json_object(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members);

}  // namespace ssh::host
