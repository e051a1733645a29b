"""Articles in any number, to measure and to break things: the same number and seed give the same bytes.

    python benchmarks/generator.py 100000 archive/                JSON lines, 10,000 articles a file
    python benchmarks/generator.py 2000 archive/ --form files     a file an article, 500 a folder

Half of them are simplified, half traditional; names, numbers, units and times vary. One in a hundred is damaged, in one
of the ten ways of DAMAGES.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

FILE: Final = 10_000
FOLDER: Final = 500
SHARE: Final = 100
"""One article of so many is damaged."""

_SYLLABLES: Final = (
    "云岚星禾澜泽恒瑞启辰嘉宏远舟景澄晟和朗川",
    "雲嵐星禾瀾澤恆瑞啟辰嘉宏遠舟景澄晟和朗川",
)
_PLACES: Final = (("新区", "县", "市", "区", "港区"), ("新區", "縣", "市", "區", "港區"))
_FIRMS: Final = (("科技有限公司", "集团", "药业", "光电公司"), ("科技有限公司", "集團", "藥業", "光電公司"))
_GOODS: Final = (
    ("新能源汽车", "传感器", "生物医药", "冷链食品", "数控机床", "茶叶", "芯片", "高端装备"),
    ("新能源汽車", "感測器", "生物醫藥", "冷鏈食品", "數控機床", "茶葉", "晶片", "高端裝備"),
)
_SENTENCES: Final = (
    (
        "{year}年，{place}{goods}产业实现产值{money}亿元，同比增长{percent}%。",
        "截至{year}年底，全区集聚{goods}企业{count}余家，其中规模以上企业{small}家。",
        "{firm}今年前三季度完成投资近{money}亿元，带动就业{count}人。",
        "记者{month}月{day}日从{place}获悉，{firm}新建的{small}条生产线已经投产，年产能达{count}万套。",
        "“我们的订单比去年多了{small}成。”{firm}负责人{person}说。",
        "项目占地约{money}亩，总建筑面积{count}平方米，预计{next}年{month}月建成。",
        "与{prev}年相比，单位产品能耗下降{percent}%，成本降低约三分之一。",
        "{place}力争到{next}年，{goods}产业规模突破{count}亿元，占工业总产值的{percent}%以上。",
        "从{prev}年的{money}亿元到{year}年的{count}亿元，{goods}成为当地的支柱产业。",
        "当地出台了{small}项措施，对首次入规的企业给予{small}0万元补贴。",
        "走进车间，机械臂正在有序作业，工人们忙着检查每一道工序。",
        "业内人士认为，产业链上下游的协同仍有待加强，人才短缺是眼下的难题。",
    ),
    (
        "{year}年，{place}{goods}產業實現產值{money}億元，同比增長{percent}%。",
        "截至{year}年底，全區集聚{goods}企業{count}餘家，其中規模以上企業{small}家。",
        "{firm}今年前三季度完成投資近{money}億元，帶動就業{count}人。",
        "記者{month}月{day}日從{place}獲悉，{firm}新建的{small}條生產線已經投產，年產能達{count}萬套。",
        "「我們的訂單比去年多了{small}成。」{firm}負責人{person}說。",
        "項目佔地約{money}畝，總建築面積{count}平方米，預計{next}年{month}月建成。",
        "與{prev}年相比，單位產品能耗下降{percent}%，成本降低約三分之一。",
        "{place}力爭到{next}年，{goods}產業規模突破{count}億元，佔工業總產值的{percent}%以上。",
        "從{prev}年的{money}億元到{year}年的{count}億元，{goods}成為當地的支柱產業。",
        "當地出台了{small}項措施，對首次入規的企業給予{small}0萬元補貼。",
        "走進車間，機械臂正在有序作業，工人們忙著檢查每一道工序。",
        "業內人士認為，產業鏈上下游的協同仍有待加強，人才短缺是眼下的難題。",
    ),
)
_SURNAMES: Final = ("赵钱孙李周吴郑王林何", "趙錢孫李周吳鄭王林何")


def article(number: int, seed: int = 0) -> dict[str, str]:
    """One whole article: `id`, `text`, `published`."""
    draw = random.Random(f"{seed}/{number}")
    script = draw.randrange(2)
    syllables = _SYLLABLES[script]

    def name(length: int) -> str:
        return "".join(draw.choice(syllables) for _ in range(length))

    place = name(2) + draw.choice(_PLACES[script])
    firms = [name(2) + draw.choice(_FIRMS[script]) for _ in range(2)]
    year = draw.randrange(2015, 2026)

    def filled(sentence: str) -> str:
        return sentence.format(
            year=year, prev=year - draw.randrange(1, 5), next=year + draw.randrange(1, 6), place=place,
            firm=draw.choice(firms), goods=draw.choice(_GOODS[script]), month=draw.randrange(1, 13),
            day=draw.randrange(1, 29), money=f"{draw.randrange(10, 9000) / 10:g}", count=draw.randrange(20, 9000),
            small=draw.randrange(2, 40), percent=f"{draw.randrange(5, 400) / 10:g}",
            person=draw.choice(_SURNAMES[script]) + name(2),
        )  # fmt: skip

    title = filled(draw.choice(_SENTENCES[script][:2])).rstrip("。")
    paragraphs = [
        "".join(filled(draw.choice(_SENTENCES[script])) for _ in range(draw.randrange(2, 6)))
        for _ in range(draw.randrange(3, 8))
    ]
    text = "\n\n".join([title, *paragraphs])
    return {"id": f"g{number:07}", "text": text, "published": f"{year}-12-{draw.randrange(1, 29):02}"}


# --------------------------------------------------------------------------------------------------------------- damage


def _bad_bytes(line: bytes) -> bytes:
    middle = len(line) // 2
    return line[:middle] + b"\xff\xfe\xfd" + line[middle:]


def _half_a_character(line: bytes) -> bytes:
    at = line.index(b"\xe5" if b"\xe5" in line else b"\xe4")
    return line[: at + 1] + line[at + 2 :]


def _cut_off(line: bytes) -> bytes:
    return line[: len(line) // 3].decode(errors="ignore").encode()


def _other(key: str, value: object) -> Callable[[bytes], bytes]:
    def change(line: bytes) -> bytes:
        return json.dumps(json.loads(line) | {key: value}, ensure_ascii=False).encode()

    return change


def _no_text(line: bytes) -> bytes:
    record = json.loads(line)
    del record["text"]
    return json.dumps(record, ensure_ascii=False).encode()


def _lone_surrogate(line: bytes) -> bytes:
    return line.replace(b'"text": "', b'"text": "\\ud83d')


def _control(line: bytes) -> bytes:
    return line.replace(b'"text": "', b'"text": "\\u0000\\u202e\\u0007')


def _list(line: bytes) -> bytes:
    return b"[" + line + b"]"


DAMAGES: Final[tuple[Callable[[bytes], bytes], ...]] = (
    _bad_bytes,
    _half_a_character,
    _cut_off,
    _other("text", 12),
    _no_text,
    _other("published", "yesterday"),
    _lone_surrogate,
    _control,
    _list,
    lambda line: b"[" * 5000 + line,
)
"""Of a line. The seventh and eighth are odd texts, which give documents; the others give none."""


def damage_of(number: int) -> int | None:
    """Which damage an article has."""
    return number // SHARE % len(DAMAGES) if number % SHARE == SHARE // 2 else None


def line(number: int, seed: int = 0) -> bytes:
    """An article as a line of JSON, damaged where it is its turn."""
    plain = json.dumps(article(number, seed), ensure_ascii=False).encode()
    damage = damage_of(number)
    return plain if damage is None else DAMAGES[damage](plain)


def write(folder: Path, count: int, form: str = "jsonl", seed: int = 0) -> None:
    """`count` articles into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if form == "jsonl":
        for start in range(0, count, FILE):
            with (folder / f"part-{start // FILE:04}.jsonl").open("wb") as out:
                for number in range(start, min(start + FILE, count)):
                    out.write(line(number, seed) + b"\n")
        return
    for number, (name, data) in enumerate(_files(count, seed)):
        where = folder / f"{number // FOLDER:04}"
        where.mkdir(exist_ok=True)
        (where / name).write_bytes(data)


def _files(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    for number in range(count):
        made = article(number, seed)
        damage = damage_of(number)
        data = made["text"].encode()
        if damage in (0, 1):
            data = DAMAGES[damage](data)
        elif number % 7 == 3:
            data = made["text"].encode("gb18030")
        yield f"{made['id']}.txt", data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", choices=("jsonl", "files"), default="jsonl")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    write(args.folder, args.count, args.form, args.seed)
    print(f"{args.count:,} articles in {args.folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
