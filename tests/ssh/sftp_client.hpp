// The smallest client of an sftp::Server in memory: makes packets, takes answers apart.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "memory_file_system.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::test {

// draft-ietf-secsh-filexfer-02 section 3, in its own words.
enum SftpType : std::uint8_t {
  kInit = 1,
  kVersion = 2,
  kOpen = 3,
  kClose = 4,
  kRead = 5,
  kWrite = 6,
  kLstat = 7,
  kFstat = 8,
  kSetstat = 9,
  kFsetstat = 10,
  kOpendir = 11,
  kReaddir = 12,
  kRemove = 13,
  kMkdir = 14,
  kRmdir = 15,
  kRealpath = 16,
  kStat = 17,
  kRename = 18,
  kReadlink = 19,
  kSymlink = 20,
  kStatus = 101,
  kHandle = 102,
  kData = 103,
  kName = 104,
  kAttrs = 105,
  kExtended = 200,
  kExtendedReply = 201,
};

/// A packet, field by field.
class Packet {
 public:
  explicit Packet(std::uint8_t type) { body_.push_back(type); }
  Packet(std::uint8_t type, std::uint32_t id) : Packet(type) { u32(id); }
  Packet& u32(std::uint32_t value) {
    wire::Writer(body_).u32(value);
    return *this;
  }
  Packet& u64(std::uint64_t value) {
    wire::Writer(body_).u64(value);
    return *this;
  }
  Packet& string(std::string_view value) {
    wire::Writer(body_).string(value);
    return *this;
  }
  Packet& string(const Bytes& value) { return string(as_text(value)); }
  /// SSH_FXP_ATTRS without any.
  Packet& no_attributes() { return u32(0); }
  Bytes bytes() const {
    Bytes all;
    wire::Writer(all).string(ByteView(body_));
    return all;
  }

 private:
  Bytes body_;
};

struct Reply {
  std::uint8_t type = 0;
  std::uint32_t id = 0;
  /// Behind the id.
  Bytes body;
  wire::Reader in() const { return wire::Reader(body); }
  std::uint32_t status() const {
    EXPECT_EQ(type, kStatus) << "id " << id;
    return type == kStatus ? in().u32() : 9999;
  }
  std::string text() const {
    wire::Reader reader = in();
    reader.u32();
    return std::string(reader.text());
  }
  Bytes string() const { return to_bytes(in().string()); }
};

class SftpClient {
 public:
  explicit SftpClient(const sftp::Options& options = {}) : server(files, options) {}

  MemoryFileSystem files;
  sftp::Server server;
  std::uint32_t next_id = 1;

  void greet() {
    send(Packet(kInit, 3));
    const auto replies = take();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].type, kVersion);
    EXPECT_EQ(replies[0].id, 3U);
  }
  void send(const Packet& packet) {
    const Bytes bytes = packet.bytes();
    EXPECT_EQ(server.receive(bytes), bytes.size());
  }
  /// What is unsent, whole packets.
  std::deque<Reply> take() {
    Bytes bytes;
    while (!server.unsent().empty()) {
      append(bytes, server.unsent());
      server.sent(server.unsent().size());
    }
    return parse(bytes);
  }
  static std::deque<Reply> parse(ByteView bytes) {
    std::deque<Reply> replies;
    wire::Reader all(bytes);
    while (all.left() != 0) {
      wire::Reader one(all.string());
      Reply reply;
      reply.type = one.u8();
      reply.id = one.u32();
      EXPECT_TRUE(one.ok());
      reply.body = to_bytes(one.rest());
      replies.push_back(std::move(reply));
    }
    EXPECT_TRUE(all.ok());
    return replies;
  }
  /// Sends one and wants one answer with the same id.
  Reply ask(const Packet& packet) {
    send(packet);
    auto replies = take();
    EXPECT_EQ(replies.size(), 1U);
    return replies.empty() ? Reply{} : replies.front();
  }
  Packet request(std::uint8_t type) { return Packet(type, next_id++); }
  Packet extended(std::string_view name) { return request(kExtended).string(name); }
  Bytes open(std::string_view path, std::uint32_t flags) {
    const Reply reply = ask(request(kOpen).string(path).u32(flags).no_attributes());
    EXPECT_EQ(reply.type, kHandle) << path << ": " << reply.text();
    return reply.type == kHandle ? reply.string() : Bytes();
  }
  std::uint32_t write(const Bytes& handle, std::uint64_t offset, std::string_view data) {
    return ask(request(kWrite).string(handle).u64(offset).string(data)).status();
  }
  Reply read(const Bytes& handle, std::uint64_t offset, std::uint32_t length) {
    return ask(request(kRead).string(handle).u64(offset).u32(length));
  }
};

// SSH_FXF_*
inline constexpr std::uint32_t kForRead = 1;
inline constexpr std::uint32_t kForWrite = 2;
inline constexpr std::uint32_t kAppend = 4;
inline constexpr std::uint32_t kCreate = 8;
inline constexpr std::uint32_t kTruncate = 16;
inline constexpr std::uint32_t kExclusive = 32;

}  // namespace ssh::test
