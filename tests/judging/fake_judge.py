"""A judge to be tested against: an HTTP server on this machine that grades, or fails, as it is told."""

import json
import re
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "fake-judge"


def chat(text, model=MODEL, finish_reason="stop"):
    """The body of a reply."""
    body = {"id": "x", "object": "chat.completion",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text},
                         "finish_reason": finish_reason}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20}}
    if model is not None:
        body["model"] = model
    return json.dumps(body).encode()


def grade(text, **more):
    return lambda handler: handler.send(200, chat(text, **more))


def status(code, body=b"{}", **headers):
    return lambda handler: handler.send(code, body, headers)


def raw(body):
    return lambda handler: handler.send(200, body)


def half(body):
    """Says that the whole body comes, and sends half of it."""
    def act(handler):
        handler.begin(200, len(body))
        handler.wfile.write(body[:len(body) // 2])
        handler.close_connection = True
    return act


def drip(body, seconds):
    """A byte, a wait, a byte ..."""
    def act(handler):
        handler.begin(200, len(body))
        for i in range(len(body)):
            handler.wfile.write(body[i:i + 1])
            handler.wfile.flush()
            if handler.server.stopping.wait(seconds):
                break
        handler.close_connection = True
    return act


def late(seconds, act):
    def wait(handler):
        handler.server.stopping.wait(seconds)
        act(handler)
    return wait


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        user = body["messages"][-1]["content"]
        number, turn = (re.findall(r"Q(\d+)T(\d)", user) or [("0", "0")])[-1]
        asked = {"question": int(number), "turn": int(turn), "body": body, "path": self.path,
                 "key": self.headers.get("Authorization"), "time": time.monotonic()}
        with self.server.lock:
            attempt = sum(a["question"] == asked["question"] and a["turn"] == asked["turn"]
                          for a in self.server.asked)
            self.server.asked.append(asked)
        try:
            self.server.behave(asked, attempt)(self)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def begin(self, code, length, headers=None):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        for name, value in (headers or {}).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, code, body, headers=None):
        self.begin(code, len(body), headers)
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_):
        pass


class FakeJudge:
    """`behave(asked, attempt)` gives what is done about a request: one of the functions above."""

    def __init__(self, behave, certificate=None):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.lock = threading.Lock()
        self.server.stopping = threading.Event()
        self.server.asked = []
        self.server.behave = behave
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}/v1"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def asked(self):
        with self.server.lock:
            return list(self.server.asked)

    def pairs(self):
        return [(a["question"], a["turn"]) for a in self.asked]


def well(asked, _attempt=0):
    """A grade that follows from what is asked."""
    return grade(f"Good enough. [[{asked['question'] % 10 + 1}]]")
