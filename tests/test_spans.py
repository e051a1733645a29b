"""The text map: edits, places, composition."""

from __future__ import annotations

import pickle
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhextract.spans import Edit, TextMap


@st.composite
def edited(draw: st.DrawFn, source: str | None = None) -> TextMap:
    text = draw(st.text(max_size=30)) if source is None else source
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    edits: list[Edit] = [(a, b, draw(st.text(max_size=3)) if b > a else "") for a, b in pairs]
    return TextMap.from_edits(text, edits)


@st.composite
def chained(draw: st.DrawFn) -> tuple[TextMap, TextMap]:
    inner = draw(edited())
    return inner, draw(edited(inner.text))


def check(m: TextMap) -> None:
    """Total, in bounds, monotone; spans are unions of their characters' stretches."""
    stretches = [m.to_source(i, i + 1) for i in range(len(m.text))]
    for start, end in stretches:
        assert 0 <= start < end <= len(m.source)
    for left, right in pairwise(stretches):
        assert left[0] <= right[0]
        assert left[1] <= right[1]
    for i in range(len(m.text) + 1):
        empty = m.to_source(i, i)
        assert empty[0] == empty[1] == m.to_source_start(i)
        assert 0 <= empty[0] <= len(m.source)
        for j in range(i + 1, len(m.text) + 1):
            assert m.to_source(i, j) == (stretches[i][0], stretches[j - 1][1])


@given(edited())
def test_map_is_total_and_monotone(m: TextMap) -> None:
    check(m)
    assert pickle.loads(pickle.dumps(m)).to_source(0, len(m.text)) == m.to_source(0, len(m.text))


@given(chained())
def test_composition_is_one_map_after_the_other(maps: tuple[TextMap, TextMap]) -> None:
    inner, outer = maps
    both = inner.compose(outer)
    assert (both.source, both.text) == (inner.source, outer.text)
    check(both)
    for i in range(len(both.text)):
        low, high = outer.to_source(i, i + 1)
        assert both.to_source(i, i + 1) == inner.to_source(low, high)


def test_deletions_stay_outside_at_the_edges_and_inside_within() -> None:
    m = TextMap.from_edits("ab\n\ncd", [(2, 4, "")])
    assert m.text == "abcd"
    assert not m.same
    assert m.to_source(0, 2) == (0, 2)
    assert m.to_source(2, 4) == (4, 6)
    assert m.to_source(1, 3) == (1, 5)
    assert m.to_source_start(2) == 4


def test_a_replacement_of_another_length_maps_to_its_whole_stretch() -> None:
    m = TextMap.from_edits("5㎡地", [(1, 2, "m2")])
    assert m.text == "5m2地"
    assert [m.to_source(i, i + 1) for i in range(4)] == [(0, 1), (1, 2), (1, 2), (2, 3)]


def test_equal_lengths_keep_the_fast_path() -> None:
    m = TextMap.from_edits("乾隆", [(0, 1, "乾")], "干隆")
    assert m.same
    assert m.text == "乾隆"
    assert m.to_source(1, 2) == (1, 2)
    assert TextMap.identity("甲").same


def test_everything_deleted() -> None:
    m = TextMap.from_edits("abc", [(0, 3, "")])
    assert (m.text, m.to_source(0, 0)) == ("", (0, 0))


@pytest.mark.parametrize("edits", [[(2, 1, "")], [(0, 9, "")], [(0, 2, "x"), (1, 3, "")], [(1, 1, "x")]])
def test_bad_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edit"):
        TextMap.from_edits("abc", edits)


def test_bad_spans_and_maps_are_refused() -> None:
    m = TextMap.identity("abc")
    with pytest.raises(ValueError, match="no span"):
        m.to_source(2, 4)
    with pytest.raises(ValueError, match="compose"):
        m.compose(TextMap.identity("abd"))
    with pytest.raises(ValueError, match="equal lengths"):
        TextMap.identity("abc", "ab")
