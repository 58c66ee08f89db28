// The loader's file: all of it, nowhere else in memory, and ours to overwrite.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "xenrt/boot_module.hpp"

int main() {
  const auto module = xenrt::boot_module();
  const std::string text(reinterpret_cast<const char*>(module.data()), module.size());
  std::printf("%zu bytes, %td lines\n", text.size(), std::count(text.begin(), text.end(), '\n'));
  const auto bad = text.find_first_not_of("secret\n");
  std::printf("first line '%s', %s\n", text.substr(0, text.find('\n')).c_str(),
              bad == text.npos ? "all of it" : "something else in it");
  // Memory that malloc gives is not the loader's.
  std::vector<char> much(16 << 20, 'x');
  std::printf("%s\n", std::memcmp(text.data(), module.data(), text.size()) == 0 ? "stays" : "gone");
  std::fill(module.begin(), module.end(), std::byte{0});
  std::printf("overwritten: %d\n", static_cast<int>(module[0]));
  return much[5] == 'x' ? 0 : 1;
}
