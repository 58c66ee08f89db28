// What the platform says itself, on the console. A line at a time.
#pragma once

#include <cstdint>

namespace xenrt {

// Waits while the console is full, but not for ever: a console that nobody reads loses output.
void console_write(const char* text, std::uint64_t bytes);

struct Hex {
  std::uint64_t value;
};

namespace detail {
void print(const char* text);
void print(Hex number);
void print(std::uint64_t number);
inline void print(std::uint32_t number) {
  print(std::uint64_t{number});
}
inline void print(int number) {
  if (number < 0) print("-");
  print(static_cast<std::uint64_t>(number < 0 ? -static_cast<std::int64_t>(number) : number));
}
}  // namespace detail

template <class... Parts>
void log(Parts... parts) {
  (detail::print(parts), ...);
  detail::print("\n");
}

}  // namespace xenrt
