// The files of the page, embedded at build time.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace spl::debug::web {

struct PageFile {
  std::string_view name;  // "index.html", "modules/chart.js"
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes), size};
  }
};

[[nodiscard]] std::span<const PageFile> page_files();

}  // namespace spl::debug::web
