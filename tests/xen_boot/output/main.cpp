// Both streams, a long line, arguments with quotes, static constructors and destructors, the exit
// code.
#include <cstdio>
#include <iostream>
#include <string>

namespace {
struct Speaks {
  Speaks() { std::puts("constructed before main"); }
  ~Speaks() { std::puts("destroyed after main"); }
};
Speaks speaks;
}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) std::printf("argument %d is '%s'\n", i, argv[i]);
  std::cerr << "this went to stderr" << std::endl;
  std::cout << std::string(5000, 'x') << "|end of 5000" << std::endl;
  std::printf("pi is %.5f\n", 3.14159265);
  return 7;
}
