// Reading one line of a trace in JSON. Checks the whole value; Boost.JSON is as fast as a parser of
// our own was.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spl::driver {

/// The string itself, or field "statecall" of an object (other fields are passed over). nullopt if
/// `text` is not one JSON value of that shape; `why` then says what is wrong.
[[nodiscard]] std::optional<std::string> statecall_of_json(std::string_view text, std::string& why);

/// Tells of every field of an object that holds a string, a number, true, false or null: its name
/// (OUTER.INNER within objects; fields of arrays are passed over) and its value as text, a string
/// without its quotes. False, and `why`, if `text` is not one JSON object.
[[nodiscard]] bool fields_of_json(
    std::string_view text, const std::function<void(std::string_view, std::string_view)>& take,
    std::string& why);

}  // namespace spl::driver
