# A program that is refused, and prints why.
splc cpp ping.spl --out-dir explained_gen
cat >explained.cpp <<'END'
#include <cstdio>
#include "ping.hpp"
#include "ping_source_map.hpp"
int main() {
  const ping::Monitor monitor;
  std::fputs(explain(monitor, ping::Statecall::Receive_Ping_EchoReply).to_string().c_str(), stdout);
}
END
g++ -std=c++20 -I explained_gen $(pkg-config --cflags statecall-rt) explained.cpp -o explained
