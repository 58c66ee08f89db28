// What may go wrong because of the peer or of a file: a typed result, never an exception.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace ssh {

/// One line for a log or a terminal: lower case, no full stop, nothing secret.
struct Error {
  std::string text;
};

/// A value, or the reason why there is none.
template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(std::string text) {
  return tl::unexpected<Error>(Error{std::move(text)});
}

}  // namespace ssh
