"""Texts to learn from: Korean sentences with their English, docstrings of the standard library."""

__all__ = ['NOUNS', 'ADJECTIVES', 'GOODS', 'VERBS', 'TIMES', 'listed', 'particle', 'combinations', 'sentence', 'sentences', 'SKIPPED', 'docstrings', 'standard_library_texts']

# %% ../notebooks/14-encoder-decoder.ipynb #corpus-tables
import torch


def listed(text):
    """ "학생 student, …" -> [("학생", "student"), …]"""
    return [tuple(pair.split()) for pair in text.split(", ")]


NOUNS = {
    kind: listed(text)
    for kind, text in {
        "person": "학생 student, 선생님 teacher, 아이 child, 친구 friend, 의사 doctor, "
        "농부 farmer, 가수 singer, 경찰관 policeman, 군인 soldier, 소녀 girl, "
        "소년 boy, 왕 king",
        "food": "빵 bread, 밥 rice, 사과 apples, 국수 noodles, 과일 fruit, 고기 meat",
        "drink": "물 water, 우유 milk, 차 tea, 커피 coffee, 술 wine",
        "text": "책 books, 편지 letters, 시 poems, 소설 novels, 이야기 stories",
        "clothes": "외투 coats, 치마 skirts, 셔츠 shirts, 바지 trousers, 한복 hanboks",
        "ware": "의자 chairs, 컵 cups, 꽃 flowers, 그림 pictures, 시계 clocks",
        "animal": "개 dogs, 고양이 cats, 새 birds, 말 horses, 곰 bears",
    }.items()
}
ADJECTIVES = {
    kind: [("", ""), *listed(text)]
    for kind, text in {
        "person": "좋은 good",
        "food": "좋은 good, 싼 cheap",
        "drink": "좋은 good, 싼 cheap",
        "text": "긴 long, 새 new",
        "clothes": "새 new, 싼 cheap, 작은 small",
        "ware": "새 new, 큰 big, 작은 small",
        "animal": "큰 big, 작은 small",
    }.items()
}
GOODS = "food drink text clothes ware"
VERBS = {  # present and past, in English and in Korean: what they are done to
    "eats ate 먹어요 먹었어요": "food",
    "drinks drank 마셔요 마셨어요": "drink",
    "reads read 읽어요 읽었어요": "text",
    "writes wrote 써요 썼어요": "text",
    "wears wore 입어요 입었어요": "clothes",
    "raises raised 키워요 키웠어요": "animal",
    "buys bought 사요 샀어요": GOODS,
    "sells sold 팔아요 팔았어요": GOODS,
    "brings brought 가져와요 가져왔어요": GOODS,
    "chooses chose 골라요 골랐어요": GOODS + " animal",
    "likes liked 좋아해요 좋아했어요": GOODS + " animal person",
    "sees saw 봐요 봤어요": "clothes ware animal person",
    "draws drew 그려요 그렸어요": "food clothes ware animal person",
    "meets met 만나요 만났어요": "person",
    "helps helped 도와요 도왔어요": "person",
}
TIMES = {  # past? -> (Korean, English)
    True: [
        ("", ""),
        ("오늘", "today"),
        ("어제", "yesterday"),
        ("어젯밤에", "last night"),
    ],
    False: [("", ""), ("오늘", "today"), ("매일", "every day")],
}

# %% ../notebooks/14-encoder-decoder.ipynb #corpus
def particle(noun, closed, open):
    """The noun with its particle: `closed` after a final consonant, or `open`."""
    return noun + (closed if (ord(noun[-1]) - 0xAC00) % 28 else open)


def combinations():
    """All that make sense: (verb, kind, noun), from VERBS and NOUNS[kind]."""
    return [
        (tuple(verb.split()), kind, noun)
        for verb, kinds in VERBS.items()
        for kind in kinds.split()
        for noun in NOUNS[kind]
    ]


def sentence(combination, numbers):
    """(Korean, English) with this verb and object; five numbers in [0, 1) choose."""
    verb, kind, noun = combination
    people = [person for person in NOUNS["person"] if person != noun]
    past, the = (number < 0.5 for number in numbers[:2])
    subject, adjective, time = (
        choices[int(number * len(choices))]
        for choices, number in zip((people, ADJECTIVES[kind], TIMES[past]), numbers[2:])
    )
    korean = (
        particle(subject[0], *("은는" if the else "이가")),
        time[0],
        adjective[0],
        particle(noun[0], *"을를"),
        verb[2 + past],
    )
    english = (
        "the" if the else "a",
        subject[1],
        verb[past],
        "the" if kind == "person" else "",
        adjective[1],
        noun[1],
        time[1],
    )
    return tuple(" ".join(filter(None, words)) for words in (korean, english))


def sentences(number, generator, combinations):
    """`number` pairs (Korean, English), verb and object drawn from combinations."""
    which = torch.randint(len(combinations), (number,), generator=generator)
    numbers = torch.rand(number, 5, generator=generator, dtype=torch.float64)
    return [
        sentence(combinations[i], row)
        for i, row in zip(which.tolist(), numbers.tolist())
    ]

# %% ../notebooks/15-tokens.ipynb #docstrings
import ast
import sysconfig
from pathlib import Path

SKIPPED = {
    "site-packages",
    "dist-packages",
    "test",
    "tests",
    "idlelib",
    "lib2to3",
    "turtledemo",
    "ensurepip",
    "distutils",
    "pydoc_data",
    "__phello__",
}


def docstrings(source):
    """All docstrings in the source of a module, joined by empty lines."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        ast.get_docstring(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, kinds)
    ]
    return "\n\n".join(text for text in found if text)


def standard_library_texts():
    """{module: its docstrings} of Python's standard library, sorted by name."""
    root, texts = Path(sysconfig.get_path("stdlib")), {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if SKIPPED.isdisjoint(parts) and (text := docstrings(path.read_bytes())):
            texts[".".join(parts)] = text
    return dict(sorted(texts.items()))