// Single instructions.
#pragma once

#include <cstdint>

namespace xenrt::cpu {

inline void out8(std::uint16_t port, std::uint8_t value) {
  asm volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}
inline void out16(std::uint16_t port, std::uint16_t value) {
  asm volatile("outw %0, %1" ::"a"(value), "Nd"(port));
}
inline void out32(std::uint16_t port, std::uint32_t value) {
  asm volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}
inline std::uint8_t in8(std::uint16_t port) {
  std::uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
inline std::uint32_t in32(std::uint16_t port) {
  std::uint32_t value;
  asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

enum class Msr : std::uint32_t {
  star = 0xc000'0081,
  lstar = 0xc000'0082,
  fmask = 0xc000'0084,
  fs_base = 0xc000'0100,
  gs_base = 0xc000'0101,
};
inline void write_msr(std::uint32_t msr, std::uint64_t value) {
  asm volatile("wrmsr" ::"c"(msr), "a"(static_cast<std::uint32_t>(value)),
               "d"(static_cast<std::uint32_t>(value >> 32))
               : "memory");
}
inline void write_msr(Msr msr, std::uint64_t value) {
  write_msr(static_cast<std::uint32_t>(msr), value);
}
inline std::uint64_t read_msr(Msr msr) {
  std::uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(static_cast<std::uint32_t>(msr)));
  return low | static_cast<std::uint64_t>(high) << 32;
}

struct Cpuid {
  std::uint32_t a, b, c, d;
};
inline Cpuid cpuid(std::uint32_t leaf, std::uint32_t subleaf = 0) {
  Cpuid r{};
  asm volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
  return r;
}

inline std::uint64_t read_tsc() {
  std::uint32_t low, high;
  asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
  return low | static_cast<std::uint64_t>(high) << 32;
}
// Whether the processor had a random number at hand.
inline bool rdrand(std::uint64_t& value) {
  bool done;
  asm volatile("rdrand %0" : "=r"(value), "=@ccc"(done)::"cc");
  return done;
}

inline std::uint64_t read_cr0() {
  std::uint64_t value;
  asm volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}
inline void write_cr0(std::uint64_t value) {
  asm volatile("mov %0, %%cr0" ::"r"(value) : "memory");
}
inline std::uint64_t read_cr2() {
  std::uint64_t value;
  asm volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}
inline void write_cr3(std::uint64_t value) {
  asm volatile("mov %0, %%cr3" ::"r"(value) : "memory");
}
inline std::uint64_t read_cr4() {
  std::uint64_t value;
  asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}
inline void write_cr4(std::uint64_t value) {
  asm volatile("mov %0, %%cr4" ::"r"(value) : "memory");
}
inline void invalidate(std::uint64_t address) {
  asm volatile("invlpg (%0)" ::"r"(address) : "memory");
}
inline void relax() {
  asm volatile("pause" ::: "memory");
}

// a * b / divisor; the quotient must fit. By hand, for there is no libgcc here.
inline std::uint64_t multiply_divide(std::uint64_t a, std::uint64_t b, std::uint64_t divisor) {
  std::uint64_t low, high;
  asm("mulq %3" : "=a"(low), "=d"(high) : "a"(a), "r"(b) : "cc");
  asm("divq %2" : "+a"(low), "+d"(high) : "r"(divisor) : "cc");
  return low;
}

}  // namespace xenrt::cpu
