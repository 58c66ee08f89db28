// What every fuzz target shares. A target defines LLVMFuzzerTestOneInput; it is linked with
// libFuzzer under the `fuzz` preset, and with corpus_main.cpp, which runs kept inputs, otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

// libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace spl::test {

/// A law that must hold of every input.
inline void require(bool holds, const char* law, const std::string& detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "%s\n%s\n", law, detail.c_str());
  std::abort();
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace spl::test
