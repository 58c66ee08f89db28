// The SFTP server on a file system in memory: every request, its answer as the draft has it,
// hostile input, bounds, copies beside other requests.
#include "ssh/sftp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sftp_client.hpp"

namespace ssh::test {
namespace {

using testing::HasSubstr;

class Sftp : public testing::Test {
 protected:
  void SetUp() override { client.greet(); }
  SftpClient client;
  MemoryFileSystem& files = client.files;
};

TEST(SftpStart, OffersVersion3AndTheExtensions) {
  SftpClient client;
  const Reply reply = client.ask(Packet(kInit, 6));
  ASSERT_EQ(reply.type, kVersion);
  EXPECT_EQ(reply.id, 3U);
  wire::Reader in = reply.in();
  std::map<std::string, std::string> offered;
  while (in.left() != 0) {
    const std::string name(in.text());
    offered[name] = in.text();
  }
  ASSERT_TRUE(in.ok());
  const std::map<std::string, std::string> expected = {{"posix-rename@openssh.com", "1"},
                                                       {"statvfs@openssh.com", "2"},
                                                       {"fstatvfs@openssh.com", "2"},
                                                       {"hardlink@openssh.com", "1"},
                                                       {"fsync@openssh.com", "1"},
                                                       {"lsetstat@openssh.com", "1"},
                                                       {"limits@openssh.com", "1"},
                                                       {"expand-path@openssh.com", "1"},
                                                       {"copy-data", "1"},
                                                       {"home-directory", "1"},
                                                       {"users-groups-by-id@openssh.com", "1"}};
  EXPECT_EQ(offered, expected);
}

TEST(SftpStart, NothingComesBeforeInit) {
  SftpClient client;
  client.send(Packet(kStat, 1).string("/"));
  ASSERT_TRUE(client.server.ended());
  EXPECT_THAT(client.server.ended()->text, HasSubstr("Receive_Sftp_Stat"));
  EXPECT_TRUE(client.server.unsent().empty());
}

TEST_F(Sftp, InitComesOnce) {
  client.send(Packet(kInit, 3));
  ASSERT_TRUE(client.server.ended());
  EXPECT_THAT(client.server.ended()->text, HasSubstr("Receive_Sftp_Init"));
  EXPECT_TRUE(client.server.unsent().empty());
  EXPECT_EQ(client.server.receive(Packet(kStat, 1).string("/").bytes()), 0U);
}

TEST_F(Sftp, WritesAndReads) {
  const Bytes handle = client.open("/a", kForRead | kForWrite | kCreate | kTruncate);
  EXPECT_EQ(client.write(handle, 0, "hello world"), 0U);
  EXPECT_EQ(client.write(handle, 6, "there"), 0U);
  const Reply data = client.read(handle, 0, 100);
  EXPECT_EQ(data.type, kData);
  EXPECT_EQ(to_text(data.string()), "hello there");
  EXPECT_EQ(client.read(handle, 11, 100).status(), 1U);
  EXPECT_EQ(to_text(client.read(handle, 4, 3).string()), "o t");
  EXPECT_EQ(client.ask(client.request(kClose).string(handle)).status(), 0U);
  EXPECT_EQ(files.open_now, 0);
  EXPECT_EQ(client.ask(client.request(kClose).string(handle)).status(), 4U);
  EXPECT_EQ(client.read(handle, 0, 1).status(), 4U);
}

TEST_F(Sftp, OpenHasItsFlags) {
  files.add("/a", "old");
  EXPECT_EQ(client.ask(client.request(kOpen).string("/b").u32(kForRead).no_attributes()).status(),
            2U);
  const auto exclusive = client.request(kOpen).string("/a").u32(kForWrite | kCreate | kExclusive);
  EXPECT_EQ(client.ask(Packet(exclusive).no_attributes()).status(), 4U);
  EXPECT_EQ(client.write(client.open("/a", kForWrite | kAppend), 0, "er"), 0U);
  EXPECT_EQ(files.text("/a"), "older");
  EXPECT_EQ(client.write(client.open("/a", kForRead), 0, "er"), 3U);
  EXPECT_EQ(client.read(client.open("/a", kForWrite), 0, 9).status(), 3U);
  EXPECT_EQ(to_text(client.read(client.open("/a", 0), 0, 9).string()), "older");
  client.open("/a", kForWrite | kTruncate);
  EXPECT_EQ(files.text("/a"), "");
  const auto with_mode = client.request(kOpen).string("/m").u32(kForWrite | kCreate);
  client.ask(Packet(with_mode).u32(4).u32(0100600));
  EXPECT_EQ(files.nodes["/m"]->permissions, 0600U);
}

TEST_F(Sftp, StatsAreWholeAndLinksAreTwoThings) {
  auto& node = files.add("/a", "four");
  node.owner = {7, 8};
  node.times = {0x11223344, 0x55667788};
  ASSERT_EQ(client.ask(client.request(kSymlink).string("/a").string("/l")).status(), 0U);
  const Bytes handle = client.open("/a", kForRead);
  for (const Packet& packet :
       {client.request(kStat).string("/l"), client.request(kLstat).string("/a"),
        client.request(kFstat).string(handle)}) {
    const Reply reply = client.ask(packet);
    ASSERT_EQ(reply.type, kAttrs);
    wire::Reader in = reply.in();
    EXPECT_EQ(in.u32(), 0xfU);
    EXPECT_EQ(in.u64(), 4U);
    EXPECT_EQ(in.u32(), 7U);
    EXPECT_EQ(in.u32(), 8U);
    EXPECT_EQ(in.u32(), 0100644U);
    EXPECT_EQ(in.u32(), 0x11223344U);
    EXPECT_EQ(in.u32(), 0x55667788U);
    EXPECT_TRUE(in.done());
  }
  const Reply of_link = client.ask(client.request(kLstat).string("/l"));
  wire::Reader link = of_link.in();
  link.u32();
  EXPECT_EQ(link.u64(), 2U);
  EXPECT_EQ(client.ask(client.request(kStat).string("/none")).status(), 2U);
}

TEST_F(Sftp, SetsAttributes) {
  auto& node = files.add("/a", "four");
  const auto attributes = [](Packet packet) {
    return packet.u32(0x8000000f)
        .u64(2)
        .u32(5)
        .u32(6)
        .u32(0640)
        .u32(10)
        .u32(20)
        .u32(1)
        .string("x@y")
        .string("z");
  };
  EXPECT_EQ(client.ask(attributes(client.request(kSetstat).string("/a"))).status(), 0U);
  EXPECT_EQ(files.text("/a"), "fo");
  EXPECT_EQ(node.owner.user, 5U);
  EXPECT_EQ(node.owner.group, 6U);
  EXPECT_EQ(node.permissions, 0640U);
  EXPECT_EQ(node.times.access, 10U);
  EXPECT_EQ(node.times.modification, 20U);
  const Bytes handle = client.open("/a", kForWrite);
  EXPECT_EQ(client.ask(client.request(kFsetstat).string(handle).u32(1).u64(1)).status(), 0U);
  EXPECT_EQ(files.text("/a"), "f");
  client.ask(client.request(kSymlink).string("/a").string("/l"));
  const auto lsetstat = client.extended("lsetstat@openssh.com").string("/l");
  EXPECT_EQ(client.ask(Packet(lsetstat).u32(8).u32(1).u32(2)).status(), 0U);
  EXPECT_EQ(files.nodes["/l"]->times.modification, 2U);
  EXPECT_EQ(node.times.modification, 20U);
  EXPECT_EQ(client.ask(Packet(lsetstat).u32(1).u64(1)).status(), 5U);
}

TEST_F(Sftp, ReadsDirectories) {
  for (int i = 0; i < 2000; ++i) files.add("/name-of-a-file-" + std::to_string(i), "x");
  const Reply opened = client.ask(client.request(kOpendir).string("/"));
  ASSERT_EQ(opened.type, kHandle);
  std::set<std::string> names;
  for (;;) {
    const Reply reply = client.ask(client.request(kReaddir).string(opened.string()));
    if (reply.type == kStatus) {
      EXPECT_EQ(reply.status(), 1U);
      break;
    }
    ASSERT_EQ(reply.type, kName);
    // Section 3: every client takes packets of 34,000 bytes.
    EXPECT_LE(reply.body.size(), 34000U - 9);
    wire::Reader in = reply.in();
    for (std::uint32_t left = in.u32(); left != 0; --left) {
      const std::string name(in.text());
      names.insert(name);
      const std::string long_name(in.text());
      const std::uint32_t flags = in.u32();
      if (flags != 0) {
        EXPECT_EQ(long_name, "long " + name);
        in.bytes(28);
      }
    }
    EXPECT_TRUE(in.done());
  }
  EXPECT_EQ(names.size(), 2002U);
  EXPECT_EQ(client.ask(client.request(kFstat).string(opened.string())).type, kAttrs);
  EXPECT_EQ(client.read(opened.string(), 0, 1).status(), 4U);
  const Bytes file = client.open("/name-of-a-file-1", kForRead);
  EXPECT_EQ(client.ask(client.request(kReaddir).string(file)).status(), 4U);
  EXPECT_EQ(client.ask(client.request(kOpendir).string("/none")).status(), 2U);
}

TEST_F(Sftp, ChangesNames) {
  files.add("/a", "A");
  files.add("/b", "B");
  EXPECT_EQ(client.ask(client.request(kRename).string("/a").string("/b")).status(), 4U);
  EXPECT_EQ(client.ask(client.request(kRename).string("/a").string("/c")).status(), 0U);
  EXPECT_EQ(files.text("/c"), "A");
  const auto posix = client.extended("posix-rename@openssh.com").string("/c").string("/b");
  EXPECT_EQ(client.ask(posix).status(), 0U);
  EXPECT_EQ(files.text("/b"), "A");
  EXPECT_EQ(client.ask(client.extended("hardlink@openssh.com").string("/b").string("/d")).status(),
            0U);
  EXPECT_EQ(files.nodes["/b"], files.nodes["/d"]);
  EXPECT_EQ(client.ask(client.request(kRemove).string("/b")).status(), 0U);
  EXPECT_EQ(client.ask(client.request(kRemove).string("/b")).status(), 2U);
  EXPECT_EQ(client.ask(client.request(kMkdir).string("/dir").u32(4).u32(0700)).status(), 0U);
  EXPECT_EQ(files.nodes["/dir"]->permissions, 0700U);
  EXPECT_EQ(client.ask(client.request(kRmdir).string("/dir")).status(), 0U);
  EXPECT_EQ(client.ask(client.request(kRmdir).string("/dir")).status(), 2U);
}

// OpenSSH's order: the target first.
TEST_F(Sftp, LinksAreMadeInOpenSshsOrder) {
  EXPECT_EQ(client.ask(client.request(kSymlink).string("target").string("/link")).status(), 0U);
  EXPECT_EQ(files.text("/link"), "target");
  const Reply reply = client.ask(client.request(kReadlink).string("/link"));
  ASSERT_EQ(reply.type, kName);
  wire::Reader in = reply.in();
  EXPECT_EQ(in.u32(), 1U);
  EXPECT_EQ(in.text(), "target");
  EXPECT_EQ(in.text(), "target");
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_TRUE(in.done());
}

TEST_F(Sftp, ResolvesPaths) {
  const auto name = [](const Reply& reply) {
    EXPECT_EQ(reply.type, kName);
    wire::Reader in = reply.in();
    in.u32();
    return std::string(in.text());
  };
  EXPECT_EQ(name(client.ask(client.request(kRealpath).string("."))), "/");
  EXPECT_EQ(name(client.ask(client.extended("expand-path@openssh.com").string("~/x"))), "/home/x");
  EXPECT_EQ(name(client.ask(client.extended("home-directory").string(""))), "/home");
  EXPECT_EQ(client.ask(client.extended("home-directory").string("a/b")).status(), 2U);
}

TEST_F(Sftp, TellsStatisticsAndLimits) {
  files.add("/a", "");
  const Bytes handle = client.open("/a", kForRead);
  for (const Packet& packet : {client.extended("statvfs@openssh.com").string("/a"),
                               client.extended("fstatvfs@openssh.com").string(handle)}) {
    const Reply reply = client.ask(packet);
    ASSERT_EQ(reply.type, kExtendedReply);
    wire::Reader in = reply.in();
    for (const std::uint64_t expected : {4096ULL, 512ULL, 1000ULL, 900ULL, 800ULL, 70ULL, 60ULL,
                                         50ULL, 0x1122334455667788ULL, 3ULL, 255ULL}) {
      EXPECT_EQ(in.u64(), expected);
    }
    EXPECT_TRUE(in.done());
  }
  const Reply reply = client.ask(client.extended("limits@openssh.com"));
  ASSERT_EQ(reply.type, kExtendedReply);
  wire::Reader in = reply.in();
  EXPECT_EQ(in.u64(), 262144U);
  EXPECT_EQ(in.u64(), 261120U);
  EXPECT_EQ(in.u64(), 261120U);
  EXPECT_EQ(in.u64(), 1000U);
}

TEST_F(Sftp, NamesUsersAndGroups) {
  Bytes users;
  wire::Writer(users).u32(0).u32(99);
  Bytes groups;
  wire::Writer(groups).u32(0);
  const auto packet = client.extended("users-groups-by-id@openssh.com");
  const Reply reply = client.ask(Packet(packet).string(users).string(groups));
  ASSERT_EQ(reply.type, kExtendedReply);
  wire::Reader in = reply.in();
  wire::Reader user_names(in.string());
  EXPECT_EQ(user_names.text(), "root");
  EXPECT_EQ(user_names.text(), "");
  EXPECT_TRUE(user_names.done());
  wire::Reader group_names(in.string());
  EXPECT_EQ(group_names.text(), "wheel");
  EXPECT_TRUE(group_names.done());
  EXPECT_TRUE(in.done());
  EXPECT_EQ(client.ask(Packet(packet).string(Bytes(40000)).string(groups)).status(), 4U);
}

TEST_F(Sftp, SynchronizesFiles) {
  files.add("/a", "");
  const Bytes handle = client.open("/a", kForWrite);
  EXPECT_EQ(client.ask(client.extended("fsync@openssh.com").string(handle)).status(), 0U);
  EXPECT_EQ(files.nodes["/a"]->synchronized, 1);
}

TEST_F(Sftp, UnknownRequestsAreUnsupported) {
  EXPECT_EQ(client.ask(client.request(99)).status(), 8U);
  EXPECT_EQ(client.ask(client.request(kStatus).u32(0)).status(), 8U);
  EXPECT_EQ(client.ask(client.request(21)).status(), 8U);
  EXPECT_EQ(client.ask(client.request(kVersion)).status(), 8U);
  EXPECT_EQ(client.ask(client.extended("vendor-id").string("x")).status(), 8U);
  EXPECT_EQ(client.ask(client.extended("")).status(), 8U);
  EXPECT_FALSE(client.server.ended());
}

TEST_F(Sftp, ForbiddenRequestsAreDenied) {
  sftp::Options options;
  options.allowed = sftp::RequestSet::all().without(*sftp::RequestSet::parse("remove,limits"));
  SftpClient other(options);
  const Reply version = other.ask(Packet(kInit, 3));
  EXPECT_THAT(to_text(version.body), HasSubstr("posix-rename"));
  EXPECT_THAT(to_text(version.body), Not(HasSubstr("limits")));
  other.files.add("/a", "");
  EXPECT_EQ(other.ask(other.request(kRemove).string("/a")).status(), 3U);
  EXPECT_EQ(other.ask(other.extended("limits@openssh.com")).status(), 3U);
  EXPECT_EQ(other.ask(other.request(kStat).string("/a")).type, kAttrs);
  EXPECT_FALSE(sftp::RequestSet::parse("remove,,limits"));
  EXPECT_FALSE(sftp::RequestSet::parse("delete"));
  EXPECT_EQ(sftp::RequestSet::names().size(), 29U);
}

TEST_F(Sftp, ReadOnlyMeansThat) {
  sftp::Options options;
  options.read_only = true;
  SftpClient other(options);
  other.greet();
  other.files.add("/a", "keep");
  const Bytes handle = other.open("/a", kForRead);
  EXPECT_EQ(to_text(other.read(handle, 0, 9).string()), "keep");
  for (const std::uint32_t flags : {kForWrite, kForRead | kForWrite, kForRead | kCreate,
                                    kForRead | kTruncate, kForRead | kAppend}) {
    EXPECT_EQ(other.ask(other.request(kOpen).string("/a").u32(flags).no_attributes()).status(), 3U);
  }
  const Packet changes[] = {
      other.request(kWrite).string(handle).u64(0).string("x"),
      other.request(kSetstat).string("/a").u32(1).u64(0),
      other.request(kFsetstat).string(handle).u32(1).u64(0),
      other.request(kRemove).string("/a"),
      other.request(kMkdir).string("/d").no_attributes(),
      other.request(kRmdir).string("/"),
      other.request(kRename).string("/a").string("/b"),
      other.request(kSymlink).string("/a").string("/b"),
      other.extended("posix-rename@openssh.com").string("/a").string("/b"),
      other.extended("hardlink@openssh.com").string("/a").string("/b"),
      other.extended("lsetstat@openssh.com").string("/a").u32(4).u32(0),
      other.extended("fsync@openssh.com").string(handle),
      other.extended("copy-data").string(handle).u64(0).u64(0).string(handle).u64(0)};
  for (const Packet& packet : changes) EXPECT_EQ(other.ask(packet).status(), 3U);
  EXPECT_EQ(other.files.nodes.size(), 2U);
  EXPECT_EQ(other.files.text("/a"), "keep");
  EXPECT_EQ(other.files.nodes["/a"]->permissions, 0644U);
}

TEST_F(Sftp, PathsWithNulAreRefused) {
  files.add("/a", "");
  using namespace std::string_view_literals;
  EXPECT_EQ(client.ask(client.request(kRemove).string("/a\0b"sv)).status(), 4U);
  EXPECT_EQ(client.ask(client.request(kRename).string("/a").string("b\0"sv)).status(), 4U);
  EXPECT_EQ(files.nodes.count("/a"), 1U);
}

TEST_F(Sftp, HandlesRunOut) {
  sftp::Options options;
  options.max_handles = 3;
  SftpClient other(options);
  other.greet();
  other.files.add("/a", "");
  const Bytes first = other.open("/a", kForRead);
  other.open("/a", kForRead);
  const Bytes directory = other.ask(other.request(kOpendir).string("/")).string();
  EXPECT_EQ(other.server.open_handles(), 3U);
  const auto open = other.request(kOpen).string("/n").u32(kForWrite | kCreate).no_attributes();
  const Reply refused = other.ask(open);
  EXPECT_EQ(refused.status(), 4U);
  EXPECT_EQ(refused.text(), "too many open handles");
  EXPECT_EQ(other.files.nodes.count("/n"), 0U);
  EXPECT_EQ(other.ask(other.request(kOpendir).string("/")).status(), 4U);
  EXPECT_EQ(other.ask(other.request(kClose).string(first)).status(), 0U);
  const Bytes again = other.open("/a", kForRead);
  EXPECT_NE(again, first);
  EXPECT_EQ(other.ask(other.request(kFstat).string(first)).status(), 4U);
  EXPECT_EQ(other.ask(other.request(kClose).string(directory)).status(), 0U);
}

TEST_F(Sftp, MadeUpHandlesMeanNothing) {
  files.add("/a", "");
  Bytes handle = client.open("/a", kForRead);
  handle.back() ^= 1;
  EXPECT_EQ(client.read(handle, 0, 1).status(), 4U);
  for (const std::size_t size : {0U, 4U, 7U, 9U, 256U}) {
    EXPECT_EQ(client.read(Bytes(size, 0xff), 0, 1).status(), 4U);
  }
}

TEST_F(Sftp, LongReadsAreCut) {
  files.add("/a", std::string(400000, 'x'));
  const Bytes handle = client.open("/a", kForRead);
  EXPECT_EQ(client.read(handle, 0, 0xffffffff).string().size(), sftp::Server::kMaxData);
  EXPECT_EQ(client.read(handle, 0xffffffffffffffff, 10).status(), 1U);
  EXPECT_EQ(client.write(client.open("/a", kForWrite), 0xffffffffffffffff, "x"), 4U);
}

TEST_F(Sftp, TheLongestPacketIsTakenAndALongerOneIsNot) {
  const Bytes handle = client.open("/a", kForWrite | kCreate);
  const std::size_t fixed = 1 + 4 + 4 + handle.size() + 8 + 4;
  const std::string data(sftp::Server::kMaxPacket - fixed, 'y');
  EXPECT_EQ(client.write(handle, 0, data), 0U);
  EXPECT_EQ(files.text("/a"), data);
  const Bytes packet = client.request(kWrite).string(handle).u64(0).string(data + "z").bytes();
  client.server.receive(packet);
  ASSERT_TRUE(client.server.ended());
  EXPECT_EQ(client.server.ended()->text, "sftp packet of 262145 bytes");
  EXPECT_EQ(files.open_now, 0);
  EXPECT_EQ(files.text("/a"), data);
}

TEST_F(Sftp, EmptyPacketsEndIt) {
  client.server.receive(Bytes(4));
  ASSERT_TRUE(client.server.ended());
}

/// One request of every kind, with fields that are all needed.
std::vector<Packet> every_request(SftpClient& client, const Bytes& handle, const Bytes& directory) {
  return {client.request(kOpen).string("/a").u32(kForRead).u32(8).u32(1).u32(2),
          client.request(kRead).string(handle).u64(0).u32(5),
          client.request(kWrite).string(handle).u64(0).string("abc"),
          client.request(kLstat).string("/a"),
          client.request(kFstat).string(handle),
          client.request(kSetstat).string("/a").u32(2).u32(1).u32(2),
          client.request(kFsetstat).string(handle).u32(4).u32(0644),
          client.request(kOpendir).string("/"),
          client.request(kReaddir).string(directory),
          client.request(kRemove).string("/a"),
          client.request(kMkdir).string("/d").u32(0x80000000).u32(1).string("a").string("b"),
          client.request(kRmdir).string("/d"),
          client.request(kRealpath).string("."),
          client.request(kStat).string("/a"),
          client.request(kRename).string("/a").string("/b"),
          client.request(kReadlink).string("/a"),
          client.request(kSymlink).string("/a").string("/b"),
          client.extended("posix-rename@openssh.com").string("/a").string("/b"),
          client.extended("statvfs@openssh.com").string("/"),
          client.extended("fstatvfs@openssh.com").string(handle),
          client.extended("hardlink@openssh.com").string("/a").string("/b"),
          client.extended("fsync@openssh.com").string(handle),
          client.extended("lsetstat@openssh.com").string("/a").u32(4).u32(0600),
          client.extended("expand-path@openssh.com").string("~"),
          client.extended("home-directory").string("root"),
          client.extended("copy-data").string(handle).u64(0).u64(1).string(handle).u64(0),
          client.extended("users-groups-by-id@openssh.com").string("").string(""),
          client.request(kClose).string(handle)};
}

TEST(SftpHostile, RequestsThatAreCutShortEndIt) {
  std::size_t kinds = 1;
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    std::size_t size = 6;
    for (std::size_t cut = 5; cut < size; ++cut) {
      SftpClient client;
      client.greet();
      client.files.add("/a", "content");
      const Bytes handle = client.open("/a", kForRead | kForWrite);
      const Bytes directory = client.ask(client.request(kOpendir).string("/")).string();
      const auto packets = every_request(client, handle, directory);
      kinds = packets.size();
      Bytes packet = packets[kind].bytes();
      size = packet.size();
      packet.resize(cut);
      packet[2] = static_cast<std::uint8_t>((cut - 4) >> 8);
      packet[3] = static_cast<std::uint8_t>(cut - 4);
      client.server.receive(packet);
      ASSERT_TRUE(client.server.ended()) << "request " << kind << ", " << cut << " bytes";
      EXPECT_THAT(client.server.ended()->text, HasSubstr("malformed sftp"));
      EXPECT_TRUE(client.server.unsent().empty());
      EXPECT_EQ(client.files.open_now, 0);
      EXPECT_EQ(client.files.text("/a"), "content");
    }
  }
  EXPECT_EQ(kinds, 28U);
}

/// All of every_request(), fed in pieces of that size; everything that is answered.
Bytes feed_in_pieces(std::size_t piece, bool into_room) {
  SftpClient client;
  client.greet();
  client.files.add("/a", "content");
  const Bytes handle = client.open("/a", kForRead | kForWrite);
  const Bytes directory = client.ask(client.request(kOpendir).string("/")).string();
  Bytes all;
  for (const Packet& packet : every_request(client, handle, directory)) {
    append(all, packet.bytes());
  }
  Bytes answers;
  ByteView left = all;
  while (!left.empty()) {
    const ByteView part = left.first(std::min(piece, left.size()));
    std::size_t taken = part.size();
    if (into_room) {
      const MutableBytes room = client.server.input_room();
      taken = std::min(taken, room.size());
      std::copy_n(part.begin(), taken, room.begin());
      client.server.received(taken);
    } else {
      taken = client.server.receive(part);
    }
    left = left.subspan(taken);
    append(answers, client.server.unsent());
    client.server.sent(client.server.unsent().size());
    EXPECT_FALSE(client.server.ended());
  }
  return answers;
}

TEST(SftpInput, ComesInAnyPieces) {
  const Bytes whole = feed_in_pieces(100000, false);
  EXPECT_EQ(SftpClient::parse(whole).size(), 28U);
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 17U, 64U, 100U}) {
    EXPECT_EQ(feed_in_pieces(piece, false), whole) << piece;
    EXPECT_EQ(feed_in_pieces(piece, true), whole) << piece;
  }
  EXPECT_EQ(feed_in_pieces(100000, true), whole);
}

TEST_F(Sftp, UnsentOutputStopsInput) {
  files.add("/a", std::string(1 << 20, 'x'));
  const Bytes handle = client.open("/a", kForRead);
  Bytes all;
  constexpr std::uint32_t kReads = 100;
  for (std::uint32_t i = 0; i < kReads; ++i) {
    append(all, Packet(kRead, i).string(handle).u64(i).u32(100000).bytes());
  }
  ByteView left = all;
  std::size_t most = 0;
  std::uint32_t next = 0;
  Bytes output;
  // Whatever is sent at a time, each is answered once and in order.
  while (next < kReads) {
    left = left.subspan(client.server.receive(left));
    most = std::max(most, client.server.unsent().size());
    ASSERT_FALSE(client.server.unsent().empty());
    if (client.server.unsent().size() >= 256 * 1024) {
      EXPECT_FALSE(client.server.wants_input());
      EXPECT_TRUE(client.server.input_room().empty());
      EXPECT_EQ(client.server.receive(all), 0U);
    }
    const ByteView part =
        client.server.unsent().first(std::min<std::size_t>(client.server.unsent().size(), 70001));
    append(output, part);
    client.server.sent(part.size());
    while (output.size() >= 4 && wire::Reader(output).u32() + 4 <= output.size()) {
      const std::size_t size = wire::Reader(output).u32() + 4;
      const auto replies = SftpClient::parse(ByteView(output).first(size));
      EXPECT_EQ(replies[0].type, kData);
      EXPECT_EQ(replies[0].id, next++);
      output.erase(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(size));
    }
  }
  EXPECT_LT(most, 256U * 1024 + 100100);
  EXPECT_TRUE(left.empty());
}

TEST_F(Sftp, BufferedInputIsHandledWhenThereIsRoom) {
  files.add("/a", std::string(1 << 20, 'x'));
  const Bytes handle = client.open("/a", kForRead);
  Bytes all;
  for (std::uint32_t i = 0; i < 50; ++i) {
    append(all, Packet(kRead, i).string(handle).u64(0).u32(200000).bytes());
  }
  const MutableBytes room = client.server.input_room();
  ASSERT_GE(room.size(), all.size());
  std::ranges::copy(all, room.begin());
  client.server.received(all.size());
  EXPECT_LT(client.server.unsent().size(), 500000U);
  client.server.end_of_input();
  EXPECT_FALSE(client.server.ended());
  EXPECT_EQ(client.take().size(), 50U);
  ASSERT_TRUE(client.server.ended());
  EXPECT_EQ(client.server.ended()->text, "");
}

TEST_F(Sftp, TheEndOfInput) {
  client.open("/a", kForWrite | kCreate);
  client.server.end_of_input();
  ASSERT_TRUE(client.server.ended());
  EXPECT_EQ(client.server.ended()->text, "");
  EXPECT_EQ(files.open_now, 0);

  SftpClient other;
  other.greet();
  other.server.receive(Bytes(3));
  other.server.end_of_input();
  ASSERT_TRUE(other.server.ended());
  EXPECT_THAT(other.server.ended()->text, HasSubstr("within a packet"));
}

class SftpCopy : public Sftp {
 protected:
  static constexpr std::size_t kSize = 1500000;

  void SetUp() override {
    Sftp::SetUp();
    for (std::size_t i = 0; i < kSize; ++i) content += static_cast<char>(i * 7919 >> 3);
    files.add("/from", content);
    files.add("/other", "other");
    source = client.open("/from", kForRead | kForWrite);
    target = client.open("/to", kForRead | kForWrite | kCreate);
  }
  Packet copy(std::uint64_t from, std::uint64_t length, std::uint64_t to) {
    return client.extended("copy-data").string(source).u64(from).u64(length).string(target).u64(to);
  }
  int work() {
    int steps = 0;
    for (; client.server.has_work(); ++steps) client.server.work();
    return steps;
  }

  std::string content;
  Bytes source;
  Bytes target;
};

TEST_F(SftpCopy, CopiesInSteps) {
  client.send(copy(0, 0, 0));
  EXPECT_TRUE(client.take().empty());
  EXPECT_GT(work(), 4);
  const auto replies = client.take();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status(), 0U);
  EXPECT_EQ(files.text("/to"), content);
}

TEST_F(SftpCopy, CopiesAPart) {
  client.send(copy(10, 300000, 5));
  work();
  EXPECT_EQ(client.take().at(0).status(), 0U);
  EXPECT_EQ(files.text("/to"), std::string(5, '\0') + content.substr(10, 300000));
  client.send(copy(kSize - 3, 10, 0));
  work();
  // What was asked for was not all there.
  EXPECT_EQ(client.take().at(0).status(), 1U);
  EXPECT_EQ(files.text("/to").substr(0, 3), content.substr(kSize - 3));
}

TEST_F(SftpCopy, OthersAreAnsweredMeanwhile) {
  client.send(copy(0, 0, 0));
  client.server.work();
  EXPECT_EQ(client.ask(client.request(kStat).string("/from")).type, kAttrs);
  const Bytes other = client.open("/other", kForRead);
  EXPECT_EQ(to_text(client.read(other, 0, 10).string()), "other");
  EXPECT_TRUE(client.server.has_work());
}

TEST_F(SftpCopy, WhatNamesItsHandlesWaitsInOrder) {
  client.send(copy(0, 0, 0));
  client.server.work();
  client.send(Packet(kWrite, 1001).string(target).u64(0).string("first"));
  client.send(Packet(kWrite, 1002).string(target).u64(0).string("FI"));
  client.send(Packet(kRead, 1003).string(target).u64(0).u32(5));
  client.send(Packet(kFstat, 1004).string(source));
  client.send(Packet(kClose, 1005).string(target));
  client.send(Packet(kRead, 1006).string(target).u64(0).u32(5));
  EXPECT_TRUE(client.take().empty());
  work();
  const auto replies = client.take();
  ASSERT_EQ(replies.size(), 7U);
  EXPECT_EQ(replies[0].status(), 0U);
  for (std::uint32_t i = 1; i < 7; ++i) EXPECT_EQ(replies[i].id, 1000 + i);
  EXPECT_EQ(to_text(replies[3].string()), "FIrst");
  EXPECT_EQ(replies[5].status(), 0U);
  EXPECT_EQ(replies[6].status(), 4U);
  EXPECT_EQ(files.text("/to").substr(5), content.substr(5));
}

// A copy that waits for another, and something that waits for it by its other handle.
TEST_F(SftpCopy, CopiesWaitForCopies) {
  const Bytes third = client.open("/third", kForRead | kForWrite | kCreate);
  client.send(copy(0, 0, 0));
  client.send(Packet(kExtended, 2001)
                  .string("copy-data")
                  .string(target)
                  .u64(0)
                  .u64(0)
                  .string(third)
                  .u64(0));
  client.send(Packet(kFstat, 2002).string(third));
  EXPECT_TRUE(client.take().empty());
  work();
  const auto replies = client.take();
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[1].id, 2001U);
  EXPECT_EQ(replies[1].status(), 0U);
  EXPECT_EQ(replies[2].id, 2002U);
  wire::Reader in = replies[2].in();
  in.u32();
  EXPECT_EQ(in.u64(), kSize);
  EXPECT_EQ(files.text("/third"), content);
}

TEST_F(SftpCopy, WhatWaitsIsBounded) {
  client.send(copy(0, 0, 0));
  const Bytes one = Packet(kFstat, 7).string(target).bytes();
  std::size_t sent = 0;
  while (client.server.wants_input()) {
    ASSERT_EQ(client.server.receive(one), one.size());
    ASSERT_LE(++sent, 1024U);
  }
  EXPECT_EQ(client.server.receive(one), 0U);
  EXPECT_TRUE(client.server.has_work());
  work();
  EXPECT_TRUE(client.server.wants_input());
  EXPECT_EQ(client.take().size(), sent + 1);
}

// Answers of what has waited are more than may be unsent.
TEST_F(SftpCopy, WhatWaitedWaitsForRoomToo) {
  client.send(copy(0, 0, 0));
  for (std::uint32_t i = 0; i < 30; ++i) {
    client.send(Packet(kRead, i).string(target).u64(i).u32(200000));
  }
  client.send(Packet(kClose, 30).string(target));
  work();
  EXPECT_LT(client.server.unsent().size(), 500000U);
  const auto replies = client.take();
  ASSERT_EQ(replies.size(), 32U);
  for (std::uint32_t i = 0; i < 31; ++i) EXPECT_EQ(replies[i + 1].id, i);
  EXPECT_EQ(client.server.open_handles(), 1U);
}

TEST_F(SftpCopy, NonsenseIsRefused) {
  const auto to_itself = client.extended("copy-data").string(source).u64(0).u64(0).string(source);
  EXPECT_EQ(client.ask(Packet(to_itself).u64(kSize)).status(), 4U);
  const Bytes again = client.open("/from", kForWrite);
  const auto to_again = client.extended("copy-data").string(source).u64(0).u64(0).string(again);
  EXPECT_EQ(client.ask(Packet(to_again).u64(kSize)).status(), 4U);
  EXPECT_EQ(client.ask(copy(std::uint64_t{1} << 63, 0, 0)).status(), 4U);
  EXPECT_EQ(client.ask(copy(0, 0, ~std::uint64_t{0})).status(), 4U);
  const Bytes directory = client.ask(client.request(kOpendir).string("/")).string();
  const auto directories = client.extended("copy-data").string(directory).u64(0).u64(0);
  EXPECT_EQ(client.ask(Packet(directories).string(target).u64(0)).status(), 4U);
  EXPECT_FALSE(client.server.has_work());
  EXPECT_EQ(files.text("/from"), content);
}

TEST_F(SftpCopy, AFullDiskIsTold) {
  client.send(copy(0, 0, MemoryNode::kMost - 1000));
  work();
  const auto replies = client.take();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status(), 4U);
  EXPECT_EQ(replies[0].text(), "disk full");
  EXPECT_EQ(client.ask(client.request(kClose).string(target)).status(), 0U);
}

TEST_F(SftpCopy, TheEndOfInputGivesItUp) {
  client.send(copy(0, 0, 0));
  client.server.work();
  client.send(Packet(kFstat, 1).string(target));
  client.server.end_of_input();
  ASSERT_TRUE(client.server.ended());
  EXPECT_FALSE(client.server.has_work());
  EXPECT_EQ(files.open_now, 0);
}

}  // namespace
}  // namespace ssh::test
