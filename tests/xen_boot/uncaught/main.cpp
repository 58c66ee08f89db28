// An exception that nobody catches ends in abort(), with a backtrace that names the function.
#include <stdexcept>

[[gnu::noinline]] void throws_it(int code) {
  if (code != 0) throw std::runtime_error("nobody wants this");
}

int main(int argc, char**) {
  throws_it(argc);
  return 0;
}
