// The harness that `splc fuzz ../ping.spl` makes, with a program put in. Build and run it:
//
//   splc fuzz examples/ping.spl --out-dir kit
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address -I kit -I runtime/include \
//     -DPING_PROGRAM_FORGETS examples/fuzz/ping_fuzz.cpp -o ping_fuzz
//   mkdir -p corpus && ./ping_fuzz -dict=kit/ping.dict corpus kit/seeds
#include <cstddef>
#include <cstdint>

#include "ping.hpp"
#include "ping_program.hpp"
#include "ping_source_map.hpp"
#include "spl/rt/fuzz.hpp"

namespace {

class Program {
 public:
  bool step(ping::Statecall statecall, spl::rt::fuzz::Payload&) {
    switch (statecall) {
      case ping::Statecall::Transmit_Ping_EchoRequest:
        return program_.send_request();
      case ping::Statecall::Receive_Ping_EchoReply:
        return program_.take_reply();
      case ping::Statecall::Receive_Ping_Unreachable:
        return program_.take_unreachable();
      case ping::Statecall::Notify_Ping_Timeout:
        return program_.time_out();
      case ping::Statecall::Notify_Ping_SummaryWanted:
        return program_.want_summary();
      case ping::Statecall::Notify_Ping_Summary:
        return program_.give_summary();
      case ping::Statecall::Notify_Ping_Done:
        return program_.stop();
    }
    return false;
  }

 private:
  PingProgram program_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return spl::rt::fuzz::mutate<ping::Policy>(data, size, max_size, seed, LLVMFuzzerMutate);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_size,
                                                 unsigned seed) {
  return spl::rt::fuzz::cross_over<ping::Policy>(data1, size1, data2, size2, out, max_size, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Program program;
  spl::rt::fuzz::run<ping::Policy>(data, size, program, spl::rt::fuzz::Law::agrees);
  return 0;
}
