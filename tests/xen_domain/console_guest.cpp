// What the tests of the console and of ends talk to: a line in, a line out.
#include <cstdlib>
#include <iostream>
#include <string>

int main() {
  std::cout << "console: ready\n" << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "end") return 0;
    if (line == "abort") std::abort();
    if (line == "trap") *reinterpret_cast<volatile int*>(8) = 1;  // page 0 is not mapped
    std::cout << "console: heard " << line.size() << " bytes: " << line << '\n' << std::flush;
  }
}
