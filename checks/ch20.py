"""Checks for the exercises of chapter 20, 20-images."""

import torch
import torch.nn.functional as F

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 20.1 cut
def cut(images, size):
    B, H, W, C = images.shape
    x = images.reshape(B, H // size, size, W // size, size, C)
    x = x.permute(0, 1, 3, 2, 4, 5)  # (B, rows, columns, size, size, C)
    return x.flatten(3).flatten(1, 2)  # (B, T, size * size * C)


def cut_cases(rng):
    def draw(B, rows, columns, size, C, dtype=torch.float32):
        return torch.randn(B, rows * size, columns * size, C, generator=rng).to(dtype), size

    small = torch.arange(16).view(1, 4, 4, 1)
    return [
        (small, 2),
        (torch.arange(24).view(1, 2, 4, 3), 2),
        (torch.arange(27).view(1, 3, 3, 3), 1),
        (torch.arange(18).view(2, 3, 3, 1), 3),
        (torch.randint(256, (2, 6, 10, 3), generator=rng).to(torch.uint8), 2),
        *[draw(3, 2, 5, 7, 3), draw(5, 3, 2, 2, 1), draw(2, 7, 3, 5, 4, torch.float64), draw(1, 1, 11, 3, 2)],
        (torch.tensor([3e38, 1e-30, -7.0, 0.0]).repeat(9).view(1, 6, 6, 1), 3),
        (draw(3, 5, 2, 3, 2)[0].transpose(1, 2), 3),
    ]


def stays_in_its_patch(call, rng):
    """A square of one number in a picture of another one is found in one token, whole."""
    images = torch.zeros(2, 6, 15, 2)
    images[1, 3:6, 9:12] = 1.0
    got = expect_tensor(call(images, 3), (2, 10, 18))
    if not torch.equal(got.sum(-1).nonzero(), torch.tensor([[1, 8]])):
        raise Wrong("torn", f"{show(got.sum(-1).nonzero())}", got)


check_cut = Exercise(
    name="cut", points=1, cases=cut_cases, laws=(stays_in_its_patch,), answer=cut,
    mistakes={
        "strips": ("x = x.permute(0, 1, 3, 2, 4, 5) -> x = x.reshape(B, H // size, W // size, size, size, C)",
            "Your tokens are strips: pixels that follow each other in memory. "
            "Which pixels are below each other in the picture?",
            "토큰이 가느다란 띠예요. 메모리에서 이어지는 픽셀을 모았어요. "
            "그림에서 위아래로 붙은 픽셀은 어느 것인가요?"),
        "by columns": ("0, 1, 3, 2, 4, 5 -> 0, 3, 1, 2, 4, 5",
            "You read the patches column by column. Which patch comes second?",
            "패치를 열을 따라 읽었어요. 둘째로 오는 패치는 어느 것인가요?"),
        "pixels by columns": ("0, 1, 3, 2, 4, 5 -> 0, 1, 3, 4, 2, 5",
            "Within a patch you read the pixels column by column.",
            "패치 안에서 픽셀을 열을 따라 읽었어요."),
        "all by columns": ("0, 1, 3, 2, 4, 5 -> 0, 3, 1, 4, 2, 5",
            "You have swapped height and width: patches and pixels are read column by column.",
            "높이와 너비가 뒤바뀌었어요. 패치도 픽셀도 열을 따라 읽었어요."),
        "colors first": ("0, 1, 3, 2, 4, 5 -> 0, 1, 3, 5, 2, 4",
            "Your token holds all of one color, then all of the next. The colors of a pixel stay together.",
            "토큰에 한 색이 모두 나오고 다음 색이 나와요. 픽셀 하나의 색들은 붙어 있어야 해요."),
        "interleaved": ("x = images.reshape(B, H // size, size, W // size, size, C) -> "
                        "x = images.reshape(B, size, H // size, size, W // size, C).permute(0, 2, 1, 4, 3, 5)",
            "Your token takes every so many-th pixel of the picture. A patch is a square without gaps.",
            "픽셀을 몇 칸씩 건너뛰며 모았어요. 패치는 빈틈이 없는 정사각형이에요."),
        "one grid": (".flatten(1, 2) -> ",
            "The grid of patches is still there: rows and columns. A Transformer reads one sequence.",
            "패치가 아직 행과 열로 놓여 있어요. 트랜스포머는 시퀀스 하나를 읽어요."),
        "torn": (None,
            "A square that should be one patch is spread over other tokens.",
            "패치 하나여야 하는 정사각형이 다른 토큰에 흩어졌어요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 20.2 rollout
def rollout(weights, residual):
    eye = torch.eye(weights[0].shape[-1], dtype=weights[0].dtype)  # (1 + T, 1 + T)
    flow = eye
    for each in weights:
        step = (1 - residual) * each.mean(1) + residual * eye  # (B, 1 + T, 1 + T)
        flow = step @ flow
    patches = flow[:, 0, 1:]  # (B, T)
    return patches / patches.sum(-1, keepdim=True)


def rollout_cases(rng):
    def draw(L, B, H, T, residual, sharp=1.0, dtype=torch.float32):
        scores = sharp * torch.randn(L, B, H, 1 + T, 1 + T, generator=rng, dtype=torch.float64)
        return list(scores.softmax(-1).to(dtype)), residual

    one = torch.tensor([[[[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]]])
    two = torch.tensor([[[[0.25, 0.5, 0.25], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]]])
    faint = torch.tensor([[[[1.0, 3e-6, 1e-6], [0.25, 0.75, 0.0], [0.0, 0.5, 0.5]]]])
    return [
        ([one], 0.0),
        ([one, two], 0.0),
        ([one, two], 0.5),
        ([torch.cat([one, two], 1)], 0.25),
        ([faint, faint], 0.5),
        ([one, faint], 0.9),
        *[draw(2, 3, 5, 7, 0.5), draw(3, 2, 3, 11, 0.25), draw(5, 3, 2, 4, 0.0), draw(11, 2, 3, 5, 0.75)],
        *[draw(2, 5, 3, 7, 0.5, 30.0), draw(3, 1, 7, 13, 0.125, 1.0, torch.float64), draw(1, 7, 2, 3, 0.5, 9.0)],
    ]


def shares(call, rng):
    """What reaches the class token is shared out among the patches: never negative, sum 1."""
    weights = list(torch.randn(3, 2, 3, 6, 6, generator=rng, dtype=torch.float64).mul(4).softmax(-1))
    got = expect_tensor(call(weights, 0.3), (2, 5))
    if (got < 0).any() or (got.sum(-1) - 1).abs().max() > 1e-6:
        raise Wrong("sum", f"{show(got)}", got)


check_rollout = Exercise(
    name="rollout", points=2, cases=rollout_cases, laws=(shares,), answer=rollout,
    mistakes={
        "order": ("step @ flow -> flow @ step",
            "You multiply in the other order. The class token looks with the *last* block; "
            "what it finds there was made by the blocks before.",
            "곱하는 순서가 반대예요. 클래스 토큰은 *마지막* 블록에서 봐요. 거기서 보는 것은 앞의 블록들이 만들었어요."),
        "no residual": ("residual * eye -> 0 * eye",
            "The residual connection is missing: what a token carries past the block itself.",
            "잔차 연결이 빠졌어요. 토큰이 블록을 지나 그대로 가져오는 몫이에요."),
        "residual added": ("(1 - residual) * each.mean(1) -> each.mean(1)",
            "You add the residual to the whole attention. How much of a token is left for attention, "
            "if `residual` of it goes past?",
            "어텐션 전부에 잔차를 더했어요. `residual`만큼이 그대로 지나가면 어텐션의 몫은 얼마인가요?"),
        "always half": (("(1 - residual) -> (0.5)", "residual * eye -> 0.5 * eye"),
            "You give the residual a half, whatever `residual` says.",
            "`residual`이 무엇이든 잔차에 절반을 줬어요."),
        "shares swapped": (("(1 - residual) -> residual", "residual * eye -> (1 - residual) * eye"),
            "You have swapped the two parts: `residual` is the part that goes past the block.",
            "두 몫이 뒤바뀌었어요. `residual`은 블록을 그대로 지나가는 몫이에요."),
        "added up": ("flow = step @ flow -> flow = flow + step",
            "You add the blocks. If half of a goes to b, and half of b to c, how much of a reaches c?",
            "블록을 더했어요. a의 절반이 b로 가고 b의 절반이 c로 가면, a의 얼마가 c에 이르나요?"),
        "entry by entry": ("step @ flow -> step * (flow if each is not weights[0] else 1)",
            "You multiply entry by entry. Which product adds up over all tokens in between?",
            "성분끼리 곱했어요. 사이에 있는 모든 토큰에 걸쳐 더하는 곱은 무엇인가요?"),
        "last block": ("step @ flow -> step",
            "You use the last block alone. What did the tokens before look at?",
            "마지막 블록만 썼어요. 그 전에 토큰들은 무엇을 봤나요?"),
        "first block": ("flow = step @ flow -> flow = step if each is weights[0] else flow",
            "You use the first block alone.",
            "첫 블록만 썼어요."),
        "transposed": ("step @ flow -> step.mT @ flow",
            "You use the weights as if the columns were the queries. Which axis sums to 1?",
            "열이 쿼리인 것처럼 썼어요. 더해서 1이 되는 축은 어느 것인가요?"),
        "column": ("flow[:, 0, 1:] -> flow[:, 1:, 0]",
            "You return what reaches each patch *from* the class token. The question is the other direction.",
            "클래스 토큰*에서* 패치로 가는 것을 돌려줬어요. 질문은 그 반대 방향이에요."),
        "all tokens": ("flow[:, 0, 1:] -> flow[:, :, 1:].mean(1)",
            "You average over all tokens. Which token does the answer come from?",
            "모든 토큰을 평균했어요. 답은 어느 토큰에서 나오나요?"),
        "one head": ("each.mean(1) -> each[:, 0]",
            "You use the first head alone.",
            "첫 헤드만 썼어요."),
        "largest head": ("each.mean(1) -> each.amax(1)",
            "You take the largest over the heads. The docstring says the mean.",
            "헤드 가운데 가장 큰 값을 썼어요. docstring에서는 평균이에요."),
        "heads added": ("each.mean(1) -> each.sum(1)",
            "You add the heads up. With H heads the rows then sum to H.",
            "헤드를 더했어요. 헤드가 H개면 행의 합이 H가 돼요."),
        "not shared out": ("patches / patches.sum(-1, keepdim=True) -> patches",
            "Your numbers do not sum to 1: the part that the class token has from itself is missing.",
            "합이 1이 아니에요. 클래스 토큰이 자기에게서 받은 몫이 빠져 있어요."),
        "softmax": ("patches / patches.sum(-1, keepdim=True) -> patches.softmax(-1)",
            "A softmax changes the proportions. How do you make shares of 0.1 and 0.3 sum to 1?",
            "소프트맥스는 비율을 바꿔요. 0.1과 0.3의 합이 1이 되게 하려면 어떻게 하나요?"),
        "largest is 1": ("patches.sum(-1, keepdim=True) -> patches.amax(-1, keepdim=True)",
            "Your largest number is 1. The sum should be.",
            "가장 큰 수가 1이에요. 합이 1이어야 해요."),
        "batch together": ("patches.sum(-1, keepdim=True) -> patches.sum()",
            "You divide by the sum over the whole batch. Each picture has a sum of its own.",
            "배치 전체의 합으로 나눴어요. 그림마다 합이 따로 있어요."),
        "floor": ("patches.sum(-1, keepdim=True) -> (patches.sum(-1, keepdim=True) + 1e-6)",
            "You add something to the denominator. For a class token that looks mostly at itself it matters.",
            "분모에 무언가를 더했어요. 클래스 토큰이 거의 자기만 볼 때는 그것이 커요."),
        "class token kept": ("flow[:, 0, 1:] -> flow[:, 0]",
            "You return a number for the class token as well. Only the patches are asked for.",
            "클래스 토큰의 수까지 돌려줬어요. 패치만 돌려주세요."),
        "sum": (None,
            "The parts of a picture should be ≥ 0 and sum to 1.",
            "그림 하나에서 몫은 0 이상이고, 더하면 1이어야 해요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 20.3 resize_positions
def resize_positions(table, old, new):
    grid = table[1:].T.reshape(1, -1, *old)  # (1, D, H, W)
    grid = F.interpolate(grid, new, mode="bilinear", align_corners=False)
    return torch.cat([table[:1], grid[0].flatten(1).T])


def resize_cases(rng):
    def draw(old, new, D, dtype=torch.float32, scale=1.0):
        return scale * torch.randn(1 + old[0] * old[1], D, generator=rng).to(dtype), old, new

    line = torch.tensor([[9.0], [0.0], [4.0]])
    square = torch.tensor([[9.0], [0.0], [4.0], [8.0], [12.0]])
    return [
        (line, (1, 2), (1, 4)),
        (line, (2, 1), (4, 1)),
        (square, (2, 2), (2, 2)),
        (square, (2, 2), (4, 4)),
        (square, (2, 2), (2, 3)),
        (square, (2, 2), (3, 2)),
        *[draw((2, 3), (5, 7), 3), draw((3, 2), (7, 11), 5), draw((5, 3), (2, 7), 7), draw((4, 4), (7, 7), 11)],
        *[draw((2, 3), (3, 2), 1), draw((1, 1), (3, 5), 2), draw((3, 5), (5, 3), 13, torch.float64)],
        *[draw((3, 5), (11, 13), 2, torch.float32, 1e6), draw((7, 5), (7, 5), 3, torch.float64, 1e-9)],
    ]


def class_token_stays(call, rng):
    """The row of the class token has no place in the picture, and stays as it is, number by number."""
    table = 100 * torch.randn(13, 5, generator=rng)
    got = expect_tensor(call(table, (3, 4), (5, 6)), (31, 5))
    if not torch.equal(got[0], table[0]):
        raise Wrong("class token", f"{show(table[0])}\n{show(got[0])}", got)


def straight_stays_straight(call, rng):
    """If the vectors say how far right and how far down a patch is, the new ones say so, too, between the centers."""
    rows, columns = torch.meshgrid(torch.arange(3.0), torch.arange(4.0), indexing="ij")
    table = F.pad(torch.stack([rows, columns], -1).flatten(0, 1), (0, 0, 1, 0)).double()
    got = expect_tensor(call(table, (3, 4), (9, 8)), (73, 2))[1:].view(9, 8, 2)
    down, right = (torch.arange(9.0) + 0.5) / 3 - 0.5, (torch.arange(8.0) + 0.5) / 2 - 0.5
    if (got[1:8, :, 0] - down[1:8, None]).abs().max() > 1e-6 or (got[:, 1:7, 1] - right[1:7]).abs().max() > 1e-6:
        raise Wrong("not straight", "", got)


check_resize_positions = Exercise(
    name="resize_positions", points=3, cases=resize_cases, laws=(class_token_stays, straight_stays_straight),
    answer=resize_positions,
    mistakes={
        "corners": ("align_corners=False -> align_corners=True",
            "You lay the outer *centers* of both grids on each other. It is the outer edges of the picture "
            "that stay where they are.",
            "두 격자의 바깥 *중심*을 겹쳐 놓았어요. 제자리에 있는 것은 그림의 바깥 테두리예요."),
        "nearest": ('mode="bilinear", align_corners=False -> mode="nearest"',
            "You copy the nearest vector. Between two centers there should be a mixture.",
            "가장 가까운 벡터를 베꼈어요. 두 중심 사이에서는 섞여야 해요."),
        "bicubic": ('mode="bilinear" -> mode="bicubic"',
            "You interpolate with cubic curves. The exercise asks for straight lines between the centers.",
            "삼차 곡선으로 보간했어요. 문제에서는 중심 사이를 곧은 선으로 이어요."),
        "area": ('mode="bilinear", align_corners=False -> mode="area"',
            "You average over areas. The exercise asks for straight lines between the centers.",
            "넓이로 평균했어요. 문제에서는 중심 사이를 곧은 선으로 이어요."),
        "antialias": ("align_corners=False -> align_corners=False, antialias=True",
            "For a smaller grid you average over several patches. The exercise uses only the centers next to a point.",
            "격자가 작아질 때 여러 패치를 평균했어요. 문제에서는 점 바로 옆의 중심만 써요."),
        "a line": (("reshape(1, -1, *old) -> reshape(1, -1, old[0] * old[1])",
                    'F.interpolate(grid, new, mode="bilinear" -> F.interpolate(grid, new[0] * new[1], mode="linear"'),
            "You interpolate along the sequence. The last patch of a row and the first of the next are not neighbors.",
            "시퀀스를 따라 보간했어요. 한 행의 마지막 패치와 다음 행의 첫 패치는 이웃이 아니에요."),
        "scrambled": ("table[1:].T.reshape(1, -1, *old) -> table[1:].reshape(1, -1, *old)",
            "Your grid mixes the components of the vectors with the positions. Which axis comes last in memory?",
            "격자에서 벡터의 성분과 위치가 섞였어요. 메모리에서 마지막 축은 무엇인가요?"),
        "scrambled at the end": ("grid[0].flatten(1).T -> grid[0].reshape(-1, table.shape[1])",
            "The grid is right, but its way back into a table mixes components with positions.",
            "격자는 맞는데, 표로 되돌릴 때 벡터의 성분과 위치가 섞였어요."),
        "old swapped": ("reshape(1, -1, *old) -> reshape(1, -1, old[1], old[0])",
            "You take the old grid for one of W x H patches. It has H rows of W.",
            "옛 격자를 W x H로 봤어요. H개의 행에 W개씩이에요."),
        "new swapped": ("grid, new, -> grid, new[::-1],",
            "You swap height and width of the new grid.",
            "새 격자의 높이와 너비가 뒤바뀌었어요."),
        "by columns": ("grid[0].flatten(1).T -> grid[0].mT.flatten(1).T",
            "You read the new grid column by column. Patches are read row by row.",
            "새 격자를 열을 따라 읽었어요. 패치는 행을 따라 읽어요."),
        "class token": ("torch.cat([table[:1], -> torch.cat([table.mean(0, keepdim=True),",
            "The row of the class token has changed. Where in the picture is it?",
            "클래스 토큰의 행이 바뀌었어요. 그것은 그림의 어디에 있나요?"),
        "class token last": ("torch.cat([table[:1], grid[0].flatten(1).T]) -> "
                             "torch.cat([grid[0].flatten(1).T, table[:1]])",
            "You put the class token last. The table begins with it.",
            "클래스 토큰을 끝에 두었어요. 표는 그것으로 시작해요."),
        "no class token": ("torch.cat([table[:1], grid[0].flatten(1).T]) -> grid[0].flatten(1).T",
            "The row of the class token is missing.",
            "클래스 토큰의 행이 빠졌어요."),
        "not straight": (None,
            "The vectors of your new patches do not lie on straight lines between the old ones.",
            "새 패치의 벡터가 옛 벡터 사이의 곧은 선 위에 있지 않아요."),
    },
)  # fmt: skip
