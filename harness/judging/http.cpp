// libcurl keeps copies of headers, and with them of the key, in memory of its own. It is given an
// allocator that overwrites what it frees, and HTTP/1.1 alone, so that no other library makes more
// copies.
#include "harness/judging/http.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include <curl/curl.h>
#include <malloc.h>

#include "base/error.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/version.hpp"

namespace smdm::judging {
namespace {

using Clock = std::chrono::steady_clock;

void wiping_free(void* block) {
  if (block != nullptr) wipe(block, ::malloc_usable_size(block));
  std::free(block);
}

void* wiping_realloc(void* block, std::size_t bytes) {
  void* const larger = std::malloc(bytes);
  if (larger == nullptr || block == nullptr) return larger;
  std::memcpy(larger, block, std::min(bytes, ::malloc_usable_size(block)));
  wiping_free(block);
  return larger;
}

/// The library's own state, once in a process.
class Library {
 public:
  Library() {
    const auto code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, wiping_free,
                                           wiping_realloc, ::strdup, std::calloc);
    if (code != CURLE_OK)
      throw Error(ErrorKind::failure,
                  std::string("cannot start libcurl: ") + curl_easy_strerror(code));
  }
  ~Library() { curl_global_cleanup(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

void add(Headers& headers, const char* line) {
  auto* const longer = curl_slist_append(headers.get(), line);
  if (longer == nullptr) throw std::bad_alloc();
  // The list that there was is the begin of the longer one, where there was any.
  if (!headers) headers.reset(longer);
}

void add_key(Headers& headers, const ApiKey& key) {
  constexpr std::string_view kBegin = "Authorization: Bearer ";
  std::vector<char> line(kBegin.begin(), kBegin.end());
  line.reserve(kBegin.size() + key.text().size() + 1);
  line.insert(line.end(), key.text().begin(), key.text().end());
  line.push_back('\0');
  add(headers, line.data());
  wipe(line.data(), line.size());
}

Headers headers_for(const ApiKey& key) {
  Headers headers;
  // Without "Expect" long bodies would wait for a go-ahead that simple servers never send.
  for (const char* line : {"Content-Type: application/json", "Accept: application/json", "Expect:"})
    add(headers, line);
  if (key.is_given()) add_key(headers, key);
  return headers;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

/// One request on its way.
struct Transfer {
  std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};
  std::size_t request = 0;
  std::size_t limit = 0;
  std::string sent;
  std::string received;
  std::map<std::string, std::string> headers;  ///< by name in small letters
  std::optional<Clock::time_point> last_byte;  ///< nothing before the reply begins
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::size_t on_body(const char* bytes, std::size_t /*one*/, std::size_t count, void* transfer) {
  auto& to = *static_cast<Transfer*>(transfer);
  to.last_byte = Clock::now();
  to.too_large = to.received.size() + count > to.limit;
  if (to.too_large) return 0;  // ends the transfer
  to.received.append(bytes, count);
  return count;
}

std::size_t on_header(const char* bytes, std::size_t /*one*/, std::size_t count, void* transfer) {
  auto& to = *static_cast<Transfer*>(transfer);
  to.last_byte = Clock::now();
  const std::string_view line(bytes, count);
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    to.headers[lower(trimmed(line.substr(0, colon)))] = trimmed(line.substr(colon + 1));
  return count;
}

Failure failure_of(CURLcode code, const Transfer& transfer) {
  if (transfer.too_large) return Failure::too_large;
  switch (code) {
    case CURLE_OK:
      return Failure::none;
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::timeout;
    case CURLE_PARTIAL_FILE:
      return Failure::cut_off;
    case CURLE_RECV_ERROR:
      return transfer.received.empty() ? Failure::connection : Failure::cut_off;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return Failure::certificate;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
      return Failure::tls;
    default:
      return Failure::connection;
  }
}

long milliseconds(double seconds) {
  constexpr double kLongest = 1e9;
  return static_cast<long>(std::clamp(seconds * 1000.0, 1.0, kLongest));
}

std::optional<std::string> header_of(const Transfer& transfer, const std::string& name) {
  const auto found = transfer.headers.find(name);
  if (found == transfer.headers.end()) return std::nullopt;
  return found->second;
}

}  // namespace

struct HttpClient::State {
  Library library;
  Endpoint endpoint;
  const ApiKey& key;
  HttpLimits limits;
  std::optional<std::string> ca_file;
  Headers headers;
  std::unique_ptr<CURLM, FreeMulti> multi;
  std::map<CURL*, std::unique_ptr<Transfer>> running;

  /// What the library may still read from is taken from it first.
  ~State() {
    for (const auto& [easy, transfer] : running) curl_multi_remove_handle(multi.get(), easy);
  }

  void set_connection(CURL* easy) const {
    constexpr double kLongestConnect = 30.0;
    curl_easy_setopt(easy, CURLOPT_URL, endpoint.url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(limits.timeout));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     milliseconds(std::min(limits.timeout, kLongestConnect)));
    if (ca_file) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file->c_str());
    if (endpoint.local) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  }

  void set_request(Transfer& transfer) const {
    CURL* const easy = transfer.easy.get();
    curl_easy_setopt(easy, CURLOPT_USERAGENT, (std::string("smdm-eval/") + kVersion).c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.sent.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer.sent.size()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
  }

  /// Takes a transfer off the list.
  HttpReply end(CURL* easy, Failure failure, const std::string& error) {
    const auto found = running.find(easy);
    const Transfer& transfer = *found->second;
    const auto scrub = [&](const std::optional<std::string>& text) {
      return text ? std::optional(key.scrubbed(*text)) : std::nullopt;
    };
    HttpReply reply{.request = transfer.request,
                    .failure = failure,
                    .error = visible(key.scrubbed(error)),
                    .status = 0,
                    .body = key.scrubbed(transfer.received),
                    .retry_after = scrub(header_of(transfer, "retry-after")),
                    .date = scrub(header_of(transfer, "date")),
                    .location = scrub(header_of(transfer, "location"))};
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply.status);
    curl_multi_remove_handle(multi.get(), easy);
    running.erase(found);
    return reply;
  }

  void collect_ended(std::vector<HttpReply>& ended) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      const auto code = message->data.result;
      const Transfer& transfer = *running.at(easy);
      const std::string told = transfer.error.data();
      const auto failure = failure_of(code, transfer);
      const bool is_limit = failure == Failure::too_large;
      ended.push_back(end(easy, failure,
                          is_limit       ? "more than " + std::to_string(limits.bytes) + " bytes"
                          : told.empty() ? curl_easy_strerror(code)
                                         : told));
    }
  }

  void collect_stalled(std::vector<HttpReply>& ended) {
    const auto now = Clock::now();
    const std::chrono::duration<double> longest(limits.stall_timeout);
    std::vector<CURL*> stalled;
    for (const auto& [easy, transfer] : running) {
      if (transfer->last_byte && now - *transfer->last_byte > longest) stalled.push_back(easy);
    }
    for (CURL* easy : stalled)
      ended.push_back(end(easy, Failure::stalled, "the reply began, and then nothing came"));
  }
};

HttpClient::HttpClient(Endpoint endpoint,
                       const ApiKey& key,
                       const HttpLimits& limits,
                       const std::optional<std::string>& ca_file)
    : state_(new State{.library = {},
                       .endpoint = std::move(endpoint),
                       .key = key,
                       .limits = limits,
                       .ca_file = ca_file,
                       .headers = nullptr,
                       .multi = nullptr,
                       .running = {}}) {
  state_->headers = headers_for(key);
  state_->multi.reset(curl_multi_init());
  if (!state_->multi) throw Error(ErrorKind::failure, "cannot start libcurl");
}

HttpClient::~HttpClient() = default;

void HttpClient::start(std::size_t request, std::string body) {
  auto transfer = std::make_unique<Transfer>();
  CURL* const easy = transfer->easy.get();
  if (easy == nullptr) throw std::bad_alloc();
  transfer->request = request;
  transfer->limit = state_->limits.bytes;
  transfer->sent = std::move(body);
  state_->set_connection(easy);
  state_->set_request(*transfer);
  curl_multi_add_handle(state_->multi.get(), easy);
  state_->running.emplace(easy, std::move(transfer));
}

std::vector<HttpReply> HttpClient::wait(double seconds) {
  std::vector<HttpReply> ended;
  int running = 0;
  curl_multi_perform(state_->multi.get(), &running);
  state_->collect_ended(ended);
  if (ended.empty()) {
    curl_multi_poll(state_->multi.get(), nullptr, 0, static_cast<int>(milliseconds(seconds)),
                    nullptr);
    curl_multi_perform(state_->multi.get(), &running);
    state_->collect_ended(ended);
  }
  state_->collect_stalled(ended);
  return ended;
}

const Endpoint& HttpClient::endpoint() const noexcept {
  return state_->endpoint;
}

}  // namespace smdm::judging
