// A page opened in the user's browser.
#pragma once

#include <string>

namespace spl::driver {

/// Starts xdg-open on a file that leads to the address, as only its owner can read it: the command
/// lines of processes, where the address would stand otherwise, are for everybody. The file goes
/// with the object.
class BrowserPage {
 public:
  explicit BrowserPage(const std::string& url);
  BrowserPage(const BrowserPage&) = delete;
  BrowserPage& operator=(const BrowserPage&) = delete;
  ~BrowserPage();

  /// Why it could not be opened; empty if nothing is known to be wrong.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  std::string path_;
  std::string error_;
};

}  // namespace spl::driver
