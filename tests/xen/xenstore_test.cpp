// The client of xenstore, and control/shutdown, against a xenstored that may be slow, wrong or
// hostile.
#include "xenrt/xenstore.hpp"

#include <gtest/gtest.h>

#include <random>

#include "xenrt/shutdown.hpp"
#include "xenstored.hpp"

namespace xenrt::test {
namespace {

std::unique_ptr<Xenstore> connect() {
  auto store = Xenstore::connect();
  return store ? std::move(*store) : nullptr;
}

TEST(Xenstore, NotThere) {
  EXPECT_EQ(Xenstore::connect().error(), std::errc::no_such_device);
}

TEST(Xenstore, ValuesAndErrors) {
  Xenstored other;
  const auto store = connect();
  EXPECT_TRUE(store->write("device/vif/0/state", "1"));
  EXPECT_EQ(*store->read("device/vif/0/state"), "1");
  EXPECT_EQ(store->read("nothing").error(), std::errc::no_such_file_or_directory);
  EXPECT_TRUE(store->write("device/vif/0/empty", ""));
  EXPECT_EQ(*store->read("device/vif/0/empty"), "");
  EXPECT_EQ(*store->list("device/vif/0"), (std::vector<std::string>{"empty", "state"}));
  EXPECT_TRUE(store->remove("device/vif/0/empty"));
  EXPECT_EQ(store->remove("device/vif/0/empty").error(), std::errc::no_such_file_or_directory);
  const auto t = store->begin();
  ASSERT_TRUE(t);
  EXPECT_EQ(*t, 42U);
  EXPECT_EQ(store->commit(*t).error(), std::errc::resource_unavailable_try_again);
  EXPECT_EQ(store->unwatch("a", "b").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(store->write("large", std::string(XENSTORE_PAYLOAD_MAX, 'x')).error(),
            std::errc::argument_list_too_long);
}

TEST(Xenstore, NumbersAreNumbers) {
  Xenstored other;
  const auto store = connect();
  const auto number = [&](const std::string& text, std::uint64_t max = UINT64_MAX) {
    other.values["n"] = text;
    return store->read_number("n", max);
  };
  EXPECT_EQ(*number("0"), 0U);
  EXPECT_EQ(*number("4294967295"), 4294967295U);
  EXPECT_EQ(*number("16", 16), 16U);
  for (const char* wrong : {"", " 1", "-1", "0x1", "17", "18446744073709551616", "1e3"}) {
    EXPECT_EQ(number(wrong, 16).error(), std::errc::protocol_error) << wrong;
  }
}

// A ring of 1 KiB carries messages of 4 KiB, in pieces and around its end.
TEST(Xenstore, LongMessagesInPieces) {
  for (const std::uint32_t piece : {1U, 7U, 1000U, 1024U}) {
    Xenstored other;
    other.piece = piece;
    const auto store = connect();
    for (int round = 0; round < 5; ++round) {
      const std::string text(XENSTORE_PAYLOAD_MAX - 10, static_cast<char>('a' + round));
      ASSERT_TRUE(store->write("long", text));
      const auto back = store->read("long");
      ASSERT_TRUE(back);
      EXPECT_EQ(*back, text);
    }
  }
}

TEST(Xenstore, EventsAreKeptInOrder) {
  Xenstored other;
  const auto store = connect();
  ASSERT_TRUE(store->watch("a", "first"));
  ASSERT_TRUE(store->watch("b", "second"));
  ASSERT_TRUE(store->write("a", "1"));  // its event comes before the next answer
  ASSERT_TRUE(store->write("b", "1"));
  other.run();
  const char* expected[] = {"first", "second", "first", "second"};
  for (const char* token : expected) {
    const auto event = store->next_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->token, token);
  }
  EXPECT_FALSE(store->next_event());
}

TEST(Xenstore, TooManyEventsPushTheOldestOut) {
  Xenstored other;
  const auto store = connect();
  ASSERT_TRUE(store->watch("a", "t"));
  for (std::size_t i = 0; i < Xenstore::kMaxEvents + 100; ++i) ASSERT_TRUE(store->write("a", "x"));
  std::size_t count = 0;
  while (store->next_event()) {
    ++count;
    other.run();
  }
  EXPECT_GE(count, Xenstore::kMaxEvents);
  EXPECT_LE(count, Xenstore::kMaxEvents + 1);
}

TEST(Xenstore, NoAnswer) {
  Xenstored other;
  other.instead = [](const auto&, const auto&) {};
  const auto store = connect();
  const auto before = other.clock;
  EXPECT_EQ(store->read("a").error(), std::errc::timed_out);
  EXPECT_GE(other.clock - before, 5'000'000'000U);
  // The answer that comes late is not taken for that of the next request.
  other.say(XS_READ, 1, "late");
  other.instead = nullptr;
  other.values["b"] = "in time";
  EXPECT_EQ(*store->read("b"), "in time");
}

TEST(Xenstore, AnswersThatMakeNoSense) {
  const auto expect_broken = [](const auto& wrong) {
    Xenstored other;
    const auto store = connect();
    other.instead = [&](const xsd_sockmsg& request, const std::string&) { wrong(other, request); };
    EXPECT_EQ(store->read("a").error(), std::errc::protocol_error);
    return std::pair(store->read("a").error(), store->next_event().has_value());
  };
  const auto for_ever = std::pair(std::errc::protocol_error, false);
  // Longer than a message may be, and all of it there.
  EXPECT_EQ(expect_broken([](Xenstored& other, const xsd_sockmsg& request) {
              other.say(XS_READ, request.req_id, std::string(XENSTORE_PAYLOAD_MAX + 1, 'x'));
            }),
            for_ever);
  // Cut off, so that nothing after it can be understood.
  EXPECT_EQ(expect_broken([](Xenstored& other, const xsd_sockmsg& request) {
              const xsd_sockmsg header{XS_READ, request.req_id, 0, 100};
              other.say({reinterpret_cast<const char*>(&header), sizeof header});
            }),
            for_ever);
  // More in the ring than the ring holds.
  EXPECT_EQ(expect_broken([](Xenstored& other, const xsd_sockmsg&) {
              other.ring.rsp_prod = other.ring.rsp_cons + XENSTORE_RING_SIZE + 1;
            }),
            for_ever);
  // Another kind of answer, and an error that has no name: these say nothing of the next.
  expect_broken([](Xenstored& other, const xsd_sockmsg& request) {
    other.say(XS_WRITE, request.req_id, "OK");
  });
  expect_broken([](Xenstored& other, const xsd_sockmsg& request) {
    other.say(XS_ERROR, request.req_id, "no NUL");
  });
}

TEST(Xenstore, RequestsThatAreNotTaken) {
  Xenstored other;
  const auto store = connect();
  other.ring.req_cons = other.ring.req_prod + 5;  // more taken than there was
  EXPECT_FALSE(store->read("a"));
  EXPECT_EQ(store->read("a").error(), std::errc::protocol_error);
}

TEST(Xenstore, AnyBytes) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    Xenstored other;
    const auto store = connect();
    other.instead = [&](const xsd_sockmsg& request, const std::string&) {
      std::string bytes(random() % 60, '\0');
      for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? random() : random() % 20);
      other.say(random() % 2 == 0 ? XS_READ : XS_WATCH_EVENT, request.req_id, bytes);
      other.say(bytes);
    };
    for (int i = 0; i < 4; ++i) {
      (void)store->read("a");
      (void)store->list("a");
      (void)store->next_event();
    }
  }
}

TEST(Shutdown, RequestsAreAcknowledgedOnce) {
  Xenstored other;
  const auto store = connect();
  auto control = ShutdownControl::start(*store);
  ASSERT_TRUE(control);
  EXPECT_EQ(other.values["control/feature-poweroff"], "1");
  EXPECT_EQ(other.values["control/feature-suspend"], "1");
  EXPECT_FALSE(control->poll());
  other.values["control/shutdown"] = "poweroff";
  EXPECT_EQ(control->poll(), ShutdownRequest::poweroff);
  EXPECT_EQ(other.values["control/shutdown"], "");
  EXPECT_FALSE(control->poll());
  other.values["control/shutdown"] = "reboot";
  EXPECT_EQ(control->poll(), ShutdownRequest::reboot);
  other.values["control/shutdown"] = "suspend";
  EXPECT_EQ(control->poll(), ShutdownRequest::suspend);
  EXPECT_EQ(other.values["control/shutdown"], "");
  // Not understood: left as it is, and the toolstack gives up.
  other.values["control/shutdown"] = "dance";
  EXPECT_FALSE(control->poll());
  EXPECT_EQ(other.values["control/shutdown"], "dance");
}

std::vector<std::string> tokens_that_wait(Xenstored& other, Xenstore& store) {
  other.run();
  std::vector<std::string> tokens;
  while (const auto event = store.next_event()) tokens.push_back(event->token);
  return tokens;
}

TEST(Suspend, InTheSameDomainNothingChanges) {
  Xenstored other;
  const auto store = connect();
  auto control = ShutdownControl::start(*store);
  ASSERT_TRUE(control);
  (void)tokens_that_wait(other, *store);
  const auto watches = other.watches;
  for (const auto where : {std::optional(Resumed::same_domain), std::optional<Resumed>()}) {
    other.values.clear();
    other.resumes_in = where;
    EXPECT_EQ(control->suspend(), where);
    EXPECT_TRUE(other.values.empty());
    EXPECT_EQ(other.watches, watches);
    EXPECT_TRUE(tokens_that_wait(other, *store).empty());
  }
}

TEST(Suspend, InANewDomainAllIsSaidAnewAndWatchesFire) {
  Xenstored other;
  const auto store = connect();
  auto control = ShutdownControl::start(*store);
  ASSERT_TRUE(control);
  ASSERT_TRUE(store->watch("a", "first"));
  ASSERT_TRUE(store->watch("b", "second"));
  ASSERT_TRUE(store->unwatch("a", "first"));
  (void)tokens_that_wait(other, *store);
  for (int i = 0; i < 3; ++i) {
    other.say("half a mess");  // in the old ring, and gone with it
    other.run();
    other.values.clear();
    other.resumes_in = Resumed::new_domain;
    EXPECT_EQ(control->suspend(), Resumed::new_domain);
    EXPECT_EQ(other.values["control/feature-suspend"], "1");
    EXPECT_EQ(tokens_that_wait(other, *store),
              (std::vector<std::string>{ShutdownControl::kToken, "second"}));
    EXPECT_EQ(other.watches.size(), 2U);
    other.values["control/shutdown"] = "reboot";
    EXPECT_EQ(control->poll(), ShutdownRequest::reboot);
  }
}

TEST(Suspend, AStoreThatMadeNoSenseIsUsableInANewDomain) {
  Xenstored other;
  const auto store = connect();
  auto control = ShutdownControl::start(*store);
  ASSERT_TRUE(control);
  other.ring.req_cons = other.ring.req_prod + 5;
  EXPECT_FALSE(store->read("a"));
  other.resumes_in = Resumed::new_domain;
  EXPECT_EQ(control->suspend(), Resumed::new_domain);
  other.values["a"] = "1";
  ASSERT_TRUE(store->read("a"));
}

}  // namespace
}  // namespace xenrt::test
