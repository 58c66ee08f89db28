// What lwIP asks of its platform: time, randomness, memory, an end for what cannot be. One thread.
//
// Memory is counted: a packet more than NetConfig::memory allows is not there, as lwIP expects of a
// small machine, however much the C library would give.
#include <cstdlib>
#include <cstring>
#include <string>

#include "net/impl.hpp"
#include "xenrt/panic.hpp"

extern "C" {
#include "lwip/sys.h"
}

namespace xenrt {
namespace {

// A stack may follow another one; lwIP's clock then goes on.
std::uint64_t clock_ms = 0, clock_base = 0, last_given = 0;

constexpr std::size_t kHead = 16;  // keeps what follows it aligned
std::size_t memory_used = 0, memory_peak = 0, memory_limit = std::size_t{16} << 20U;

}  // namespace

void set_clock(Instant now) {
  const auto given = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  if (given < last_given) clock_base += last_given - given;
  last_given = given;
  clock_ms = given + clock_base;
}

std::uint32_t lwip_now() {
  return static_cast<std::uint32_t>(clock_ms);
}

void set_memory_limit(std::size_t limit) {
  memory_limit = limit;
  memory_peak = memory_used;
}

void memory_use(NetStats& stats) {
  stats.memory = memory_used;
  stats.memory_peak = memory_peak;
  stats.memory_limit = memory_limit;
}

IpAddress from_lwip(const ip_addr_t& address) {
  IpAddress result;
  result.is_v6 = IP_IS_V6_VAL(address);
  if (result.is_v6) {
    std::memcpy(result.bytes.data(), ip_2_ip6(&address)->addr, 16);
  } else {
    std::memcpy(result.bytes.data(), &ip_2_ip4(&address)->addr, 4);
  }
  return result;
}

ip_addr_t to_lwip(const IpAddress& address) {
  ip_addr_t result{};
  if (address.is_v6) {
    IP_SET_TYPE_VAL(result, IPADDR_TYPE_V6);
    std::memcpy(ip_2_ip6(&result)->addr, address.bytes.data(), 16);
    ip6_addr_clear_zone(ip_2_ip6(&result));
  } else {
    IP_SET_TYPE_VAL(result, IPADDR_TYPE_V4);
    std::memcpy(&ip_2_ip4(&result)->addr, address.bytes.data(), 4);
  }
  return result;
}

}  // namespace xenrt

extern "C" {

u32_t sys_now() {
  return xenrt::lwip_now();
}

std::uint32_t xen_net_random() {
  return xenrt::Stack::Impl::current().random();
}

void xen_net_panic(const char* what, const char* file, int line) {
  const auto text = std::string("lwIP: ") + what + " (" + file + ":" + std::to_string(line) + ")";
  xenrt::panic(text.c_str());
}

void* xen_net_malloc(unsigned long size) {
  using namespace xenrt;
  if (size > memory_limit || memory_used + size > memory_limit) return nullptr;
  auto* block = static_cast<char*>(std::malloc(size + kHead));
  if (block == nullptr) return nullptr;
  std::memcpy(block, &size, sizeof size);
  memory_used += size;
  if (memory_used > memory_peak) memory_peak = memory_used;
  return block + kHead;
}

void* xen_net_calloc(unsigned long count, unsigned long size) {
  if (size != 0 && count > ~0UL / size) return nullptr;
  void* memory = xen_net_malloc(count * size);
  if (memory != nullptr) std::memset(memory, 0, count * size);
  return memory;
}

void xen_net_free(void* memory) {
  if (memory == nullptr) return;
  auto* block = static_cast<char*>(memory) - xenrt::kHead;
  unsigned long size = 0;
  std::memcpy(&size, block, sizeof size);
  xenrt::memory_used -= size;
  std::free(block);
}
}
