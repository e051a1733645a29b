"""Where names begin and end, through the whole extractor. In the tables `<…>` marks every name of a text."""

from __future__ import annotations

import re
from functools import cache

import pytest

from zhextract import Document, Extractor
from zhextract.records import EntityMention


@cache
def extractor() -> Extractor:
    return Extractor()


def unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without its marks, and the spans that they mark."""
    text, spans = "", []
    for i, part in enumerate(re.split("[<>]", marked)):
        if i % 2:
            spans.append((len(text), len(text) + len(part)))
        text += part
    return text, spans


def names(document: Document) -> list[EntityMention]:
    return [m for m in document.mentions if isinstance(m, EntityMention)]


def check(marked: str, labels: str) -> Document:
    """The marked spans are the names of the text, with these labels (one for all, or one each)."""
    text, spans = unmark(marked)
    document = extractor().extract(text)
    wanted = labels.split() if " " in labels else [labels] * len(spans)
    assert [(m.start, m.end, m.label) for m in names(document)] == [
        (start, end, label) for (start, end), label in zip(spans, wanted, strict=True)
    ]
    return document


BODIES = [
    "走进<临川澜图新材料股份有限公司>的车间",
    "与<海川德隆精密部件(苏州)有限公司>合作",
    "與<海川德隆精密部件（蘇州）有限公司>合作",
    "<北麓大学未来科学国际合作联合实验室>揭牌",
    "<临川市科技局>、财政局和税务局联合发布",
    "<澜图能源集团>今年扩产",
    "<臨川縣立第二醫院>啟用",
    "参观<第七研究所>的展厅",
    "<北麓省农业科学院>与<临川大学>共建",
    "<沧澜银行>放款",
    "<國家發展改革委>、<科技部>和<經濟部>公布",
    "<立法院>三讀通過，<港府>同日公布",
]


@pytest.mark.parametrize("marked", BODIES)
def test_bodies(marked: str) -> None:
    check(marked, "org")


NO_NAMES = [
    "国家、省部级重点实验室达到11家",
    "該公司去年擴產，該企業、該高新區和其子公司都獲利",
    "该公司今年盈利",
    "多家高校与研究院",
    "一家上市公司和两个产业园",
    "各级法院、省市两级政府",
    "国家级高新区和工业园区提质增效",
    "某集团公司和多家企业",
    "有限公司登记办法",
    "化工行业景气回升",
    "说一口上海话，开一家川菜馆",
    "从会上获悉，负责人表示",
    "全村脱贫，美丽乡村建设提速",
    "城中村改造，新农村，该村，邻村，奥运村",
    "施工方表示，管理层认为",
    "总经理表示，公司将扩产",
    "新建口袋公园和街心公园",
]


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_names_nothing(text: str) -> None:
    assert not names(extractor().extract(text))


PERSONS = [
    ("总经理<林宏远>介绍说", "总经理"),
    ("董事長<林彥廷>致詞", "董事长"),
    ("記者 <方若瀾> 攝", "记者"),
    ("特首<林見微>宣布", "特首"),
    ("縣長<周蕙敏>（左二）出席", "县长"),
    ("<李桐江>副区长到场", "副区长"),
    ("<周啟明>院士領銜", "院士"),
    ("总经理<王建国>介绍", "总经理"),  # the dictionary holds the name
    ("<王建国>教授到场", "教授"),
    ("“订单排到明年。”<沈百川>说", None),
    ("“很好。”<王建国>说", None),
    ("展会上，<贺九州>介绍", None),
    ("<林沐青>指出，訂單回溫", None),
    ("文/<冀文澜>", None),
    ("文／<冀文瀾>　圖／<林沐青>", None),
    # two-character surnames
    ("<欧阳澜>副县长到场", "副县长"),
    ("<司馬明遠>總經理表示", "总经理"),
    ("<诸葛文澜>教授介绍", "教授"),
    ("<上官若水>说", None),
    ("受访者<夏侯文渊>告诉记者", "受访者"),
    # the dot of foreign and of many ethnic names
    ("<约翰·卡特>出席", None),
    ("首席执行官<埃隆·维斯克>到访", "首席执行官"),
    ("<約翰·韋斯克>執行長指出", "执行长"),
    ("教练<何塞·马里奥·迪亚斯>说", "教练"),
    ("村民<买买提·艾力>介绍", "村民"),
    ("村民<阿卜杜热合曼·吐尔逊>说", "村民"),
    ("<扎西·多吉>介绍", None),
    # a given name that ends in a word of its own
    ("(记者<李江月>)", "记者"),
]


@pytest.mark.parametrize(("marked", "title"), PERSONS)
def test_persons(marked: str, title: str | None) -> None:
    document = check(marked, "person")
    assert {m.title for m in names(document)} == {title}


def test_persons_of_one_post() -> None:
    document = check("记者<方若澜>、<陶七贤>报道", "person")
    assert [m.title for m in names(document)] == ["记者", "记者"]


DOTS = ["丝路·长春论坛", "“山海·临川”摄影展", "雲湖·天街廣場", "高端·绿色·智能"]


@pytest.mark.parametrize("text", DOTS)
def test_a_dot_alone_makes_no_person(text: str) -> None:
    assert not [m for m in names(extractor().extract(text)) if m.label == "person"]


PLACES = [
    "<长春市绿园区>的企业",
    "<吉林省长春市绿园区>的企業",
    "<新北市板橋區>與<台中市西屯區>",
    "<香港>與<澳門>",
    "<中国>、<日本>和<德国>",
    "<北京市>、<天津市>和<河北省>",
    "位于<云湖高新区>的厂房",
    "<雲湖科學園區>擴建",
    "走进<桐坞村>的茶园",
    "<临樟县澜溪镇桐坞村>的茶园",
    "沿<国道1号>北上，紧邻<台88线快速道路>",
]


@pytest.mark.parametrize("marked", PLACES)
def test_places(marked: str) -> None:
    check(marked, "place")


OFFICES = [
    ("<云湖高新区>产值增长，<云湖高新区管委会>表示", "place org"),
    ("<云湖经济技术开发区管理委员会>与<云湖经济技术开发区>", "org place"),
    ("<長春新區>擴容，<長春新區管委會>公布", "place org"),
    ("<绿园区>增长，<绿园区科技局>通报，<绿园区政府>支持", "place org org"),
    ("<临樟市>增长，<临樟市委>、市政府部署", "place org"),
]


@pytest.mark.parametrize(("marked", "labels"), OFFICES)
def test_zones_are_places_and_their_offices_bodies(marked: str, labels: str) -> None:
    check(marked, labels)


LISTS = [
    ("培育了<云峦>、<锦穗>、<拓石>等一批骨干企业", "org"),
    ("与<星翎>、<博远>、<岚图>等车企合作", "org"),
    ("吸引了<澜图>、<海芯>和<拓元>等高新技术企业落户", "org"),
    ("集聚<雲巒>、<錦穗>、<拓石>等廠商", "org"),
    ("来自<临川大学>、<北麓大学>和<澜江学院>的专家", "org"),
    ("与<云峦科技有限公司>、<锦穗股份有限公司>及<拓石集团>签约", "org"),
    ("<长春>、<吉林>和<四平>三市", "place"),
    ("苹果、梨等水果上市", "org"),
    ("研发、设计、检测等服务机构", "org"),
]


@pytest.mark.parametrize(("marked", "labels"), LISTS)
def test_lists_are_split(marked: str, labels: str) -> None:
    check(marked, labels)


NUMBERED = [
    # text, label of its names, figures that stand all the same
    ("<三一重工>产值增长", "org", []),
    ("<三一集团>一年投资三亿元", "org", ["一年", "三亿元"]),
    ("<一汽>与<五矿>签约", "org", []),
    ("<一汽大众>销量增长5%", "org", ["5%"]),
    ("<六安市>去年增长", "place", ["去年"]),
    ("<九江>两家配套厂", "place", ["两家"]),
    ("<八一镇>有3家企业", "place", ["3家"]),
    ("<三里屯街道>扩容", "place", []),
    ("<三亚>、<四平>和<五大连池>", "place", []),
    ("<三门峡市>与<十堰市>", "place", []),
    ("<第一财经>记者", "org", []),
    ("據<第一財經>報導", "org", []),
    ("<二十一世纪经济报道>记者获悉", "org", []),
    ("<7-Eleven>门店超百家", "org", ["百家"]),
    ("在<301医院>就诊3天", "org", ["3天"]),
    ("<京东方A>涨停", "org", []),
    ("<海康威视>（002415.SZ）涨3%", "org", ["3%"]),
    ("<臨川縣立第二醫院>啟用", "org", []),
    ("C919交付3架", "org", ["3架"]),
    ("IL-1β抗体与GB/T 4754-2017标准", "org", []),
    ("一带一路与一网通办", "org", []),
    ("他一汽车就走", "org", []),
]


@pytest.mark.parametrize(("marked", "label", "figures"), NUMBERED)
def test_numbers_in_names(marked: str, label: str, figures: list[str]) -> None:
    document = check(marked, label)
    assert [m.text for m in document.mentions if not isinstance(m, EntityMention)] == figures


WORKS = [
    "印发《<2025年云湖区优化营商环境工作举措>》",
    "《<都市更新條例>》修正",
    "《<关于印发〈临川市规划〉的通知>》",
]


@pytest.mark.parametrize("marked", WORKS)
def test_nothing_is_found_inside_a_work(marked: str) -> None:
    document = check(marked, "work")
    assert len(document.mentions) == 1
