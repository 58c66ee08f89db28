// The processor that the memory code is tested on: a piece of memory as RAM, and a TLB that
// remembers all it has ever translated until it is told to forget.
#pragma once

#include <cstdlib>
#include <map>
#include <memory>

#include "memory/address_space.hpp"

namespace xenrt::test {

// Physical memory from `begin` on; the bytes before are not there, and AddressSanitizer says so.
class Ram {
 public:
  explicit Ram(std::uint64_t bytes, PhysicalAddress begin = kLargePage)
      : begin_(begin),
        bytes_(bytes),
        memory_(static_cast<char*>(std::aligned_alloc(kPage, bytes)), &std::free) {}

  [[nodiscard]] Window window() const { return reinterpret_cast<Window>(memory_.get()) - begin_; }
  [[nodiscard]] Range range() const { return {begin_, begin_ + bytes_}; }

 private:
  PhysicalAddress begin_;
  std::uint64_t bytes_;
  std::unique_ptr<char, void (*)(void*)> memory_;
};

// Every translation that was present when it was seen, and has not been flushed since.
extern std::map<VirtualAddress, PageTables::Mapping> tlb;
extern int open_table_writes;

// Whether what the TLB remembers is still so.
bool tlb_agrees(const PageTables& tables);
// A use of the address, which fills the TLB.
void touch(const PageTables& tables, VirtualAddress page);

}  // namespace xenrt::test
