// Reading one line of a trace in JSON. Checks the whole value, keeps a single string of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spl::driver {

/// The string itself, or field "statecall" of an object (other fields are passed over). nullopt if
/// `text` is not one JSON value of that shape; `why` then says what is wrong.
[[nodiscard]] std::optional<std::string> statecall_of_json(std::string_view text, std::string& why);

}  // namespace spl::driver
