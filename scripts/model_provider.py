#!/usr/bin/env python3
"""A stand-in for a provider of models: it answers POST /v1/messages as Anthropic's Messages API does, as a paced stream, but
there is no model behind it. It lets one see streaming in the app without a key, and measures what the server adds.

    python3 scripts/model_provider.py --port 0 &      # prints two settings
    ANTHROPIC_API_KEY=stand-in ANTHROPIC_BASE_URL=http://127.0.0.1:PORT make run

To a request for the financial statement it answers with a call of the skill (with the single tools, if the request says
"tool by tool"), and to any other text with a note in Markdown, in English or Chinese as the request is; "a note of 300 words"
makes it so long. GET /kept shows what it was asked and when it sent what, GET /kept?asked=WORDS only what has these words."""
import argparse
import asyncio
import bisect
import collections
import itertools
import json
import random
import re
import time
import urllib.parse

KEY = "stand-in"
VERSION = "2026-10-21"
# Requests that /kept tells of, and that the cache remembers.
KEPT, CACHED = 1000, 16

NOTE = {
    "en": """## A note from the stand-in

This text was **not written by a model**. It comes from `scripts/model_provider.py`, which sends it in small pieces so that you can
see how an answer grows:

- headings, *emphasis* and `code` appear as they are completed,
- a list gets longer while you read it,
- a table is drawn once its rows are there.

| part | what it shows |
| --- | --- |
| stream | words as they come |
| table | rows as they come |

With a key of your own in place of this one, a model answers here.
""",
    "zh": """## 替身的说明

这段文字**不是模型写的**，它来自 `scripts/model_provider.py`，分成小段发送，让您看到回答是怎样逐步出现的：

- 标题、*强调*和`代码`写完就会显示，
- 列表一边读一边变长，
- 表格在各行到齐之后画出来。

| 部分 | 说明 |
| --- | --- |
| 流 | 文字随到随显示 |
| 表格 | 行随到随显示 |

换上您自己的密钥，这里就由模型来回答。
""",
}


def texts_of(content):
    """The text blocks of a message, or the text of a result."""
    if isinstance(content, str):
        return [content]
    return [block["text"] for block in content if block.get("type") == "text"]


class Asked:
    """What a request wants to know."""

    def __init__(self, body):
        self.tools = {tool["name"]: tool for tool in body.get("tools", [])}
        self.schema = body.get("output_config", {}).get("format", {}).get("schema")
        messages = body["messages"]
        said = [text for message in messages if message["role"] == "user" for text in texts_of(message["content"])]
        self.text = said[-1] if said else ""
        last = messages[-1]["content"]
        results = [block for block in last if block.get("type") == "tool_result"] if isinstance(last, list) else []
        self.results = [text for block in results for text in texts_of(block.get("content", ""))]
        calls = [block for message in messages[-2:-1] if message["role"] == "assistant" and isinstance(message["content"], list)
                 for block in message["content"] if block.get("type") == "tool_use"]
        self.called = calls[-1]["name"] if results and calls else None
        self.language = "zh" if re.search("[\u4e00-\u9fff]", self.text) else "en"

    def wants_statement(self):
        return re.search(r"(financial|latest) statement|财务报表|财务报告|penyata kewangan", self.text, re.IGNORECASE)

    def result(self, name):
        """An id that the newest results give under this name."""
        found = re.findall(rf'"{name}" ?: ?"([^"]+)"', "".join(self.results))
        return found[-1] if found else ""


def answer(asked):
    """What to say before, which tool to call with what: (text, None) or (text, (name, input))."""
    chinese = asked.language == "zh"
    if asked.schema:
        return json.dumps(example(asked.schema), ensure_ascii=False), None
    if asked.called == "finance_statement" and "pdf_generator" in asked.tools and asked.result("call"):
        return "", ("pdf_generator", {"template": "statement", "statement": asked.result("call")})
    if asked.called == "pdf_generator" and "outlook_send_email" in asked.tools and asked.result("file"):
        mail = {"to": ["the CEO"], "subject": "财务报表" if chinese else "Financial statement",
                "body": "财务报表见附件。" if chinese else "The financial statement is attached.",
                "attachments": [asked.result("file")]}
        return "现在发邮件。" if chinese else "Now the mail.", ("outlook_send_email", mail)
    if asked.called:
        results = "\n".join(f"> {line}" for text in asked.results for line in text[:600].splitlines())
        said = f"替身调用了 `{asked.called}`，得到的结果是：" if chinese else f"The stand-in called `{asked.called}`, and this came back:"
        return f"{said}\n\n{results}\n", None
    if asked.wants_statement() and "tool by tool" in asked.text and "finance_statement" in asked.tools:
        return "", ("finance_statement", {"period": "latest"})
    if asked.wants_statement() and "financial_reporting" in asked.tools:
        return "", ("financial_reporting", {"period": "latest", "recipient": "the CEO"})
    return note(asked), None


def note(asked):
    wanted = re.search(r"(\d+) ?(words|字)", asked.text)
    if not wanted:
        return NOTE[asked.language]
    spaced = re.split(r"(?<=\s)", NOTE[asked.language]) if asked.language == "en" else list(NOTE["zh"])
    return "".join(itertools.islice(itertools.cycle(spaced), min(int(wanted[1]), 20_000)))


def example(schema):
    """A value that the schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    kind = schema.get("type")
    if kind == "object":
        return {name: example(part) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {}))]
    return {"integer": 1, "number": 1, "boolean": True, "null": None}.get(kind, "stand-in")


def common_prefix(one, other):
    """How much of both is the same from the beginning."""
    return bisect.bisect_left(range(min(len(one), len(other))), True, key=lambda at: one[:at + 1] != other[:at + 1])


def pieces(text, seed):
    """The text in pieces of 10 to 40 characters; the same seed cuts it alike."""
    sizes, at = random.Random(seed), 0
    while at < len(text):
        size = sizes.randint(10, 40)
        yield text[at:at + size]
        at += size


class Provider:
    """Answers requests; `pace` is the seconds between two pieces."""

    def __init__(self, pace):
        self.pace = pace
        self.kept = collections.deque(maxlen=KEPT)
        self.number = 0

    async def connected(self, reader, writer):
        try:
            while await self.serve(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if path.startswith("/kept"):
            words = urllib.parse.unquote_plus(path.partition("?asked=")[2])
            self.write_json(writer, 200, [sent for sent in self.kept if words in sent["asked"]])
        elif headers.get("x-api-key") != KEY:
            self.refuse(writer, 401, "authentication_error", f"invalid x-api-key: the stand-in's is {KEY}")
        elif headers.get("anthropic-version") != VERSION:
            self.refuse(writer, 400, "invalid_request_error", f"anthropic-version: {VERSION} is required")
        elif method == "POST" and path == "/v1/messages":
            await self.reply(writer, body)
        elif method == "POST" and path == "/v1/messages/count_tokens":
            self.write_json(writer, 200, {"input_tokens": len(body) // 4})
        elif method == "GET" and path.startswith("/v1/models/"):
            facts = {"type": "model", "id": path.rsplit("/", 1)[1], "max_input_tokens": 1_000_000, "max_tokens": 128_000}
            self.write_json(writer, 200, facts)
        else:
            self.refuse(writer, 404, "not_found_error", f"{method} {path} is not spoken here")
        await writer.drain()
        return headers.get("connection", "").lower() != "close"

    def refuse(self, writer, status, kind, message):
        self.write_json(writer, status, {"type": "error", "error": {"type": kind, "message": message}})

    def write_json(self, writer, status, value):
        text = json.dumps(value, ensure_ascii=False).encode()
        head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text)

    async def reply(self, writer, body):
        arrived = time.monotonic_ns()
        try:
            request = json.loads(body)
            asked = Asked(request)
            model = request["model"]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            self.refuse(writer, 400, "invalid_request_error", f"the request can't be read: {error!r}")
            return
        self.number += 1
        text, call = answer(asked)
        usage = self.usage(body.decode(), (len(text) + len(json.dumps(call))) // 4 + 1)
        sent = {"asked": asked.text, "called": asked.called, "body": body.decode(), "arrived": arrived,
                "first_byte": time.monotonic_ns(), "deltas": [], "ended": None}
        self.kept.append(sent)
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n"
                     f"request-id: req_{self.number:06}\r\n\r\n".encode())
        message = {"id": f"msg_{self.number:06}", "type": "message", "role": "assistant", "model": model, "content": [],
                   "stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1}}
        self.event(writer, {"type": "message_start", "message": message})
        blocks = [({"type": "text", "text": ""}, "text_delta", "text", text)] if text else []
        if call:
            start = {"type": "tool_use", "id": f"toolu_{self.number:06}", "name": call[0], "input": {}}
            blocks.append((start, "input_json_delta", "partial_json", json.dumps(call[1], ensure_ascii=False)))
        due, loop = None, asyncio.get_running_loop()
        for index, (start, kind, key, whole) in enumerate(blocks):
            self.event(writer, {"type": "content_block_start", "index": index, "content_block": start})
            for piece in pieces(whole, self.number):
                # By the clock and not one rest after another, so that a late piece does not delay the ones behind it.
                due = loop.time() if due is None else due + self.pace
                await asyncio.sleep(due - loop.time())
                if kind == "text_delta":
                    sent["deltas"].append([time.monotonic_ns(), piece])
                self.event(writer, {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: piece}})
                await writer.drain()
            self.event(writer, {"type": "content_block_stop", "index": index})
        delta = {"stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None}
        self.event(writer, {"type": "message_delta", "delta": delta, "usage": usage})
        self.event(writer, {"type": "message_stop"})
        writer.write(b"0\r\n\r\n")
        sent["ended"] = time.monotonic_ns()

    def usage(self, body, output):
        """A quarter of the bytes; what one of the newest requests began with counts as cached."""
        same = max((common_prefix(body, sent["body"]) for sent in list(self.kept)[-CACHED:]), default=0)
        return {"input_tokens": (len(body) - same) // 4, "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": same // 4, "output_tokens": output}

    @staticmethod
    def event(writer, data):
        text = f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
        writer.write(b"%x\r\n%s\r\n" % (len(text), text))


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--pace", type=float, default=20, metavar="MS", help="milliseconds between two pieces (default 20)")
    arguments = parser.parse_args()
    provider = Provider(arguments.pace / 1000)
    server = await asyncio.start_server(provider.connected, "127.0.0.1", arguments.port, limit=1 << 16)
    port = server.sockets[0].getsockname()[1]
    print(f"ANTHROPIC_API_KEY={KEY}\nANTHROPIC_BASE_URL=http://127.0.0.1:{port}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
