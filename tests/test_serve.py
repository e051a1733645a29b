"""The service: what it answers, to whom, and what it says to what is too large, too slow, malformed or hostile."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `web` is not installed")
pytest.importorskip("uvicorn", reason="the extra `web` is not installed")

from tests.services import Answer, Service, running

import zhextract
from zhextract import cli
from zhextract.web.gate import Limits
from zhextract.web.openapi import openapi
from zhextract.web.pages import POLICY
from zhextract.web.pool import CrashedError, Settings, TooSlowError, Worker
from zhextract.web.suggest import suggest

TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"
HEAD = b"POST /v1/extract HTTP/1.1\r\nHost: localhost\r\n"
LIMITS = Limits(size=20_000, seconds=3, requests=4)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running(LIMITS) as found:
        yield found


def problem(answer: Answer) -> str:
    """What a refusal says; it is a problem document with the guard's headers."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == answer.status
    assert POLICY in answer.headers["content-security-policy"]
    return str(answer.json["title"])


def raw(service: Service, sent: bytes, wait: float = 30) -> bytes:
    """What comes back for bytes as they are, until the service closes the connection."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=wait) as connection:
        connection.sendall(sent)
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except TimeoutError:
            pytest.fail("the connection stays open")
        return b"".join(parts)


def test_extract(service: Service) -> None:
    wanted = zhextract.extract(TEXT, published="2025-01-02").to_dict()
    answers = [
        service.ask("POST", "/v1/extract", {"text": TEXT, "id": "a", "published": "2025-01-02"}),
        service.ask("POST", "/v1/extract?id=a&published=2025-01-02", TEXT.encode(), "text/plain; charset=utf-8"),
        service.ask("POST", "/v1/extract?id=a&published=2025-01-02", TEXT.encode("gbk"), "text/plain; charset=gbk"),
        service.ask("POST", "/v1/extract?id=a&published=2025-01-02", TEXT.encode("gbk"), "application/octet-stream"),
    ]
    for answer in answers:
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        document = answer.json
        assert document["id"] == "a"
        assert [document[k] for k in ("published", "mentions")] == [wanted[k] for k in ("published", "mentions")]


def test_view(service: Service) -> None:
    view = service.ask("POST", "/v1/view?name=a.txt", TEXT.encode(), "text/plain").json
    assert view["text"] == TEXT
    assert view["document"]["source"]["name"] == "a.txt"
    assert view["rules"]["money.amount"]["file"].endswith("quantity/amount.yml")
    hostile = {"text": "<script>\ud800</script>产值5亿元"}
    answer = service.ask("POST", "/v1/view", hostile)
    assert answer.status in (200, 400)
    assert b"<" not in answer.body


def test_stream(service: Service) -> None:
    rows: list[Any] = [{"text": TEXT, "id": str(n)} for n in range(300)]
    lines = [json.dumps(row).encode() for row in rows]
    lines[3:3] = [b"", b"no json", b'{"id": "x"}', b'{"text": "a", "published": "never"}', b"\xff\xfe\xfd"]
    body = b"\n".join(lines)
    assert len(body) > LIMITS.size  # of a line, not of the whole
    answer = service.ask("POST", "/v1/extract", body, "application/x-ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    found = [json.loads(line) for line in answer.body.splitlines()]
    assert [f["id"] for f in found if "error" not in f] == [row["id"] for row in rows]
    assert [f["line"] for f in found if "error" in f] == [5, 6, 7, 8]
    assert found[3]["error"].startswith("not JSON")


def test_stream_comes_while_it_goes(service: Service) -> None:
    """The first document is there before the second article is sent."""
    head = HEAD + b"Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    line = json.dumps({"text": TEXT, "id": "first"}).encode() + b"\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(head + b"%x\r\n%s\r\n" % (len(line), line))
        got = b""
        while b'"first"' not in got:
            part = connection.recv(65536)
            assert part
            got += part
        line = line.replace(b"first", b"second")
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line))
        while not got.endswith(b"0\r\n\r\n"):
            part = connection.recv(65536)
            assert part
            got += part
    assert b'"second"' in got


def test_stream_ends_at_what_is_too_much(service: Service) -> None:
    good = json.dumps({"text": TEXT}).encode()
    answer = service.ask("POST", "/v1/extract", good + b"\n" + b"x" * 30_000, "application/x-ndjson")
    first, last = map(json.loads, answer.body.splitlines())
    assert first["mentions"]
    assert last == {"error": "more than 20000 bytes", "line": 2}


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"{", "application/json", "not the JSON of an article"),
        (b"[]", "application/json", "not the JSON of an article"),
        (b'{"id": "a"}', "application/json", "text"),
        (b'{"text": 1}', "application/json", "not the JSON of an article"),
        (b'{"text": "a", "txet": "b"}', "application/json", "txet"),
        (b'{"text": "a", "published": "soon"}', "application/json", "no date"),
        (b"[" * 15_000, "application/json", "not the JSON of an article"),
        (b"\xff\xfe\xfd", "application/octet-stream", "cannot be decoded"),
        (b"\xff", "text/plain", "cannot be decoded as utf-8"),
        (b"a", "text/plain; charset=klingon", "unknown encoding"),
    ],
)
def test_malformed(service: Service, body: bytes, kind: str, says: str) -> None:
    answer = service.ask("POST", "/v1/extract", body, kind)
    assert answer.status == 400
    assert says in problem(answer)


def test_other_types(service: Service) -> None:
    answer = service.ask("POST", "/v1/extract", b"a=b", "application/x-www-form-urlencoded")
    assert (answer.status, problem(answer)) == (415, "content type application/x-www-form-urlencoded is not taken")
    assert service.ask("POST", "/v1/extract", b"", "").status == 415


def test_too_large(service: Service) -> None:
    answer = service.ask("POST", "/v1/extract", b"x" * 20_001, "text/plain")
    assert (answer.status, problem(answer)) == (413, "more than 20000 bytes")
    head = HEAD + b"Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"4e20\r\n" + b"x" * 20_000 + b"\r\n"
    assert raw(service, head + chunk * 2).startswith(b"HTTP/1.1 413 ")
    assert raw(service, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000).startswith(b"HTTP/1.1 400 ")


def test_too_slow(service: Service) -> None:
    head = HEAD + b"Content-Type: text/plain\r\nContent-Length: 10\r\n"
    assert raw(service, head + b"\r\nabc").startswith(b"HTTP/1.1 408 ")  # half a body
    assert raw(service, head).startswith(b"HTTP/1.1 408 ")  # half a head
    assert raw(service, b"").startswith(b"HTTP/1.1 408 ")  # nothing
    lines = head.replace(b"text/plain", b"application/x-ndjson") + b"\r\n"
    assert b"did not come within" in raw(service, lines + b"abc")


def test_too_many(service: Service) -> None:
    head = HEAD + b"Content-Type: text/plain\r\nContent-Length: 10\r\n\r\n"
    waiting = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(LIMITS.requests)]
    try:
        for connection in waiting:
            connection.sendall(head)
        deadline = time.monotonic() + 2.5
        while (answer := service.ask("GET", "/")).status != 429 and time.monotonic() < deadline:
            pass
        assert answer.status == 429
        assert answer.headers["retry-after"] == "1"
        assert "at once" in problem(answer)
        assert service.ask("GET", "/health").status == 200
    finally:
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::2]"])
def test_host(service: Service, host: str) -> None:
    """A page of another name that leads here (DNS rebinding) gets nothing."""
    answer = service.ask("GET", "/", host=host)
    assert answer.status == 421
    assert "host name" in problem(answer)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:80"])
def test_own_host(service: Service, host: str) -> None:
    assert service.ask("GET", "/health", host=host).status == 200


def test_other_origin(service: Service) -> None:
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"sec_fetch_site": "cross-site"},
    ):
        answer = service.ask("POST", "/v1/extract", TEXT.encode(), "text/plain", **headers)
        assert answer.status == 403
        assert "another site" in problem(answer)
    own = service.ask("POST", "/v1/extract", {"text": TEXT}, host="localhost:80", origin="http://localhost:80")
    assert own.status == 200
    assert not [name for name in own.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pages.py", "/static/..%2fpages.py", "/static/%2e%2e/pages.py", "/static/..%5cpages.py",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/style.css%00", "//etc/passwd", "/etc/passwd",
        "/static/", "/static", "/nothing", "/v1/", "/%ff", "/../../../../etc/passwd",
    ],
)  # fmt: skip
def test_no_path_leads_to_files(service: Service, path: str) -> None:
    answer = service.ask("GET", path)
    assert answer.status in (404, 307)
    assert b"root:" not in answer.body
    assert b"import" not in answer.body


def test_other_methods(service: Service) -> None:
    assert service.ask("GET", "/v1/extract").status == 405
    assert service.ask("DELETE", "/").status == 405
    assert service.ask("TRACE", "/").status == 405
    assert raw(service, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_pages(service: Service) -> None:
    for path in ("/", "/docs"):
        answer = service.ask("GET", path)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        found = re.findall(r'(?:src|href)="([^"]*)"', answer.body.decode())
        for link in found:
            assert link.startswith(("/", "#", "data:,")), link
            assert not link.startswith("//")
            if link.startswith("/"):
                assert service.ask("GET", link).status == 200, link


def test_description(service: Service) -> None:
    """It is whole, and says of every route of programs what that answers."""
    described = service.ask("GET", "/openapi.json").json
    assert described == json.loads(json.dumps(openapi(LIMITS, described["info"]["version"])))
    text = json.dumps(described)
    for ref in set(re.findall(r'"#/([^"]*)"', text)):
        node: Any = described
        for key in ref.split("/"):
            node = node[key]
    assert "20000 bytes" in described["info"]["description"]
    for path, methods in described["paths"].items():
        for method in methods:
            assert service.ask(method.upper(), path, b"" if method == "post" else None, "none").status in (200, 415)


def test_metrics(service: Service) -> None:
    def value(name: str) -> float:
        (line,) = [x for x in service.ask("GET", "/metrics").body.decode().splitlines() if x.startswith(name + " ")]
        return float(line.split()[-1])

    before = value("zhextract_articles_total"), value("zhextract_characters_total")
    service.ask("POST", "/v1/extract", {"text": TEXT})
    assert value("zhextract_articles_total") == before[0] + 1
    assert value("zhextract_characters_total") == before[1] + len(TEXT)
    service.ask("GET", "/%22%7D%0A<script>")
    text = service.ask("GET", "/metrics").body.decode()
    assert "script" not in text
    assert 'route="/v1/extract",status="200"' in text


def test_many_at_once() -> None:
    """Answers don't get mixed up."""
    wrong: list[object] = []
    with running(Limits(requests=50), workers=2) as service:

        def client(number: int) -> None:
            for n in range(10):
                text = f"投资{number * 100 + n + 2}亿元。"
                document = service.ask("POST", "/v1/extract", {"text": text}).json
                if document["mentions"][0]["value"] != str((number * 100 + n + 2) * 10**8):
                    wrong.append(document)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_workers_are_replaced() -> None:
    """A job that takes too long is ended, one whose process dies is told; the next one finds a worker."""
    worker = Worker(Settings())
    try:
        worker.ready()
        with pytest.raises(TooSlowError):
            worker.call(0, "extract", ("投资5亿元。" * 20_000, None), {})
        assert b"540000000" in worker.call(60, "extract", (TEXT, None), {})
        worker.process.kill()
        with pytest.raises(CrashedError):
            worker.call(60, "extract", (TEXT, None), {})
        with pytest.raises(CrashedError, match="KeyError"):
            worker.call(60, "no such job", (), {})
        with pytest.raises(zhextract.UsageError):
            worker.call(60, "extract", (TEXT, "never"), {})
        assert b"540000000" in worker.call(60, "extract", (TEXT, None), {})
    finally:
        worker.end()


def test_suggest() -> None:
    extractor = zhextract.Extractor()
    text = "雲嶺新區去年產值達５．４億元，第3名。"
    found = suggest(extractor, text, 9, 14, "quantity", None)
    assert (found["text"], found["value"], found["unit"], found["kind"]) == ("5.4亿元", "540000000", "CNY", "money")
    assert suggest(extractor, text, 4, 6, "time", "2025-01-01")["edtf"] == "2024"
    assert suggest(extractor, text, 0, 4, "entity", None)["name"] == "云岭新区"
    assert suggest(extractor, text, 0, 4, "quantity", None)["value"] is None
    with pytest.raises(zhextract.UsageError):
        suggest(extractor, text, 4, 4, "time", None)
    with pytest.raises(zhextract.UsageError):
        suggest(extractor, text, 0, 4, "fact", None)


def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yml").write_text("rules: [{id: a.b}]", encoding="utf-8")
    assert cli.main(["serve", "--rules", str(tmp_path)]) == 2
    assert "bad.yml:1" in capsys.readouterr().err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert cli.main(["serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot be listened on" in capsys.readouterr().err
    assert cli.main(["serve", "--currency", "yuan"]) == 2
    for wrong in (["--workers", "0"], ["--port", "99999"]):
        with pytest.raises(SystemExit):
            cli.main(["serve", *wrong])


def test_interrupted() -> None:
    """The command tells its address when it answers there, and ends in good order at a key."""
    line = [sys.executable, "-W", "error", "-m", "zhextract", "serve", "--port", "0", "--workers", "1"]
    with subprocess.Popen(line, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        service = Service(re.findall(r"http://\S+", said)[0])
        assert service.ask("GET", "/health").json["status"] == "ok"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "zhextract.web.server", None)
    assert cli.main(["serve"]) == 2
    assert "pip install 'zhextract[web]'" in capsys.readouterr().err


def test_the_report_needs_no_extra() -> None:
    code = "import sys, zhextract.web.site, zhextract.web.sources; print({'starlette', 'uvicorn'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert run.stdout.strip() == "set()"
