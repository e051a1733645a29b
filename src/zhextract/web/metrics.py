"""What the service counts, in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from typing import Final

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of answering times, in seconds."""


class Metrics:
    """Counts since the start. Used by one event loop, so without locks."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.buckets: Counter[float] = Counter()
        self.seconds = 0.0
        self.active = 0
        self.articles = 0
        self.characters = 0

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer. `route` is one of the service's own, never what a request said."""
        self.requests[route, status] += 1
        self.seconds += seconds
        self.buckets[next((bound for bound in BUCKETS if seconds <= bound), float("inf"))] += 1

    def extracted(self, characters: int) -> None:
        """Count an article."""
        self.articles += 1
        self.characters += characters

    def text(self) -> str:
        """All counts."""
        lines = [*_head("requests_total", "counter", "Requests answered, by route and status.")]
        for (route, status), count in sorted(self.requests.items()):
            lines.append(f'zhextract_requests_total{{route="{route}",status="{status}"}} {count}')
        lines += _head("request_seconds", "histogram", "Time from the head of a request to the end of its answer.")
        total = 0
        for bound in BUCKETS:
            total += self.buckets[bound]
            lines.append(f'zhextract_request_seconds_bucket{{le="{bound:g}"}} {total}')
        total += self.buckets[float("inf")]
        lines.append(f'zhextract_request_seconds_bucket{{le="+Inf"}} {total}')
        lines += [f"zhextract_request_seconds_sum {self.seconds:.6f}", f"zhextract_request_seconds_count {total}"]
        for name, kind, what, value in (
            ("requests_active", "gauge", "Requests being answered.", self.active),
            ("articles_total", "counter", "Articles extracted.", self.articles),
            ("characters_total", "counter", "Characters of these articles.", self.characters),
        ):
            lines += [*_head(name, kind, what), f"zhextract_{name} {value}"]
        return "\n".join(lines) + "\n"


def _head(name: str, kind: str, what: str) -> list[str]:
    return [f"# HELP zhextract_{name} {what}", f"# TYPE zhextract_{name} {kind}"]
