"""The engine behind every check cell of the book.

A plain assert says *that* an answer is wrong. These checks try to say *why*. An exercise is data:

- a right answer (`reference`), called in float64 so that a more exact answer is never punished;
- designed inputs (`cases`), small ones first, because the first that fails is shown;
- properties (`laws`) that every right answer has, for answers that are random or can differ;
- well-known wrong answers (`mutants`), each with the message that names its misconception.

If your function fails, the engine looks for the wrong answer that returns what yours returns, on
every input, and says its message. The tests of the book run every wrong answer through its check.
"""
import contextlib
import io
import itertools
import linecache
import os
import traceback
import warnings
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import torch
from torch.overrides import TorchFunctionMode

ROOT = Path(__file__).resolve().parents[1]
NOT_YOURS = (__file__, str(Path(torch.__file__).parents[1]), os.path.dirname(os.__file__), "<frozen")
LUCK = ("global", "constant", "frozen")              # what random_law can find
AUTOGRAD = ("grad", "backward", "_make_dual")        # forbid these, and no derivative comes for free
PATIENCE = 100_000                                   # torch calls in one answer before we stop waiting
TOLERANCE = {torch.float64: 1e-5, torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}

WORDS = {  # what can be wrong in any exercise: key -> (English, Korean)
    "none": ("Your function returns None. Is there a `return` on every path?",
             "함수가 None을 돌려줘요. 어느 길로 가도 `return`을 만나나요?"),
    "type": ("Your function returns {got}. The docstring asks for {want}.",
             "함수가 {got} 타입을 돌려줘요. docstring이 말하는 것은 {want} 타입이에요."),
    "length": ("You return {got} tensors. There should be {want}.",
               "돌려준 텐서가 {got}개예요. {want}개여야 해요."),
    "shape": ("Your answer has shape {got}. Here it should have shape {want}.",
              "답의 모양이 {got}인데, 여기서는 {want} 모양이어야 해요."),
    "dtype": ("Your answer has dtype {got}. It should be {want}.",
              "답의 dtype이 {got}인데, 여기서는 {want} 타입이어야 해요."),
    "nan": ("Your answer contains nan or inf. Which step divides by zero, or takes the log of zero?",
            "답에 nan이나 inf가 있어요. 0으로 나누거나 0에 로그를 취하는 곳이 어디일까요?"),
    "value": ("The values are not right yet. Work this one out by hand:",
              "아직 값이 맞지 않아요. 이 예를 손으로 계산해 보세요."),
    "modified": ("Your function writes into its input. The caller still needs it: make a new tensor instead.",
                 "함수가 입력을 고쳐 써요. 부른 쪽에서 아직 그 값을 써야 하니, 새 텐서를 만들어 보세요."),
    "forbidden": ("This exercise is about doing it by hand: please leave out `{got}`.",
                  "손으로 직접 해 보는 문제예요. `{got}` 없이 풀어 보세요."),
    "endless": ("Your function does not seem to stop. Which loop never ends for this input?",
                "함수가 끝나지 않는 것 같아요. 이 입력에서 끝나지 않는 반복문은 어느 것일까요?"),
    "error": ("Your function stops with {got}", "함수가 오류를 내고 멈춰요: {got}"),
    "function": ("Pass the function itself, without calling it.", "함수를 부르지 말고 함수 그 자체를 넘겨주세요."),
    "global": ("The same generator gave two different answers. Which of your random draws does not use `generator`?",
               "같은 생성기인데 답이 두 번 달라요. `generator`를 쓰지 않는 난수는 어느 것일까요?"),
    "constant": ("Generators with different seeds all give the same answer. Where does chance come in?",
                 "시드가 다른 생성기들이 모두 같은 답을 내요. 우연은 어디에서 들어오나요?"),
    "frozen": ("Two calls in a row with one generator give the same answer. Draw from the generator you were given, "
               "do not start it anew.",
               "생성기 하나로 두 번 이어서 불렀는데 답이 같아요. 받은 생성기를 새로 시작하지 말고 이어서 뽑아 "
               "보세요."),
}
LABELS = {"want": ("expected", "기대한 값"), "got": ("got", "나온 값"), "line": ("line", "줄")}


def language():
    """The language of the messages: "ko" inside the ko/ folder or with BYHAND_LANG=ko, otherwise "en"."""
    here = Path.cwd().resolve()
    return os.environ.get("BYHAND_LANG") or ("ko" if ROOT / "ko" in (here, *here.parents) else "en")


def pick(pair):
    return pair[1] if language() == "ko" else pair[0]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def show(value):
    """A value in a few characters: small tensors in full, large ones by their shape."""
    if isinstance(value, torch.Tensor):
        if value.numel() > 24:
            return f"tensor{tuple(value.shape)}"
        rounded = value.detach().double().round(decimals=4) if value.is_floating_point() else value
        return str(rounded.tolist())
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(show, value)) + "]"
    return "generator" if isinstance(value, torch.Generator) else repr(value)


def copy(value, dtype=None):
    """A deep copy of tensors in lists and tuples; floats become `dtype` if it is given."""
    if isinstance(value, torch.Tensor):
        return value.clone().to(dtype) if dtype and value.is_floating_point() else value.clone()
    return type(value)(copy(v, dtype) for v in value) if isinstance(value, (list, tuple)) else value


def same(a, b, tolerance=1e-5):
    """Are two answers equal, whatever they are (tensors, lists of them, None)?"""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.shape == b.shape and torch.allclose(a.double(), b.double(), tolerance, tolerance, equal_nan=True)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b))
    return type(a) is type(b) and (a is b or not isinstance(a, torch.Tensor) and bool(a == b))


class Wrong(BaseException):
    """Raised inside a check: what is wrong (a key), with facts for the message and an example.

    Not an Exception, so that a `try: ... except Exception` in an answer does not swallow it."""

    def __init__(self, key, example="", value=None, **facts):
        self.key, self.example, self.value, self.facts = key, example, value, facts


class Watch(TorchFunctionMode):
    """Sees every torch call of an answer, under whatever name it was imported."""

    def __init__(self, forbidden, patience):
        super().__init__()
        self.forbidden, self.patience, self.calls = forbidden, patience, 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.calls += 1
        name = getattr(function, "__name__", "")
        if name in self.forbidden:
            raise Wrong("forbidden", got=name)
        if self.calls > self.patience:
            raise Wrong("endless")
        return function(*args, **(kwargs or {}))


def compare(got, want, dtype=None):
    """Raise Wrong with the plainest reason why `got` is not `want`; dtype None accepts any floating dtype."""
    if got is None:
        raise Wrong("none")
    if isinstance(want, (list, tuple)):
        if not isinstance(got, (list, tuple)):
            raise Wrong("type", value=got, got=type(got).__name__, want="list")
        if len(got) != len(want):
            raise Wrong("length", value=got, got=len(got), want=len(want))
        for one, other in zip(got, want):
            compare(one, other, dtype)
        return
    expect_tensor(got, want.shape)
    if not want.is_floating_point():
        if got.is_floating_point() or got.dtype == torch.bool:
            raise Wrong("dtype", value=got, got=got.dtype, want=want.dtype)
    elif not got.is_floating_point() or dtype and got.dtype != dtype:
        raise Wrong("dtype", value=got, got=got.dtype, want=dtype or "float")
    if not same(got, want, TOLERANCE.get(got.dtype, 0)):
        raise Wrong("value" if got.isfinite().all() else "nan", value=got)


def expect_tensor(got, shape):
    """Raise Wrong unless `got` is a tensor of this shape."""
    if got is None:
        raise Wrong("none")
    if not isinstance(got, torch.Tensor):
        raise Wrong("type", value=got, got=type(got).__name__, want="tensor")
    if got.shape != torch.Size(shape):
        raise Wrong("shape", value=got, got=tuple(got.shape), want=tuple(shape))


def random_law(draw):
    """A law for random answers: all chance comes from the generator. `draw(call, generator)` makes one answer."""
    def law(call, rng):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            first = draw(call, seeded(5))
            torch.manual_seed(2)
            if not same(first, draw(call, seeded(5))):
                raise Wrong("global")
            if all(same(first, draw(call, seeded(seed))) for seed in range(10, 14)):
                raise Wrong("constant")
            generator = seeded(5)
            if all(same(first, draw(call, generator)) for _ in range(4)):
                raise Wrong("frozen")
    return law


@dataclass
class Outcome:
    """One check of one answer: `key` is None if it passed. Two answers that agree in all outcomes are the same."""
    key: str | None
    value: object = None
    example: str = ""
    facts: dict = field(default_factory=dict)

    def agrees(self, other):
        return self.key == other.key and same(self.value, other.value)


class Result:
    """What a check cell shows: text for you, and for nbgrader a number (its repr) between 0 and `points`."""

    def __init__(self, name, passed, total, points, key=None, message=""):
        self.name, self.passed, self.total, self.key, self.message = name, passed, total, key, message
        self.points = int(100 * points * passed / total) / 100         # rounded down: full points only if all pass

    def __str__(self):
        mark = "✓" if self.key is None else "✗"
        return f"{mark} {self.name} {self.passed}/{self.total}" + (f"\n{self.message}" if self.message else "")

    def __repr__(self):
        return f"{self.points:g}"

    def _repr_html_(self):
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'


@dataclass
class Exercise:
    """An exercise and its check. Call it with an answer: `check_forget_bias(forget_bias)`."""
    name: str
    points: int                      # 1, 2, 3 for ●○○, ●●○, ●●●
    messages: dict                   # misconception -> (English, Korean)
    mutants: dict                    # misconception -> a wrong answer that it leads to
    right: list                      # differently written right answers, the first is the reference
    cases: object = None             # cases(rng) -> a list of argument tuples, small ones first
    laws: tuple = ()                 # law(call, rng) raises Wrong, or returns
    forbidden: tuple = ()            # names of torch functions
    also_wrong: dict = field(default_factory=dict)   # misconception -> more wrong answers, for the tests
    known: dict = field(default_factory=dict, init=False, repr=False)    # what the mutants answer, once needed

    def __call__(self, answer, seed=0):
        if not callable(answer):
            total = len(self.outcomes(self.right[0]))
            return Result(self.name, 0, total, self.points, "function", pick(WORDS["function"]))
        outcomes = self.outcomes(answer, seed)
        failed = [o for o in outcomes if o.key]
        if not failed:
            return Result(self.name, len(outcomes), len(outcomes), self.points)
        key, said = self.diagnose(outcomes, seed)
        message = pick(self.messages.get(key) or WORDS[key]).format(**said.facts)
        text = f"{message}\n{said.example}" if said.example else message
        return Result(self.name, len(outcomes) - len(failed), len(outcomes), self.points, key, text)

    def call(self, answer, *args, patience=PATIENCE):
        """Call an answer: guarded, watched, and with a copy of the arguments. Raises Wrong."""
        given = copy(args)
        example = f"{self.name}({', '.join(map(show, args))})"
        quiet = contextlib.redirect_stderr(io.StringIO())      # nbgrader gives 0 points if anything is on stderr
        try:
            with warnings.catch_warnings(), quiet, Watch(self.forbidden, patience):
                warnings.simplefilter("ignore")
                value = answer(*given)
        except Wrong as wrong:
            wrong.example = example
            raise
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            yours = [f for f in frames if not f.filename.startswith(NOT_YOURS)]
            if isinstance(error, NotImplementedError) and yours and frames[-1] == yours[-1]:
                raise                                          # an untouched stub: nothing to check yet
            at = ""
            if yours:
                source = linecache.getline(yours[-1].filename, yours[-1].lineno).strip()
                at = f"\n{pick(LABELS['line'])} {yours[-1].lineno}: {source}"
            what = f"{type(error).__name__}: {error}"
            raise Wrong("error", example + at, what, got=what) from None
        if not same(given, args, 0):
            raise Wrong("modified", example, value)
        return value

    def outcomes(self, answer, seed=0):
        """Every check of this answer, in order: the cases, then the laws."""
        cases = self.cases(seeded(seed)) if self.cases else ()
        checks = [lambda call, rng, args=args: self.case(call, args) for args in cases]
        outcomes = []
        for number, check in enumerate([*checks, *self.laws]):
            if outcomes and outcomes[-1].key == "endless":     # once is enough to wait
                outcomes.append(outcomes[-1])
                continue
            try:
                value = check(lambda *args, **limit: self.call(answer, *args, **limit), seeded(seed + number))
                outcomes.append(Outcome(None, value))
            except Wrong as wrong:
                outcomes.append(Outcome(wrong.key, wrong.value, wrong.example, wrong.facts))
        return outcomes

    def case(self, call, args):
        """One designed input: the answer against the reference in float64."""
        want = self.right[0](*copy(args, torch.float64))
        flat = itertools.chain(*(a if isinstance(a, (list, tuple)) else [a] for a in args))
        dtypes = [a.dtype for a in flat if isinstance(a, torch.Tensor) and a.is_floating_point()]
        got = call(*args)
        try:
            compare(got, want, dtypes[0] if dtypes else None)
        except Wrong as wrong:
            rows = [f"{self.name}({', '.join(map(show, args))})"]
            if wrong.key in ("value", "nan"):
                rows += [f"{pick(LABELS['want'])}: {show(want)}", f"{pick(LABELS['got'])}: {show(got)}"]
            wrong.example = "\n".join(rows)
            raise
        return got

    def diagnose(self, outcomes, seed=0):
        """The key of the most specific message, and the outcome to show with it."""
        failed = [o for o in outcomes if o.key]
        if self.cases:                                         # by fingerprint: who else answers like this?
            if seed not in self.known:
                self.known[seed] = {key: self.outcomes(mutant, seed) for key, mutant in self.mutants.items()}
            known = self.known[seed]
            for size in (1, 2):                                # one misconception, or two side by side
                for keys in itertools.combinations(known, size):
                    guilty = [[m for k in keys if (m := known[k][i]).key] for i in range(len(outcomes))]
                    if all(any(map(o.agrees, g)) if g else not o.key for o, g in zip(outcomes, guilty)):
                        first = next(i for i, o in enumerate(outcomes) if o.key)
                        key = next(k for k in keys if failed[0].agrees(known[k][first]))
                        return key, Outcome(key, example=failed[0].example, facts=failed[0].facts)
        named = [o for o in failed if o.key in self.messages or o.key in LUCK]       # by law
        plain = failed[0].key not in ("value", "shape")        # None, nan, an exception: plain words say it best
        said = failed[0] if plain or not named else named[0]
        return said.key, said
