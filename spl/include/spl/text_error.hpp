// What is wrong with a text that is no policy: a map of names, a learned machine.
#pragma once

#include <string>

#include "spl/source.hpp"

namespace spl {

struct TextError {
  SourceRange range;
  std::string message;  // one line, no full stop
  std::string hint;     // may be empty
};

}  // namespace spl
