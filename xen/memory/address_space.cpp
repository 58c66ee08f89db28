// See address_space.hpp. Linux' meaning of the calls: mmap(2), brk(2).
#include "memory/address_space.hpp"

#include <cstring>

#include "memory/machine.hpp"

namespace xenrt {

using Kind = PageTables::Kind;

void AddressSpace::start(Areas areas, std::uint64_t random) {
  areas_ = areas;
  const std::uint64_t half = areas.mappings.size() / kPage / 2;
  next_ = areas.mappings.begin + (half == 0 ? 0 : random % half) * kPage;
  break_ = areas.heap.begin;
}

bool AddressSpace::has_memory_for(std::uint64_t bytes) const {
  return bytes / kPage <= pages_.free_pages();
}

std::optional<VirtualAddress> AddressSpace::map(std::uint64_t bytes, Access access) {
  if (frozen_ || bytes == 0 || bytes > areas_.mappings.size()) return std::nullopt;
  bytes = align_up(bytes, kPage);
  if (access != Access::none && !has_memory_for(bytes)) return std::nullopt;
  const std::uint64_t with_guards = bytes + 2 * kPage;
  auto gap = tables_.find_gap({next_, areas_.mappings.end}, with_guards);
  if (!gap) gap = tables_.find_gap(areas_.mappings, with_guards);
  if (!gap) return std::nullopt;
  const VirtualAddress begin = *gap + kPage;
  if (!fill({begin, begin + bytes}, access)) return std::nullopt;
  next_ = begin + bytes;
  return begin;
}

AddressSpace::Result AddressSpace::map_at(Range range, Access access) {
  if (frozen_) return Result::frozen;
  if (range.empty() || !owns(range)) return Result::bad_range;
  // What is replaced is not counted as free: rather refuse than lose what was there.
  if (access != Access::none && !has_memory_for(range.size() + kLargePage))
    return Result::no_memory;
  const TableWrites writes;
  if (!tables_.prepare(range)) return Result::no_memory;
  drop(range);
  return fill(range, access) ? Result::done : Result::no_memory;
}

AddressSpace::Result AddressSpace::unmap(Range range) {
  if (frozen_) return Result::frozen;
  if (range.empty() || !owns(range)) return Result::bad_range;
  const TableWrites writes;
  drop(range);
  tables_.prune(range);
  return Result::done;
}

AddressSpace::Result AddressSpace::protect(Range range, Access access) {
  if (frozen_) return Result::frozen;
  if (range.empty()) return Result::done;
  if (!owns(range) && !Range{areas_.heap.begin, align_up(break_, kPage)}.covers(range))
    return Result::bad_range;
  for (VirtualAddress page = range.begin; page < range.end; page += kPage) {
    if (tables_.find(page).kind == Kind::absent) return Result::bad_range;
  }
  const TableWrites writes;
  for (VirtualAddress page = range.begin; page < range.end; page += kPage) {
    const PageTables::Mapping old = tables_.find(page);
    if (access == Access::none) {
      if (old.kind == Kind::present) tables_.set(page, Kind::hidden, access, old.physical);
    } else if (old.kind != Kind::reserved) {
      tables_.set(page, Kind::present, access, old.physical);
    } else if (!fill_page(page, access)) {
      return Result::no_memory;
    }
  }
  return Result::done;
}

VirtualAddress AddressSpace::set_break(VirtualAddress wanted) {
  if (frozen_ || !(wanted >= areas_.heap.begin && wanted <= areas_.heap.end)) return break_;
  const std::uint64_t mapped = align_up(break_, kPage);
  const std::uint64_t needed = align_up(wanted, kPage);
  if (needed > mapped &&
      (!has_memory_for(needed - mapped) || !fill({mapped, needed}, Access::read_write))) {
    return break_;
  }
  if (needed < mapped) {
    const TableWrites writes;
    drop({needed, mapped});
    tables_.prune({needed, mapped});
  }
  return break_ = wanted;
}

// The range is absent. All of it, or nothing.
bool AddressSpace::fill(Range range, Access access) {
  const TableWrites writes;
  if (!tables_.prepare(range)) return false;
  for (VirtualAddress page = range.begin; page < range.end; page += kPage) {
    if (access == Access::none) {
      tables_.set(page, Kind::reserved, access, 0);
    } else if (!fill_page(page, access)) {
      drop({range.begin, page});
      tables_.prune(range);
      return false;
    }
  }
  return true;
}

bool AddressSpace::fill_page(VirtualAddress page, Access access) {
  const auto memory = pages_.allocate(0);
  if (!memory) return false;
  std::memset(reinterpret_cast<void*>(window_ + *memory), 0, kPage);
  tables_.set(page, Kind::present, access, *memory);
  return true;
}

void AddressSpace::drop(Range range) {
  for (VirtualAddress page = range.begin; page < range.end;) {
    const PageTables::Mapping old = tables_.find(page);
    if (old.extent != kPage) {  // nothing, for as long as the entry reaches
      page = align_down(page, old.extent) + old.extent;
      continue;
    }
    if (old.kind != Kind::absent) tables_.set(page, Kind::absent, Access::none, 0);
    if (old.kind == Kind::present || old.kind == Kind::hidden) pages_.release(old.physical, 0);
    page += kPage;
  }
}

}  // namespace xenrt
