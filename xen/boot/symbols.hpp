// The names of the program's functions, which the build has put into the image
// (cmake/symbol_table.py): no tool is needed to read a backtrace.
#pragma once

#include <cstdint>

namespace xenrt {

struct Symbol {
  const char* name;  // nullptr: unknown
  std::uint64_t offset;
};

[[nodiscard]] Symbol find_symbol(std::uint64_t code);

}  // namespace xenrt
