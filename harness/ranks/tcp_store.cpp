// LibTorch's c10d::TCPStore, the store of PyTorch's own launcher. Its log and the stack traces of
// its errors are for its developers: people get one line.
#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "harness/ranks/store.hpp"

#if SMDM_C10D

#include <cstdlib>

#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace smdm::ranks {
namespace {

using std::chrono::milliseconds;

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Says nothing of its own, unless somebody looks for a fault.
void keep_quiet() {
  constexpr int kFatal = 3;
  if (std::getenv("TORCH_CPP_LOG_LEVEL") == nullptr) FLAGS_caffe2_log_level = kFatal;
}

/// Does something with the store; whatever goes wrong there, it is lost.
template <typename Work>
auto reached(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    throw StoreLost(one_line(error));
  }
}

/// A server of c10d's refuses values of over 8 MiB, so long ones lie under several keys: the key
/// itself then says how many. The first byte tells the two apart.
constexpr std::size_t kPart = std::size_t{4} << 20U;
constexpr char kWhole = 'w';
constexpr char kParts = 'p';

std::string part_of(const std::string& name, std::size_t part) {
  return name + "#" + std::to_string(part);
}

class TcpStore final : public Store {
 public:
  /// @param operation  how long an answer of the store may take
  TcpStore(c10::intrusive_ptr<c10d::TCPStore> store, std::string keys, milliseconds operation)
      : store_(std::move(store)), keys_(std::move(keys)), operation_(operation) {}

  void set(const std::string& key, const std::string& value) override {
    reached([&] { set_named(keys_ + key, value); });
  }

  std::optional<std::string> get(const std::string& key, milliseconds patience) override {
    return reached([&] { return value_of(keys_ + key, patience, /*remove=*/false); });
  }

  std::optional<std::string> take(const std::string& key, milliseconds patience) override {
    return reached([&] { return value_of(keys_ + key, patience, /*remove=*/true); });
  }

  std::optional<std::vector<std::string>> take_all(const std::vector<std::string>& keys) override {
    const auto names = named(keys);
    return reached([&]() -> std::optional<std::vector<std::string>> {
      if (!store_->check(names)) return std::nullopt;
      std::vector<std::string> values;
      const auto found = store_->multiGet(names);
      for (std::size_t k = 0; k < names.size(); ++k) {
        store_->deleteKey(names[k]);
        values.push_back(whole(names[k], text_of(found[k]), /*remove=*/true));
      }
      return values;
    });
  }

  std::vector<std::string> get_all(const std::vector<std::string>& keys) override {
    const auto names = named(keys);
    return reached([&] {
      std::vector<std::string> values;
      for (const auto& value : store_->multiGet(names)) values.push_back(text_of(value).substr(1));
      return values;
    });
  }

  std::int64_t add(const std::string& key, std::int64_t value) override {
    return reached([&] { return store_->add(keys_ + key, value); });
  }

 private:
  void set_named(const std::string& name, const std::string& value) {
    if (value.size() < kPart) return store_->set(name, bytes_of(kWhole + value));
    std::size_t parts = 0;
    for (std::size_t begin = 0; begin < value.size(); begin += kPart)
      store_->set(part_of(name, parts++), bytes_of(value.substr(begin, kPart)));
    store_->set(name, bytes_of(kParts + std::to_string(parts)));
  }

  std::optional<std::string> value_of(const std::string& name, milliseconds patience, bool remove) {
    if (patience.count() <= 0 && !store_->check({name})) return std::nullopt;
    const auto stored = stored_within(name, patience);
    if (!stored) return std::nullopt;
    if (remove) store_->deleteKey(name);
    return whole(name, *stored, remove);
  }

  /// What is under a key. get() waits by itself, in the server, which answers as soon as the key is
  /// set: to wait first would only ask once more.
  [[nodiscard]] std::optional<std::string> stored_within(const std::string& name,
                                                         milliseconds patience) {
    if (patience.count() > 0) store_->setTimeout(patience);
    try {
      auto stored = text_of(store_->get(name));
      store_->setTimeout(operation_);
      return stored;
    } catch (const c10::DistStoreError&) {
      store_->setTimeout(operation_);
      // This fails where not only the time was up.
      if (!store_->check({name})) return std::nullopt;
      return text_of(store_->get(name));
    }
  }

  /// A value from what is under its key.
  [[nodiscard]] std::string whole(const std::string& name, const std::string& stored, bool remove) {
    if (stored.front() == kWhole) return stored.substr(1);
    std::string all;
    const auto parts = std::stoull(stored.substr(1));
    for (std::size_t part = 0; part < parts; ++part) {
      all += text_of(store_->get(part_of(name, part)));
      if (remove) store_->deleteKey(part_of(name, part));
    }
    return all;
  }

  [[nodiscard]] std::vector<std::string> named(const std::vector<std::string>& keys) const {
    std::vector<std::string> names;
    names.reserve(keys.size());
    for (const auto& key : keys) names.push_back(keys_ + key);
    return names;
  }

  c10::intrusive_ptr<c10d::TCPStore> store_;
  std::string keys_;
  milliseconds operation_;
};

c10::intrusive_ptr<c10d::TCPStore> connected(const Launch& launch,
                                             StoreSide side,
                                             milliseconds patience) {
  c10d::TCPStoreOptions options;
  options.port = launch.port;
  options.isServer = side == StoreSide::server;
  options.waitWorkers = false;
  // To be let in may take a busy server longer than an answer to one that it knows.
  constexpr milliseconds kConnect(30'000);
  options.timeout = std::max(patience, kConnect);
  auto store = c10::make_intrusive<c10d::TCPStore>(launch.host, options);
  store->setTimeout(patience);
  return store;
}

}  // namespace

void require_store(const Launch& /*launch*/) {}

std::unique_ptr<Store> connect(const Launch& launch, StoreSide side, milliseconds patience) {
  keep_quiet();
  const auto place = launch.host + ":" + std::to_string(launch.port);
  // Bound only once: what does not work then is no matter of time.
  if (side == StoreSide::server && is_reachable("localhost", launch.port)) {
    throw Error(ErrorKind::failure, "ranks: wanted to serve the store at " + place +
                                        ", where another program listens already; see MASTER_PORT");
  }
  try {
    return std::make_unique<TcpStore>(connected(launch, side, patience), launch.keys, patience);
  } catch (const std::exception& error) {
    const auto why = "the store at " + place + ": " + one_line(error);
    if (side == StoreSide::server) throw Error(ErrorKind::failure, "ranks: " + why);
    throw StoreLost(why);
  }
}

}  // namespace smdm::ranks

#else

#include <ATen/Version.h>
#include <torch/version.h>

namespace smdm::ranks {

void require_store(const Launch& launch) {
  throw Error(ErrorKind::failure, "ranks: wanted a LibTorch with c10d, by which the " +
                                      std::to_string(launch.size) + " ranks of " + launch.launcher +
                                      " find each other, got " TORCH_VERSION " without it");
}

std::unique_ptr<Store> connect(const Launch& launch,
                               StoreSide /*side*/,
                               std::chrono::milliseconds /*patience*/) {
  require_store(launch);
  return nullptr;
}

}  // namespace smdm::ranks

#endif
