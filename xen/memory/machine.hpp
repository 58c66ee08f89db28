// What changing page tables needs of the processor. The guest's are in boot/paging.cpp; tests have
// their own, which also notice a flush that was forgotten.
#pragma once

#include "memory/addresses.hpp"

namespace xenrt {

// Around every write to a page table, which is read-only memory. May be nested.
void begin_table_writes();
void end_table_writes();

// The translation of this address has changed.
void flush_translation(VirtualAddress address);

class TableWrites {
 public:
  TableWrites() { begin_table_writes(); }
  ~TableWrites() { end_table_writes(); }
  TableWrites(const TableWrites&) = delete;
  TableWrites& operator=(const TableWrites&) = delete;
};

}  // namespace xenrt
