"""The engine behind every check cell of the book.

A plain assert says *that* an answer is wrong. These checks try to say *why*. An exercise is data:

- `answer`: a right answer, called in float64 so that a more exact answer is never punished;
- `cases`: designed inputs, small ones first, because the first that fails is shown;
- `laws`: properties that every right answer has, for answers that are random or can differ;
- `mistakes`: a row for each misconception: the edits that make it of the right answer (or a function of its own, or
  None if only a law finds it), and what to say about it in English and in Korean.

If your function fails, the engine looks for the mistake that returns what yours returns, on every input, and says its
message. `points` are 1, 2 or 3, the number of ● in the notebook; `repr` of a result is the number that nbgrader reads,
and a recognized mistake earns at most half of it.

tests/answers/chNN.py holds what only the tests need: RIGHT, two or more differently written right answers; WRONG,
further wrong ones, by the message they deserve; EQUIVALENT, the small changes of the solution that change nothing, and
why. The tests run every mistake through its check, and compare points and nbgrader's metadata with the notebook.
"""

import contextlib
import ctypes
import inspect
import io
import itertools
import linecache
import os
import queue
import textwrap
import threading
import time
import traceback
import warnings
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import torch
from torch.overrides import TorchFunctionMode

NOT_YOURS = (__file__, str(Path(torch.__file__).parents[1]), os.path.dirname(os.__file__), "<frozen")
LUCK = ("global", "constant", "frozen")  # what random_law can find
AUTOGRAD = ("grad", "backward", "_make_dual")  # forbid these, and no derivative comes for free
PATIENCE = 100_000  # torch calls in one call of an answer before we stop waiting
SECONDS = 5  # of processor time for one call; of waiting, ten times as much
TOLERANCE = {torch.float64: 1e-5, torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}

WORDS = {  # what can be wrong in any exercise: key -> (English, Korean)
    "none": (
        "Your function returns None. Is there a `return` on every path?",
        "함수가 None을 돌려줘요. 어느 길로 가도 `return`을 만나나요?",
    ),
    "type": (
        "Your function returns {got}. The docstring asks for {want}.",
        "함수가 {got} 타입을 돌려줘요. docstring이 말하는 것은 {want} 타입이에요.",
    ),
    "length": ("You return {got} tensors. There should be {want}.", "돌려준 텐서가 {got}개예요. {want}개여야 해요."),
    "shape": (
        "Your answer has shape {got}. Here it should have shape {want}.",
        "답의 모양이 {got}인데, 여기서는 {want} 모양이어야 해요.",
    ),
    "dtype": (
        "Your answer has dtype {got}. It should be {want}.",
        "답의 dtype이 {got}인데, 여기서는 {want} 타입이어야 해요.",
    ),
    "nan": (
        "Your answer contains nan or inf. Which step divides by zero, or takes the log of zero?",
        "답에 nan이나 inf가 있어요. 0으로 나누거나 0에 로그를 취하는 곳이 어디일까요?",
    ),
    "value": (
        "The values are not right yet. Work this one out by hand:",
        "아직 값이 맞지 않아요. 이 예를 손으로 계산해 보세요.",
    ),
    "modified": (
        "Your function writes into its input. The caller still needs it: make a new tensor instead.",
        "함수가 입력을 고쳐 써요. 부른 쪽에서 아직 그 값을 써야 하니, 새 텐서를 만들어 보세요.",
    ),
    "forbidden": (
        "This exercise is about doing it by hand: please leave out `{got}`.",
        "손으로 직접 해 보는 문제예요. `{got}` 없이 풀어 보세요.",
    ),
    "endless": (
        "Your function does not seem to stop. Which loop never ends for this input?",
        "함수가 끝나지 않는 것 같아요. 이 입력에서 끝나지 않는 반복문은 어느 것일까요?",
    ),
    "error": ("Your function stops with {got}", "함수가 오류를 내고 멈춰요: {got}"),
    "unwritten": (
        "Not written yet: put your answer in place of `raise NotImplementedError()`.",
        "아직 쓰지 않았어요. `raise NotImplementedError()`를 지우고 그 자리에 답을 써 보세요.",
    ),
    "function": ("Pass the function itself, without calling it.", "함수를 부르지 말고 함수 그 자체를 넘겨주세요."),
    "global": (
        "The same generator gave two different answers. Which of your random draws does not use `generator`?",
        "같은 생성기인데 답이 두 번 달라요. `generator`를 쓰지 않는 난수는 어느 것일까요?",
    ),
    "constant": (
        "Generators with different seeds all give the same answer. Where does chance come in?",
        "시드가 다른 생성기들이 모두 같은 답을 내요. 우연은 어디에서 들어오나요?",
    ),
    "frozen": (
        "Two calls in a row with one generator give the same answer. Draw from the generator you were given, "
        "do not start it again.",
        "생성기 하나로 두 번 이어서 불렀는데 답이 같아요. 받은 생성기를 새로 시작하지 말고 이어서 뽑아 보세요.",
    ),
}
SMALL = 24  # numbers that a message shows in full
LABELS = {"want": ("expected", "기대한 값"), "got": ("got", "나온 값"), "line": ("line", "줄"), "at": ("at", "위치")}
spoken = "en"
idle = []  # threads that wait for work


def speak(language):
    """Say what is said from now on in this language: "en" or "ko". BYHAND_LANG in the environment has the last word."""
    global spoken
    if language not in ("en", "ko"):
        raise ValueError(f'language {language!r}: choose "en" or "ko"')
    spoken = language


def pick(pair):
    return pair[(os.environ.get("BYHAND_LANG") or spoken) == "ko"]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def show(value):
    """A value in a few characters: small tensors in full, large ones by their shape."""
    if isinstance(value, torch.Tensor):
        if value.numel() > SMALL:
            return f"tensor{tuple(value.shape)}"
        return show(value.tolist())
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(show, value)) + "]"
    if isinstance(value, float):  # nan is neither small nor large, and shown as nan
        return str(0.0 if abs(value) <= 1e-12 else float(f"{value:.4f}" if abs(value) > 0.01 else f"{value:.3g}"))
    return "generator" if isinstance(value, torch.Generator) else repr(value)


def difference(got, want, at=""):
    """Expected and got in words: a small answer in full, of a large one the first entry that differs."""
    parts = want if isinstance(want, (list, tuple)) else [want]
    if sum(part.numel() for part in parts) <= SMALL and show(got) != show(want):
        text = f"{pick(LABELS['want'])}: {show(want)}\n{pick(LABELS['got'])}: {show(got)}"
        return f"{pick(LABELS['at'])} {at}:\n{text}" if at else text
    if parts is want:
        first = next(i for i, part in enumerate(want) if not same(got[i], part, tolerance_of(got[i])))
        return difference(got[first], want[first], f"[{first}]")
    tolerance = tolerance_of(got)
    close = torch.isclose(got.double(), want.double(), tolerance, tolerance, equal_nan=True)
    first = tuple((~close).nonzero()[0].tolist())
    one, other = (f"{x[first].item():.6g}" if x.is_floating_point() else str(x[first].item()) for x in (want, got))
    at += str(list(first)) if first else ""  # a single number has no position
    text = f"{pick(LABELS['want'])} {one}, {pick(LABELS['got'])} {other}"
    return f"{pick(LABELS['at'])} {at}: {text}" if at else text


def copy(value, dtype=None):
    """A deep copy of tensors in lists and tuples; floats become `dtype` if it is given."""
    if isinstance(value, torch.Tensor):
        return value.clone().to(dtype) if dtype and value.is_floating_point() else value.clone()
    return type(value)(copy(v, dtype) for v in value) if isinstance(value, (list, tuple)) else value


def same(a, b, tolerance=1e-5):
    """Are two answers equal, whatever they are (tensors, lists of them, None)?"""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        wide = torch.complex128 if a.is_complex() or b.is_complex() else torch.float64
        return a.shape == b.shape and torch.allclose(a.to(wide), b.to(wide), tolerance, tolerance, equal_nan=True)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b))
    return type(a) is type(b) and (a is b or not isinstance(a, torch.Tensor) and bool(a == b))


def edited(function, *edits):
    """A function like this one, its source changed: each edit, "old -> new", changes the one place where old occurs."""
    source = textwrap.dedent(inspect.getsource(function))
    for edit in edits:
        old, _, new = edit.partition(" -> ")
        if source.count(old) != 1:
            raise ValueError(f"{old!r} occurs {source.count(old)} times in {function.__name__}:\n{source}")
        source = source.replace(old, new)
    file, made = f"<{function.__name__} with {'; '.join(edits)}>", {}
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), function.__globals__, made)
    return made[function.__name__]


class Wrong(BaseException):
    """Raised inside a check: what is wrong (a key), with facts for the message and an example.

    Not an Exception, so that a `try: ... except Exception` in an answer does not swallow it."""

    def __init__(self, key, example="", value=None, **facts):
        self.key, self.example, self.value, self.facts = key, example, value, facts


class Stop(BaseException):
    """Raised inside an answer that does not stop by itself."""


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


def helper():
    """A thread that does what it is given and puts what comes out, a value and an error, into its results."""
    jobs, results = queue.SimpleQueue(), queue.SimpleQueue()

    def run():
        while work := jobs.get():
            try:
                results.put((work(), None))
            except BaseException as error:
                results.put((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, jobs, results


def at_once(work):
    """For answers that are known to stop: here and now."""
    return work()


def limited(work):
    """What `work()` returns or raises; Wrong if it does not stop.

    It runs in a thread of its own and this one waits, so what stops it can reach no line but those of the answer. That
    works in any thread, on every system; a loop that swallows exceptions is asked again, and left behind at last."""
    thread, jobs, results = idle.pop() if idle else helper()
    start, done = None, False
    jobs.put(work)
    try:
        while not done:
            try:
                value, error = results.get(timeout=0.1)
                done = True
            except queue.Empty:
                now = time.process_time(), time.monotonic()
                start = start or now
                if now[0] - start[0] > SECONDS or now[1] - start[1] > 10 * SECONDS:
                    break
    finally:  # also if you press stop
        if done:
            idle.append((thread, jobs, results))
        else:
            jobs.put(None)
        for _ in range(0 if done else 1000):
            if thread.is_alive():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stop))
                thread.join(0.001)
    if not done:
        raise Wrong("endless")
    if error is not None:
        raise error
    return value


def tolerance_of(tensor):
    """How far an answer of this dtype may be from the right one; whole numbers not at all."""
    return TOLERANCE.get(tensor.dtype, 0)


def compare(got, want, dtype=None):
    """Raise Wrong with the plainest reason why `got` is not `want`; dtype None accepts any floating dtype."""
    if isinstance(want, (list, tuple)):
        expect_tensors(got, *[None] * len(want), kind=type(want).__name__)
        for one, other in zip(got, want):
            compare(one, other, dtype)
        return
    expect_tensor(got, want.shape)
    if not want.is_floating_point():
        if got.is_floating_point() or got.is_complex() or (got.dtype == torch.bool) != (want.dtype == torch.bool):
            raise Wrong("dtype", value=got, got=got.dtype, want=want.dtype)
    elif not got.is_floating_point() or dtype and got.dtype != dtype:
        raise Wrong("dtype", value=got, got=got.dtype, want=dtype or "float")
    if not same(got, want, tolerance_of(got)):
        raise Wrong("value" if got.isfinite().all() else "nan", value=got)


def expect_tensor(got, shape=None):
    """The answer, or Wrong unless it is a tensor (of this shape, if one is given)."""
    if got is None:
        raise Wrong("none")
    if not isinstance(got, torch.Tensor):
        raise Wrong("type", value=got, got=type(got).__name__, want="tensor")
    if got.device.type != "cpu" or got.layout != torch.strided:  # it cannot be compared with anything
        raise Wrong("type", got=f"tensor ({got.device}, {got.layout})", want=f"tensor (cpu, {torch.strided})")
    if shape is not None and got.shape != torch.Size(shape):
        raise Wrong("shape", value=got, got=tuple(got.shape), want=tuple(shape))
    return got


def expect_tensors(got, *shapes, kind="tuple"):
    """The answer, or Wrong unless it is a list or tuple with a tensor of each of these shapes (None: any shape)."""
    if got is None:
        raise Wrong("none")
    if not isinstance(got, (list, tuple)):
        raise Wrong("type", value=got, got=type(got).__name__, want=kind)
    if len(got) != len(shapes):
        raise Wrong("length", value=got, got=len(got), want=len(shapes))
    for one, shape in zip(got, shapes):
        expect_tensor(one, shape)
    return got


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
        self.points = int(100 * points) / 100  # rounded down: full points only if all pass

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
    points: int  # 1, 2, 3 for ●○○, ●●○, ●●●
    answer: object  # a right answer, as a learner could have written it
    mistakes: dict  # misconception -> (edit, edits, function or None; English; Korean)
    cases: object = None  # cases(rng) -> a list of argument tuples, small ones first
    laws: tuple = ()  # law(call, rng) raises Wrong, or returns
    forbidden: tuple = ()  # names of torch functions
    known: dict = field(default_factory=dict, init=False, repr=False)  # what the mistakes answer, once needed

    def __call__(self, answer, seed=0):
        if not callable(answer):
            return self.report([Outcome("function")] * len(self.outcomes(self.answer)), seed)
        return self.report(self.outcomes(answer, seed), seed)

    def mistaken(self, key):
        """The wrong answer that this misconception leads to, as a function; None if only a law finds it."""
        made = self.mistakes[key][0]
        return made if made is None or callable(made) else self.variant(made)

    def variant(self, edits):
        """The right answer, with an edit or a tuple of edits."""
        return edited(self.answer, *([edits] if isinstance(edits, str) else edits))

    def words(self, key):
        """The message for a key, in both languages."""
        return self.mistakes[key][1:] if key in self.mistakes else WORDS[key]

    def report(self, outcomes, seed=0):
        """The result of these outcomes: points, and the one message that says most."""
        passed, total = sum(o.key is None for o in outcomes), len(outcomes)
        if passed == total:
            return Result(self.name, passed, total, self.points)
        key, said = self.diagnose(outcomes, seed)
        text = "\n".join([pick(self.words(key)).format(**said.facts), *filter(None, [said.example])])
        most = self.points / 2 if key in self.mistakes or key in LUCK else self.points
        return Result(self.name, passed, total, min(self.points * passed / total, most), key, text)

    def call(self, answer, *args, patience=None, run=limited):
        """Call an answer: guarded, watched, and with a copy of the arguments. Raises Wrong."""
        given = copy(args)

        def work():
            with Watch(self.forbidden, patience or PATIENCE), torch.enable_grad():
                return answer(*given)

        quiet = contextlib.redirect_stderr(io.StringIO())  # nbgrader gives 0 points if anything is on stderr
        try:
            with warnings.catch_warnings(), quiet:
                warnings.simplefilter("ignore")
                value = run(work)
        except Wrong as wrong:
            wrong.example = self.shown(args)
            raise
        except (Exception, SystemExit) as error:
            frames = traceback.extract_tb(error.__traceback__)
            yours = [f for f in frames if not f.filename.startswith(NOT_YOURS)]
            if isinstance(error, NotImplementedError) and yours and frames[-1] == yours[-1]:
                raise Wrong("unwritten") from None  # an untouched stub: nothing to check yet
            at = ""
            if yours:
                source = linecache.getline(yours[-1].filename, yours[-1].lineno).strip()
                at = f"\n{pick(LABELS['line'])} {yours[-1].lineno}: {source}"
            what = f"{type(error).__name__}: {error}"
            raise Wrong("error", self.shown(args) + at, what, got=what) from None
        if not same(given, args, 0):
            raise Wrong("modified", self.shown(args), value)
        return value

    def shown(self, args):
        """The call with these arguments, as you could write it."""
        return f"{self.name}({', '.join(map(show, args))})"

    def outcomes(self, answer, seed=0, run=limited):
        """Every check of this answer, in a list."""
        return list(self.each_outcome(answer, seed, run))

    def each_outcome(self, answer, seed=0, run=limited):
        """Every check of this answer, in order: the cases, then the laws."""
        while idle:  # Jupyter shows what a thread prints below the cell that started it
            idle.pop()[1].put(None)
        cases = self.cases(seeded(seed)) if self.cases else ()
        checks = [lambda call, rng, args=args: self.case(call, args) for args in cases]
        outcome, refused, latest = Outcome(None), None, ()

        def call(*args, **limit):
            nonlocal latest
            latest = args
            return self.call(answer, *args, run=run, **limit)

        for number, check in enumerate([*checks, *self.laws]):
            if outcome.key not in ("endless", "unwritten"):  # once is enough
                try:
                    with warnings.catch_warnings():  # of odd dtypes: on stderr they would cost all points
                        warnings.simplefilter("ignore")
                        outcome = Outcome(None, check(call, seeded(seed + number)))
                except Wrong as wrong:
                    plain = wrong.key in WORDS and wrong.key not in (*LUCK, "unwritten")
                    example = wrong.example or (self.shown(latest) if plain else "")
                    outcome = Outcome(wrong.key, wrong.value, example, wrong.facts)
                except Exception:  # a law stumbles over an answer that a case has refused already
                    if refused is None:
                        raise
                    outcome = refused
            refused = refused or (outcome if outcome.key else None)
            yield outcome

    def case(self, call, args):
        """One designed input: the answer against the right one in float64."""
        want = self.answer(*copy(args, torch.float64))
        flat = itertools.chain(*(a if isinstance(a, (list, tuple)) else [a] for a in args))
        dtypes = [a.dtype for a in flat if isinstance(a, torch.Tensor) and a.is_floating_point()]
        got = call(*args)
        try:
            compare(got, want, dtypes[0] if dtypes else None)
        except Wrong as wrong:
            wrong.example = self.shown(args)
            if wrong.key in ("value", "nan"):
                wrong.example += "\n" + difference(got, want)
            raise
        return got

    def diagnose(self, outcomes, seed=0):
        """The key of the most specific message, and the outcome to show with it."""
        first, failed = next((i, o) for i, o in enumerate(outcomes) if o.key)
        if self.cases and failed.key not in ("function", "unwritten"):
            for keys in self.combinations(seed):
                if self.explains(keys, outcomes, seed):
                    key = next(k for k in keys if failed.agrees(self.known[seed][k][first]))
                    return key, Outcome(key, example=failed.example, facts=failed.facts)
        named = [o for o in outcomes if o.key in self.mistakes or o.key in LUCK]  # by law
        if not named or failed.key not in ("value", "shape"):  # None, nan, an exception: plain words say it best
            return failed.key, failed
        said = named[0]  # its sentence, and the smallest case that fails
        example = "\n".join(filter(None, [said.example, failed.example])) if said is not failed else said.example
        return said.key, Outcome(said.key, example=example, facts=said.facts)

    def combinations(self, seed):
        """One misconception, or two side by side."""
        if seed not in self.known:
            wrong = {key: self.mistaken(key) for key in self.mistakes}
            self.known[seed] = {key: self.outcomes(answer, seed, at_once) for key, answer in wrong.items() if answer}
        return itertools.chain(*(itertools.combinations(self.known[seed], size) for size in (1, 2)))

    def explains(self, keys, outcomes, seed):
        """Do these misconceptions answer like this, each outcome as one of those that fail there, or right?"""
        for number, outcome in enumerate(outcomes):
            failing = [o for key in keys if (o := self.known[seed][key][number]).key]
            if not (any(map(outcome.agrees, failing)) if failing else outcome.key is None):
                return False
        return True
