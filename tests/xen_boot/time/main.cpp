// The monotonic clock goes on and sleeping takes as long as asked for; the wall clock is the
// host's.
#include <chrono>
#include <cstdio>
#include <thread>

int main() {
  using namespace std::chrono;
  auto last = steady_clock::now();
  bool back = false;
  for (int i = 0; i < 100000; ++i) {
    const auto now = steady_clock::now();
    back = back || now < last;
    last = now;
  }
  std::printf("monotonic: %s\n", back ? "went back" : "never goes back");
  const auto before = steady_clock::now();
  std::this_thread::sleep_for(milliseconds(50));
  std::printf("slept at least 50 ms: %s\n",
              steady_clock::now() - before >= milliseconds(50) ? "yes" : "no");
  std::printf("wall clock %lld\n",
              static_cast<long long>(
                  duration_cast<seconds>(system_clock::now().time_since_epoch()).count()));
}
