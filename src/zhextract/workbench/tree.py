"""Trees of patterns for who changes or compares them: written back as text, with their alternatives numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..rules.pattern import Alt, Class, Edge, Lit, Look, Mark, Node, Ref, Repeat, Seq

_SIGNS = frozenset("()|?{}[]<>^$.*+\\")


def written(node: Node) -> str:
    """A tree as the pattern that reads to it.

    >>> from zhextract.rules.pattern import parse
    >>> written(parse("< {n:number} ( a b | [c-d]{1,3}? )? > (?! x )"))
    '<{n:number}(ab|[c-d]{1,3}?)?>(?!x)'
    """
    match node:
        case Lit(text):
            return "".join(f"\\{c}" if c in _SIGNS or c.isspace() else c for c in text)
        case Class(source):
            return source
        case Edge(start):
            return "^" if start else "$"
        case Mark(start):
            return "<" if start else ">"
        case Ref(name, slot):
            return f"{{{slot}:{name}}}" if slot else f"{{{name}}}"
        case Seq(items):
            return "".join(f"({written(n)})" if isinstance(n, Alt | Seq) else written(n) for n in items)
        case Alt(items):
            return "|".join(f"({written(n)})" if isinstance(n, Alt) else written(n) for n in items)
        case Repeat(item, low, high, lazy):
            one = isinstance(item, Class | Ref) or (isinstance(item, Lit) and len(item.text) == 1)
            body = written(item) if one else f"({written(item)})"
            count = "?" if (low, high) == (0, 1) else f"{{{low}}}" if low == high else f"{{{low},{high}}}"
            return body + count + ("?" if lazy else "")
        case Look(item, ahead, negative):
            return f"(?{'' if ahead else '<'}{'!' if negative else '='}{written(item)})"
    raise TypeError(node)


def alternations(node: Node) -> Iterator[Alt]:
    """The alternations of a tree, outer before inner; their order numbers them."""
    match node:
        case Alt(items):
            yield node
            for item in items:
                yield from alternations(item)
        case Seq(items):
            for item in items:
                yield from alternations(item)
        case Repeat(item) | Look(item):
            yield from alternations(item)


def rebuilt(node: Node, change: Callable[[Alt, int], Node]) -> Node:
    """The tree with each alternation replaced by what `change` makes of it and its number; inner ones first."""
    count = iter(range(10_000))

    def go(n: Node) -> Node:
        match n:
            case Alt(items):
                number = next(count)
                return change(Alt(tuple(map(go, items))), number)
            case Seq(items):
                return Seq(tuple(map(go, items)))
            case Repeat(item, low, high, lazy):
                return Repeat(go(item), low, high, lazy)
            case Look(item, ahead, negative):
                return Look(go(item), ahead, negative)
        return n

    return go(node)


def without(node: Node, alternation: int, branch: int) -> Node:
    """The tree without one branch of one alternation."""

    def cut(alt: Alt, number: int) -> Node:
        if number != alternation:
            return alt
        left = tuple(item for i, item in enumerate(alt.items) if i != branch)
        return left[0] if len(left) == 1 else Alt(left)

    return rebuilt(node, cut)
