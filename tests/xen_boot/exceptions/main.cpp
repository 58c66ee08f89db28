// Exceptions unwind through frames with destructors, in order; threads are refused as one.
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {
struct Leaves {
  std::string& trail;
  char name;
  ~Leaves() { trail += name; }
};

[[gnu::noinline]] int descend(int depth, std::string& trail) {
  const Leaves here{trail, static_cast<char>('a' + depth)};
  if (depth == 0) throw std::runtime_error("from the bottom");
  return descend(depth - 1, trail) + 1;
}
}  // namespace

int main() {
  std::string trail;
  try {
    descend(9, trail);
  } catch (const std::exception& e) {
    std::printf("caught '%s' after %s\n", e.what(), trail.c_str());
  }
  try {
    (void)std::vector<int>().at(3);
  } catch (const std::out_of_range&) {
    std::puts("caught out_of_range");
  }
  try {
    std::thread([] {}).join();
    std::puts("a thread ran");
  } catch (const std::system_error& e) {
    std::puts("no threads: system_error");
  }
  std::map<int, int> numbers;
  for (int i = 0; i < 10000; ++i) numbers[i * 7919 % 10007] = i;
  std::printf("map of %zu\n", numbers.size());
}
