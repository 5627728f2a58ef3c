"""The checks are checked: right answers pass, wrong answers fail, and each is told what is wrong with it.

Every exercise in every module checks/chNN.py is found by itself. `pytest tests/test_checks.py -s` prints the figures.
"""

import ast
import builtins
import concurrent.futures
import copy
import functools
import importlib
import json
import math
import re
import sys
import warnings
from collections import Counter
from pathlib import Path

import pytest
import torch
from nbformat import from_dict
from nbgrader.utils import determine_grade

from byhand.attention import masked_softmax
from byhand_checks import ch01, ch02, ch06, engine
from byhand_checks.engine import Exercise

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(p.stem for p in (ROOT / "tests" / "answers").glob("ch[0-9][0-9].py"))
EXERCISES = {
    f"{module}.{name.removeprefix('check_')}": exercise
    for module in MODULES
    for name, exercise in vars(importlib.import_module(f"byhand_checks.{module}")).items()
    if isinstance(exercise, Exercise)
}
ANSWERS = {module: importlib.import_module(f"answers.{module}") for module in MODULES}
FIGURES = dict(
    right=0, false_rejects=0, wrong=0, false_accepts=0, messages=0, wrong_messages=0, mechanical=0, equivalent=0
)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.delenv("BYHAND_LANG", raising=False)
    monkeypatch.setattr(engine, "spoken", "en")


def answers(name, kind):
    """What tests/answers says about an exercise: kind "RIGHT", "WRONG" or "EQUIVALENT"."""
    module, function = name.split(".")
    return getattr(ANSWERS[module], kind).get(function, {})


def right(name):
    return [EXERCISES[name].answer, *answers(name, "RIGHT")]


def wrong(name):
    """Misconception -> wrong answers: first the one of the check, then those of the tests."""
    exercise = EXERCISES[name]
    found = {key: [made] for key in exercise.mistakes if (made := exercise.mistaken(key))}
    for key, more in (answers(name, "WRONG") or {}).items():
        found.setdefault(key, []).extend(made if callable(made) else exercise.variant(made) for made in more)
    return found


def each(table):
    """Parametrize over a list of (name, ...) tuples, named readably."""
    ids = ["-".join(str(x) for x in row if isinstance(x, (str, int))) for row in table]
    return pytest.mark.parametrize("case", table, ids=ids)


def cells(path):
    return [c | {"source": "".join(c["source"])} for c in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def notebook_of(name, folder="solutions"):
    number = name.split(".")[0].removeprefix("ch")
    return next((ROOT / folder).glob(f"{number}-*/{number}-*.ipynb"), None)


def cell_of(name, kind, folder="solutions"):
    """The cell with the answer ("answer") or with the check ("check") of an exercise, and its metadata."""
    module, function = name.split(".")
    pattern = rf"^def {function}\(" if kind == "answer" else rf"\A{module}\.check_{function}\({function}\)\Z"
    found = [
        c
        for c in cells(notebook_of(name, folder))
        if c["cell_type"] == "code" and re.search(pattern, c["source"], re.M)
    ]
    assert len(found) == 1, (name, kind, len(found))
    return found[0]["source"], found[0]["metadata"]["nbgrader"]


def define(source, function):
    """Run a cell's source, with the imports of the exercise notebook, and return its function."""
    space = {"torch": torch, "math": math, "Counter": Counter, "masked_softmax": masked_softmax}
    exec(compile(source, "<answer>", "exec"), space)
    return space[function]


def burn(answer, numbers):
    """The same answer on another stream of chance: some numbers of the generator are used up first."""

    def burned(*args):
        for generator in args:
            if isinstance(generator, torch.Generator):
                torch.rand(numbers, generator=generator)
        return answer(*args)

    return burned


RIGHT = [(name, number, answer) for name, e in EXERCISES.items() for number, answer in enumerate(right(name))]
WRONG = [
    (name, key, number, answer)
    for name in EXERCISES
    for key, answers in wrong(name).items()
    for number, answer in enumerate(answers)
]


@each(RIGHT)
def test_right_answers_pass(case):
    name, number, answer = case
    exercise = EXERCISES[name]
    for seed in range(5):
        result = exercise(answer if exercise.cases else burn(answer, seed), seed)
        FIGURES["right"] += 1
        FIGURES["false_rejects"] += result.key is not None
        assert result.key is None and result.points == exercise.points, str(result)


@pytest.mark.parametrize("name", [name for name, e in EXERCISES.items() if e.cases])
def test_one_percent_off_is_wrong_on_every_input(name):
    """Guards the tolerances: no single case may be so lax that only its neighbors catch a near miss."""
    exercise = EXERCISES[name]

    def off(value):
        if isinstance(value, (list, tuple)):
            return [off(v) for v in value]
        return value * 1.01 if value.is_floating_point() else value + 1

    near = exercise.outcomes(lambda *args: off(exercise.answer(*args)))
    for args, outcome in zip(exercise.cases(engine.seeded(0)), near):
        answer = exercise.answer(*args)
        parts = answer if isinstance(answer, (list, tuple)) else [answer]
        assert outcome.key == "value" or all(part.abs().max() < 1e-6 for part in parts), engine.show(args)


@each(WRONG)
def test_wrong_answers_fail_with_their_own_message(case):
    name, key, _, answer = case
    exercise = EXERCISES[name]
    for seed in (0, 1):
        outcomes = exercise.outcomes(answer, seed, engine.limited if key == "endless" else engine.at_once)
        for number, language in enumerate(("en", "ko")):
            engine.speak(language)
            result = exercise.report(outcomes, seed)
            FIGURES["wrong"] += 1
            FIGURES["messages"] += 1
            FIGURES["false_accepts"] += result.key is None
            FIGURES["wrong_messages"] += result.key != key
            assert result.key == key, f"meant {key}, said {result}"
            assert result.points <= (exercise.points / 2 if key in exercise.mistakes else 0.99 * exercise.points)
            pattern = re.sub(r"\\{.*?\\}", ".*", re.escape(exercise.words(key)[number]))
            assert re.fullmatch(pattern, str(result).split("\n")[1]), str(result)


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_three_right_answers_and_every_answer_has_its_exercise(name):
    assert len(right(name)) >= 3
    assert set(wrong(name)) <= set(EXERCISES[name].mistakes) | set(engine.WORDS)
    functions = {exercise.name for other, exercise in EXERCISES.items() if other[:4] == name[:4]}
    answered = ANSWERS[name.split(".")[0]]
    assert set(answered.RIGHT) == functions >= set(answered.WRONG) | set(answered.EQUIVALENT)


@pytest.mark.parametrize("name", EXERCISES)
def test_messages_differ_and_exist_in_both_languages(name):
    mistakes = EXERCISES[name].mistakes
    assert not set(mistakes) & set(engine.WORDS)
    said = {key: tuple(words) for key, (_, *words) in mistakes.items()}
    for language in (0, 1):
        texts = [pair[language].strip() for pair in [*said.values(), *engine.WORDS.values()]]
        assert all(texts) and len(set(texts)) == len(texts)
    for english, korean in said.values():
        assert re.search("[가-힣]", korean) and not re.search("[가-힣]", english)
        assert set(re.findall(r"{\w+}", english)) >= set(re.findall(r"{\w+}", korean))
        assert not re.search(r"[)\]\"'.%$!?]\*{1,2}[가-힣]", korean)


@pytest.mark.parametrize("name", EXERCISES)
def test_notebook_agrees_with_the_check(name):
    exercise = EXERCISES[name]
    source, answer = cell_of(name, "answer")
    _, check = cell_of(name, "check")
    assert (answer["solution"], answer["grade"], answer["locked"]) == (True, False, False)
    assert (check["solution"], check["grade"], check["locked"]) == (False, True, True)
    assert check["points"] == exercise.points and exercise.name == name.split(".")[1]
    text = "\n".join(c["source"] for c in cells(notebook_of(name)))
    before = text[: text.index(f"def {exercise.name}(")]  # the last dots before the function are its own
    assert 'speak("en")' in before
    assert re.findall("●+○*", before)[-1].count("●") == exercise.points
    result = exercise(define(source, exercise.name))
    assert result.key is None and repr(result) == f"{exercise.points:g}", str(result)


@pytest.mark.parametrize("name", EXERCISES)
def test_an_untouched_stub_is_not_written_yet(name):
    source, _ = cell_of(name, "answer")
    stub = re.sub(r"### BEGIN SOLUTION.*### END SOLUTION", "raise NotImplementedError()", source, flags=re.S)
    assert stub != source
    stubs = [stub]
    if notebook_of(name, "exercises"):
        stubs.append(cell_of(name, "answer", "exercises")[0])
    for stub in stubs:
        assert "raise NotImplementedError()" in stub and "SOLUTION" not in stub
        result = EXERCISES[name](define(stub, name.split(".")[1]))
        assert (result.key, result.points) == ("unwritten", 0) and result.message == engine.WORDS["unwritten"][0]


# Mechanical mutation: change one thing in the solution, and see whether the check notices

SWAPS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.Sub],
    ast.Pow: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}
METHODS = {
    "all": "any",
    "any": "all",
    "sum": "mean",
    "norm": "sum",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "log": "exp",
    "where": "argwhere",
    "float": "long",
    "long": "float",
    "round": "int",
    "T": "mT",
}


def changes(tree):
    """Every single change of a function: (position of a node in ast.walk, what changes the node of a copy)."""
    nodes = list(ast.walk(tree))
    names = sorted(
        {n.id for n in nodes if isinstance(n, ast.Name) and n.id not in dir(builtins) + ["torch"]}
        | {a.arg for n in nodes if isinstance(n, ast.arguments) for a in n.args}
    )
    for position, node in enumerate(nodes):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            yield from ((position, lambda n, new=new: setattr(n, "id", new)) for new in names if new != node.id)
        if isinstance(node, ast.Name) and node.id in METHODS:
            yield position, lambda n: setattr(n, "id", METHODS[n.id])
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            yield position, lambda n: setattr(n, "attr", METHODS[n.attr])
        if isinstance(node, (ast.BinOp, ast.BoolOp)):
            yield from ((position, lambda n, new=new: setattr(n, "op", new())) for new in SWAPS.get(type(node.op), []))
            if isinstance(node, ast.BinOp):
                yield position, lambda n: n.__dict__.update(left=n.right, right=n.left)
        if isinstance(node, ast.Compare):
            others = SWAPS.get(type(node.ops[0]), [])
            yield from ((position, lambda n, new=new: setattr(n, "ops", [new()])) for new in others)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            others = {node.value + 1, node.value - 1, -node.value} - {node.value}
            yield from ((position, lambda n, new=new: setattr(n, "value", new)) for new in others)
        if isinstance(node, ast.UnaryOp):
            yield position, lambda n: setattr(n, "op", ast.UAdd())
        if isinstance(node, ast.Call) and len(node.args) > 1:
            yield position, lambda n: n.args.reverse()
        if isinstance(node, ast.Call):
            yield from ((position, lambda n, i=i: n.keywords.pop(i)) for i in range(len(node.keywords)))
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            yield position, lambda n: n.elts.reverse()
        if isinstance(node, ast.Slice):
            ends = [end for end in ("lower", "upper") if getattr(node, end)]
            yield from ((position, lambda n, end=end: setattr(n, end, None)) for end in ends)
        if isinstance(node, (ast.IfExp, ast.If, ast.While)):
            yield position, lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        for body in ("body", "orelse"):
            if isinstance(node, (ast.FunctionDef, ast.For, ast.While, ast.If)) and hasattr(node, body):
                yield from (
                    (position, lambda n, body=body, i=i: getattr(n, body).__setitem__(i, ast.Pass()))
                    for i in range(len(getattr(node, body)))
                )


def without_docstring(source):
    """And without defaults: they are no part of what is checked."""
    tree = ast.parse(source)
    tree.body[0].body = tree.body[0].body[1:]
    tree.body[0].args.defaults = []
    return ast.unparse(tree)


def mechanical_mutants(source):
    """(the changed line, the changed source) for every single change; doubles and unchanged ones are left out."""
    tree = ast.parse(without_docstring(source))
    before, seen = ast.unparse(tree).split("\n"), set()
    for position, change in changes(tree):
        changed = copy.deepcopy(tree)
        change(list(ast.walk(changed))[position])
        text = ast.unparse(ast.fix_missing_locations(changed))
        after = text.split("\n")
        if text not in seen and after != before:
            seen.add(text)
            line = next((i for i, (a, b) in enumerate(zip(before, after)) if a != b), len(before) - 1)
            yield f"{before[line].strip()} → {after[line].strip()}", text


class Canonical(ast.NodeTransformer):
    """Brings what is equal by itself into one form: operands of + * & | in order, .mT for .T."""

    def visit_Attribute(self, node):
        self.generic_visit(node)
        return ast.Attribute(node.value, "mT" if node.attr == "T" else node.attr, node.ctx)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr)):
            parts, todo = [], [node]
            while todo:
                part = todo.pop()
                same = isinstance(part, ast.BinOp) and type(part.op) is type(node.op)
                todo.extend((part.left, part.right)) if same else parts.append(part)
            parts.sort(key=ast.unparse)
            return functools.reduce(lambda left, right: ast.BinOp(left, node.op, right), parts)
        return node


def canonical(source):
    return ast.unparse(Canonical().visit(ast.parse(source)))


def excuse(change, excuses):
    """The first of the excuses, "old → new", that makes this change of a line."""
    before, after = change.split(" → ")
    for text in excuses:
        old, new = text.split(" → ")
        places = [match.start() for match in re.finditer(re.escape(old), before)]
        if any(before[:at] + new + before[at + len(old) :] == after for at in places):
            return text
    return None


@pytest.mark.parametrize("name", EXERCISES)
def test_mechanical_changes_of_the_solution_are_noticed(name, monkeypatch):
    monkeypatch.setattr(engine, "SECONDS", 1)
    monkeypatch.setattr(engine, "PATIENCE", 40_000)
    exercise, excuses, used = EXERCISES[name], answers(name, "EQUIVALENT"), set()
    survived, wrongly_named = [], []
    source, _ = cell_of(name, "answer")
    whole = canonical(without_docstring(source))
    for change, text in mechanical_mutants(source):
        FIGURES["mechanical"] += 1
        changed = define(text, exercise.name)
        run = engine.limited if "while" in text else engine.at_once
        if not exercise.cases and any(outcome.key for outcome in exercise.each_outcome(changed, run=run)):
            continue
        result = exercise.report(exercise.outcomes(changed, run=run))
        if result.key is None:
            FIGURES["equivalent"] += 1
            if canonical(text) != whole:
                used.add(found := excuse(change, excuses))
                survived += [change] * (found is None)
        elif result.key in exercise.mistakes:
            again = exercise.report(exercise.outcomes(changed, 7, run), 7).key  # the same diagnosis on other inputs?
            FIGURES["messages"] += 1
            if again != result.key:
                wrongly_named.append(f"{change}: {result.key}, then {again}")
    FIGURES["false_accepts"] += len(survived)
    FIGURES["wrong_messages"] += len(wrongly_named)
    assert not survived, "accepted, and not in EQUIVALENT:\n" + "\n".join(survived)
    assert not wrongly_named, "\n".join(wrongly_named)
    assert not set(excuses) - used, f"in EQUIVALENT, but rejected: {set(excuses) - used}"


# The engine

SLIPS = {  # what any learner may hand in by accident -> the words for it
    "none": lambda gradients, max_norm: None,
    "type": lambda gradients, max_norm: 1.0,
    "length": lambda gradients, max_norm: gradients + gradients,
    "shape": lambda gradients, max_norm: [g[None] for g in gradients],
    "dtype": lambda gradients, max_norm: [g.half() for g in gradients],
    "nan": lambda gradients, max_norm: [g * float("nan") for g in gradients],
    "value": lambda gradients, max_norm: ch02.clip_gradients(gradients, min(max_norm, 1.0)),
    "error": lambda gradients, max_norm: gradients[7],
    "function": [torch.ones(2)],
}


@pytest.mark.parametrize("key", SLIPS)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_plain_words_for_plain_mistakes(key, lang, monkeypatch):
    monkeypatch.setenv("BYHAND_LANG", lang)
    result = ch02.check_clip_gradients(SLIPS[key])
    assert result.key == key and result.message and "{" not in result.message
    assert bool(re.search("[가-힣]", result.message)) == (lang == "ko")


def test_an_exception_shows_the_learners_own_line(tmp_path):
    file = tmp_path / "answer.py"
    lines = ["import torch", "", "def bag_of_words(tokens, vocab_size):", "    return torch.zeros(2) @ torch.zeros(3)"]
    file.write_text("\n".join(lines) + "\n")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    text = str(ch01.check_bag_of_words(space["bag_of_words"]))
    assert "RuntimeError" in text and "line 4: return torch.zeros(2) @ torch.zeros(3)" in text


def test_a_law_shows_its_sentence_and_the_smallest_case_that_fails():
    result = ch02.check_clip_gradients(lambda gradients, max_norm: [g * min(max_norm, 1.0) for g in gradients])
    assert result.key == "norm" and result.message.splitlines()[1:] == [
        "clip_gradients([[3.0, 4.0]], 2.0)",
        "expected: [[1.2, 1.6]]",
        "got: [[3.0, 4.0]]",
    ]


def test_two_misconceptions_side_by_side():
    def always_and_nan(gradients, max_norm):
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        return [g * max_norm / norm for g in gradients]

    assert ch02.check_clip_gradients(always_and_nan).key == "always"  # the first of the two that shows


def forever(tokens, vocab_size):
    while True:
        pass


def never_counts(tokens, vocab_size):
    i = 0
    while i < vocab_size:
        vocab_size + i


def swallows(tokens, vocab_size):
    while True:
        try:
            sum(range(9))
        except Exception:
            pass


def swallows_all(tokens, vocab_size):
    while True:
        try:
            sum(range(9))
        except:  # noqa: E722
            pass


def calls_torch_for_ever(tokens, vocab_size):
    while True:
        torch.rand(1)


ENDLESS = [forever, never_counts, swallows, swallows_all, calls_torch_for_ever]


@pytest.mark.parametrize("answer", ENDLESS, ids=lambda answer: answer.__name__)
@pytest.mark.parametrize("in_thread", [False, True])
def test_an_endless_loop_is_stopped(answer, in_thread, monkeypatch, capsys):
    monkeypatch.setattr(engine, "SECONDS", 0.3)
    if in_thread:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            result = pool.submit(ch01.check_bag_of_words, answer).result()
    else:
        result = ch01.check_bag_of_words(answer)
    assert result.key == "endless" and result.points == 0 and "bag_of_words([2, 0, 2], 3)" in result.message
    assert ch01.check_bag_of_words(right("ch01.bag_of_words")[0]).key is None  # nothing is left behind
    assert capsys.readouterr().err == ""


def test_an_answer_that_just_finishes_is_not_disturbed(monkeypatch):
    """Whether it is stopped or not: what stops it reaches no line of the check."""
    monkeypatch.setattr(engine, "SECONDS", 0.01)

    def busy(rounds):
        return sum(range(rounds))

    keys = set()
    for rounds in range(100_000, 2_000_000, 100_000):
        try:
            keys.add(engine.limited(lambda: busy(rounds)) == busy(rounds))
        except engine.Wrong as wrong:
            keys.add(wrong.key)
    assert keys <= {True, "endless"}


def test_an_endless_law_keeps_the_points_of_the_others(monkeypatch):
    monkeypatch.setattr(engine, "SECONDS", 0.3)

    def only_small(tokens, vocab_size):
        while vocab_size > 7:
            pass
        return right("ch01.bag_of_words")[0](tokens, vocab_size)

    result = ch01.check_bag_of_words(only_small)
    assert result.key == "endless" and 0 < result.points < 1


def test_the_first_entry_that_differs_is_shown():
    want = torch.zeros(3, 5, 5)
    got = want.clone()
    got[1, 0, 3:] = 0.5
    assert engine.difference(got, want) == "at [1, 0, 3]: expected 0, got 0.5"
    assert engine.difference([want[0], got], [want[0], want]) == "at [1][1, 0, 3]: expected 0, got 0.5"
    assert engine.difference(got[1, 0], want[1, 0]).splitlines() == [
        "expected: [0.0, 0.0, 0.0, 0.0, 0.0]",
        "got: [0.0, 0.0, 0.0, 0.5, 0.5]",
    ]
    engine.speak("ko")
    assert engine.difference(got, want) == "위치 [1, 0, 3]: 기대한 값 0, 나온 값 0.5"


def test_a_part_that_is_right_is_not_shown_as_the_one_that_differs():
    """Each part has the tolerance of its own dtype."""
    want = [torch.arange(30.0).double() / 7, torch.arange(30)]
    got = [torch.arange(30.0) / 7, torch.arange(30) + 1]
    assert engine.difference(got, want) == "at [1][0]: expected 0, got 1"


def test_nan_is_shown_as_nan():
    assert engine.show(torch.tensor([float("nan"), 1e-13, -0.004, 2.0])) == "[nan, 0.0, -0.004, 2.0]"


def test_a_single_number_has_no_position():
    got, want = (torch.tensor(number, dtype=torch.float64) for number in (0.12344, 0.12341))
    assert engine.difference(got, want) == "expected 0.12341, got 0.12344"


STRANGE = {
    "complex": lambda tensor: tensor.to(torch.complex64),
    "sparse": lambda tensor: tensor.to_sparse(),
    "meta": lambda tensor: tensor.to("meta"),
}


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("name", ["ch01.bag_of_words", "ch02.forget_bias", "ch06.lookup", "ch16.top_k"])
def test_a_tensor_of_a_strange_kind_is_told_so(name, strange, capsys):
    exercise = EXERCISES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        result = exercise(lambda *args: STRANGE[strange](exercise.answer(*args)))
    assert result.key in ("dtype", "type", "integers") and capsys.readouterr().err == ""


def test_an_edit_must_fit_once():
    def answer(x):
        return x + x

    assert engine.edited(answer, "x + x -> x + 1")(2) == 3
    for edit in ("x -> y", "z -> y"):
        with pytest.raises(ValueError, match="times in answer"):
            engine.edited(answer, edit)


def test_an_answer_cannot_swallow_what_the_check_raises():
    def tries(states, W_h, last_gradient):
        try:
            return torch.autograd.grad((W_h.requires_grad_() * 1).sum(), W_h)[0]
        except Exception:
            return W_h

    assert ch02.check_weight_gradient(tries).key == "forbidden"


def test_a_missing_piece_in_torch_is_not_an_untouched_stub():
    def uses_what_is_missing(tokens, vocab_size):
        return torch.zeros(2, device="meta").item()

    assert ch01.check_bag_of_words(uses_what_is_missing).key == "error"


def test_noise_costs_no_points(capsys):
    def noisy(distance, keep):
        warnings.warn("an answer may warn")
        print("an answer may print")
        print("on both streams", file=sys.stderr)
        return torch.logit(keep ** (1 / distance))

    assert ch02.check_forget_bias(noisy).key is None
    assert capsys.readouterr().err == ""  # nbgrader gives 0 points for anything here


def graded(result, points):
    """What nbgrader makes of a check cell that shows this result."""
    data = {"text/plain": repr(result), "text/html": result._repr_html_()}
    return determine_grade(
        from_dict(
            {
                "cell_type": "code",
                "source": "",
                "outputs": [{"output_type": "execute_result", "data": data}],
                "metadata": {"nbgrader": {"grade": True, "solution": False, "points": points, "grade_id": "x"}},
            }
        )
    )


@pytest.mark.parametrize("name", EXERCISES)
def test_nbgrader_reads_the_points(name):
    exercise = EXERCISES[name]
    assert graded(exercise(exercise.answer), exercise.points) == (exercise.points, exercise.points)
    assert graded(exercise(lambda *args: None), exercise.points) == (0, exercise.points)
    for answers in list(wrong(name).values())[:3]:
        got, most = graded(exercise(answers[0]), exercise.points)
        assert 0 <= got < most


def test_a_recognized_mistake_earns_at_most_half():
    outcomes = [engine.Outcome(None)] * 9 + [engine.Outcome("of rows", facts=dict(rows=9, distinct=5, got=4))]
    assert repr(ch01.check_split_without_leak.report(outcomes)) == "1"
    outcomes[-1] = engine.Outcome("error", facts=dict(got="IndexError"))
    assert repr(ch01.check_split_without_leak.report(outcomes)) == "1.8"


def test_the_result_shows_its_message_escaped():
    result = engine.Result("f", 1, 3, 1 / 3, "x", "is a < b?")
    assert "a &lt; b" in result._repr_html_() and repr(result) == "0.33" and str(result) == "✗ f 1/3\nis a < b?"


def test_the_language_is_the_one_spoken(monkeypatch):
    assert engine.pick(("yes", "네")) == "yes"
    engine.speak("ko")
    assert engine.pick(("yes", "네")) == "네"
    monkeypatch.setenv("BYHAND_LANG", "en")
    assert engine.pick(("yes", "네")) == "yes"
    with pytest.raises(ValueError, match='"en" or "ko"'):
        engine.speak("Korean")


def test_references_against_the_world():
    """What the checks take for right, from PyTorch and by calculating back."""
    generator = torch.Generator().manual_seed(0)
    for distance, keep in ch02.bias_cases(generator):
        bias = ch02.check_forget_bias.answer(distance.double(), keep.double())
        torch.testing.assert_close(torch.sigmoid(bias) ** distance, keep.double().expand(bias.shape))
    for query, key, value, mask in ch06.attention_cases(generator):
        mask = mask.expand(*query.shape[:-1], key.shape[-2])
        fused = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask)
        ours = ch06.check_attention_with_mask.answer(query, key, value, mask)
        torch.testing.assert_close(ours, fused, atol=1e-4, rtol=1e-4)


def test_every_chapter_has_answers():
    assert MODULES == sorted(path.stem for path in (ROOT / "checks").glob("ch[0-9][0-9].py"))


def test_every_chapter_has_all_difficulties_and_an_open_question():
    for module in MODULES:
        points = [e.points for name, e in EXERCISES.items() if name.startswith(module)]
        assert {1, 2, 3} <= set(points)
        notebook = notebook_of(f"{module}.x")
        assert notebook, f"no solutions notebook for {module}"
        ids = [c["metadata"]["nbgrader"]["grade_id"] for c in cells(notebook) if "nbgrader" in c["metadata"]]
        assert len(set(ids)) == len(ids) == 2 * len(points)
        assert "question without a check" in notebook.read_text(encoding="utf-8")


def test_figures():
    """Printed last. The zeros are asserted where they are counted; this is the summary."""
    print("\n" + "  ".join(f"{key.replace('_', ' ')} {value}" for key, value in FIGURES.items()))
    assert FIGURES["false_accepts"] == FIGURES["false_rejects"] == FIGURES["wrong_messages"] == 0
