// The SFTP server on a file system in memory, and whatever a client may send. The first byte says
// how the rest is read: as it is, or as packets of which each begins with two bytes for its length,
// which the target turns into four, so that a mutated packet does not end the session. INIT is sent
// for it.
//
// Laws: bounded buffers and handles; answers are whole packets, no more than there were requests;
// nothing is open after the end; the pieces in which input comes make no difference.
#include <algorithm>

#include "../ssh/memory_file_system.hpp"
#include "fuzz.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace {

using spl::test::require;
using ssh::Bytes;
using ssh::ByteView;

struct Run {
  Bytes answers;
  bool copied = false;
  bool broken = false;
};

Bytes input_of(std::uint8_t how, ByteView data) {
  Bytes all;
  ssh::wire::Writer writer(all);
  writer.u32(5).u8(1).u32(3);
  if ((how & 1) != 0) {
    writer.raw(data);
    return all;
  }
  while (data.size() >= 2) {
    const auto wanted = static_cast<std::size_t>(data[0] << 8 | data[1]);
    const auto size = std::min(data.size() - 2, wanted);
    writer.string(data.subspan(2, size));
    data = data.subspan(2 + size);
  }
  return all;
}

/// How many whole packets there are, each with a type that only a server sends.
std::size_t count_answers(ByteView bytes) {
  std::size_t count = 0;
  ssh::wire::Reader reader(bytes);
  for (; reader.left() != 0; ++count) {
    const ByteView packet = reader.string();
    require(reader.ok() && packet.size() >= 5, "an answer is no whole packet");
    const std::uint8_t type = packet[0];
    require(type == 2 || (type >= 101 && type <= 105) || type == 201, "no type of an answer");
  }
  return count;
}

void drain(ssh::sftp::Server& server, Run& run) {
  require(server.unsent().size() < 1024 * 1024, "too much is unsent");
  while (!server.unsent().empty()) {
    const auto part = server.unsent().first(std::min<std::size_t>(server.unsent().size(), 100000));
    ssh::append(run.answers, part);
    server.sent(part.size());
  }
}

void work_a_little(ssh::sftp::Server& server, Run& run) {
  if (!server.has_work()) return;
  run.copied = true;
  server.work();
  drain(server, run);
}

Run feed(const Bytes& input, std::size_t piece, std::uint8_t how) {
  ssh::test::MemoryFileSystem files;
  files.add("/a", "content of a file");
  files.nodes["/d"] = ssh::test::MemoryFileSystem::directory();
  files.add("/d/b", std::string(1000, 'b'));
  ssh::sftp::Options options;
  options.read_only = (how & 2) != 0;
  options.max_handles = 4;
  Run run;
  {
    ssh::sftp::Server server(files, options);
    ByteView left(input);
    int idle = 0;
    while (!left.empty() && !server.ended()) {
      const auto taken = server.receive(left.first(std::min(left.size(), piece)));
      left = left.subspan(taken);
      require(server.open_handles() <= 4, "too many handles");
      drain(server, run);
      work_a_little(server, run);
      // A copy may go on for longer than a fuzzer should.
      if (taken == 0 && !server.ended() && ++idle > 1000) break;
    }
    server.end_of_input();
    drain(server, run);
    require(server.ended().has_value() || !left.empty(), "no end after the end of input");
    run.broken = !server.ended() || !server.ended()->text.empty();
    if (server.ended()) require(files.open_now == 0, "files are open after the end");
  }
  require(files.open_now == 0, "files are open after the server");
  return run;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes input = input_of(data[0], ByteView(data + 1, size - 1));
  const Run whole = feed(input, input.size(), data[0]);
  // A request takes nine bytes at least, INIT's answer is one.
  require(count_answers(whole.answers) <= 1 + input.size() / 9, "more answers than requests");
  const Run pieces = feed(input, 1 + data[0] / 4, data[0]);
  count_answers(pieces.answers);
  if (whole.copied || pieces.copied) return 0;
  require(whole.answers == pieces.answers, "the pieces make a difference");
  require(whole.broken == pieces.broken, "the pieces make a difference to the end");
  return 0;
}
