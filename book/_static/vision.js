// The Vision Transformer of chapter 20 in a page: its forward pass, and the box in which a reader draws a digit.
{
const {matrix, linear, add, layerNorm, attention, unpack, loader} = window.byhandLayers;

// The error function to seven digits (Abramowitz and Stegun, 7.1.26), and GELU with it
const erf = x => {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
};
const gelu = x => matrix(x.rows, x.columns, x.data.map(number => number * (1 + erf(number / Math.SQRT2)) / 2));

class ViT {
  constructor({options, offsets, weights, examples}) {
    Object.assign(this, {options, examples}, unpack(offsets, weights));
  }

  patches(image) {  // 64 numbers, row by row -> a matrix (16, 4)
    const size = this.options.patch_size, width = this.options.image_size, across = width / size;
    const x = matrix(across * across, size * size);
    for (let row = 0; row < width; row++)
      for (let column = 0; column < width; column++) {
        const patch = Math.floor(row / size) * across + Math.floor(column / size);
        x.data[patch * size * size + row % size * size + column % size] = image[row * width + column];
      }
    return x;
  }

  read(image) {  // logits, and what reaches the class token from each patch (attention rollout)
    const D = this.options.d_model, tokens = linear(this.patches(image), this["embedding.weight"], this["embedding.bias"]);
    let x = matrix(1 + tokens.rows, D, Float32Array.of(...this.class_token.data, ...tokens.data));
    x = add(x, this.positions);
    let flow = Array.from({length: x.rows}, (_, t) => Array.from({length: x.rows}, (_, s) => Number(t === s)));
    for (let layer = 0; layer < this.options.num_layers; layer++) {
      const part = name => this[`blocks.${layer}.${name}`];
      const norm = (i, x) => layerNorm(x, part(`residuals.${i}.norm.scale`), part(`residuals.${i}.norm.shift`));
      const all = linear(norm(0, x), part("attention.qkv.weight"), part("attention.qkv.bias"));
      const [query, key, value] = [0, 1, 2].map(i => matrix(x.rows, D, Float32Array.from(
        {length: x.rows * D}, (_, j) => all.data[Math.floor(j / D) * 3 * D + i * D + j % D])));
      const {output, maps} = attention(query, key, value, this.options.num_heads, false);
      x = add(x, linear(output, part("attention.out.weight"), part("attention.out.bias")));
      const up = gelu(linear(norm(1, x), part("feed_forward.up.weight"), part("feed_forward.up.bias")));
      x = add(x, linear(up, part("feed_forward.down.weight"), part("feed_forward.down.bias")));
      const step = flow.map((row, t) => row.map((same, s) =>
        (maps.reduce((sum, map) => sum + map[t][s], 0) / maps.length + Number(t === s)) / 2));
      flow = step.map(row => flow.map((_, s) => row.reduce((sum, weight, u) => sum + weight * flow[u][s], 0)));
    }
    const last = layerNorm(matrix(1, D, x.data.slice(0, D)), this["norm.scale"], this["norm.shift"]);
    return {logits: [...linear(last, this["output.weight"], this["output.bias"]).data], rollout: flow[0].slice(1)};
  }
}

// --- The box ---

const korean = document.documentElement.lang === "ko";
const say = (english, hangul) => korean ? hangul : english;
const SIZE = 8;

const load = loader("../digits.js", "byhandDigits", ViT);

function digits(figure) {
  const ink = new Float32Array(SIZE * SIZE), cursor = {row: 0, column: 0};
  const board = Object.assign(document.createElement("canvas"), {width: 320, height: 320, tabIndex: 0});
  board.setAttribute("role", "application");
  board.setAttribute("aria-label", say("Paper of 8 × 8 pixels: draw a digit, or move with the arrow keys and put ink with space",
                                       "8 × 8픽셀 종이: 숫자를 그리거나, 화살표로 옮기고 스페이스로 잉크를 놓으세요"));
  const pen = board.getContext("2d"), cell = board.width / SIZE;
  const words = Object.assign(document.createElement("p"), {textContent: say("Draw a digit.", "숫자를 그려 보세요.")});
  words.setAttribute("role", "status");
  const table = document.createElement("table");
  table.innerHTML = `<caption>${say("Attention rollout, in %", "어텐션 롤아웃, %")}</caption><tbody>`
    + "<tr><td></td><td></td><td></td><td></td></tr>".repeat(4) + "</tbody>";
  const cells = [...table.querySelectorAll("td")];
  const button = (name, onclick) => Object.assign(document.createElement("button"),
                                                 {type: "button", textContent: name, onclick});

  const paint = () => {
    ink.forEach((value, i) => {
      const gray = 255 - Math.round(255 * value);
      pen.fillStyle = `rgb(${gray}, ${gray}, ${gray})`;
      pen.fillRect(i % SIZE * cell, Math.floor(i / SIZE) * cell, cell, cell);
    });
    pen.strokeStyle = "#8db8dd";
    for (let i = 0; i <= SIZE; i += 2) {
      pen.strokeRect(i * cell, -1, 0, board.height + 2);
      pen.strokeRect(-1, i * cell, board.width + 2, 0);
    }
    if (document.activeElement !== board || !board.matches(":focus-visible")) return;
    pen.strokeStyle = "#d6277f";
    pen.lineWidth = 3;
    pen.strokeRect(cursor.column * cell + 2, cursor.row * cell + 2, cell - 4, cell - 4);
    pen.lineWidth = 1;
  };

  const update = async () => {
    paint();
    if (!ink.some(value => value > 0)) {
      cells.forEach(td => { td.textContent = ""; td.style.setProperty("--w", 0); });
      return void (words.textContent = say("Draw a digit.", "숫자를 그려 보세요."));
    }
    try {
      const {logits, rollout} = (await load()).read(ink), probs = byhandMath.softmax(logits);
      const [first, second] = probs.map((_, i) => i).sort((a, b) => probs[b] - probs[a]);
      const percent = i => `(${Math.round(100 * probs[i])} %)`, doubtful = probs[second] >= 0.005;
      const a = i => say(`${i === 8 ? "an" : "a"} ${i} ${percent(i)}`,
                         `${i}${[2, 4, 5, 9].includes(i) ? "예요" : "이에요"} ${percent(i)}`);
      words.textContent = say(`This is ${a(first)}${doubtful ? `, or else ${a(second)}` : ""}.`,
                              `${a(first)}.${doubtful ? ` 아니면 ${a(second)}.` : ""}`);
      const total = rollout.reduce((sum, share) => sum + share, 0), most = Math.max(...rollout);
      rollout.forEach((share, t) => {
        cells[t].textContent = Math.round(100 * share / total);
        cells[t].style.setProperty("--w", 0.6 * share / most);
      });
    } catch {
      words.textContent = say("The model could not be loaded. Try again.", "모델을 불러오지 못했어요. 다시 해 보세요.");
    }
  };

  let before;
  const stroke = event => {  // ink near the line from the last point to this one
    if (!event.buttons) return void (before = undefined);
    const box = board.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * SIZE, y = (event.clientY - box.top) / box.height * SIZE;
    const [fromX, fromY] = before ?? [x, y], steps = 1 + Math.ceil(8 * Math.hypot(x - fromX, y - fromY));
    for (let i = 0; i <= steps; i++) {
      const atX = fromX + (x - fromX) * i / steps, atY = fromY + (y - fromY) * i / steps;
      ink.forEach((value, j) => {
        const distance = Math.hypot(j % SIZE + 0.5 - atX, Math.floor(j / SIZE) + 0.5 - atY);
        ink[j] = Math.max(value, Math.min(1, Math.max(0, 1.35 - distance)));
      });
    }
    before = [x, y];
    update();
  };
  board.addEventListener("pointerdown", event => {
    before = undefined;
    stroke(event);
  });
  board.addEventListener("pointermove", stroke);
  for (const name of ["focus", "blur"]) board.addEventListener(name, paint);
  board.addEventListener("keydown", event => {
    const [down, right] = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key] ?? [0, 0];
    if (!down && !right && event.key !== " ") return;
    event.preventDefault();
    cursor.row = Math.min(SIZE - 1, Math.max(0, cursor.row + down));
    cursor.column = Math.min(SIZE - 1, Math.max(0, cursor.column + right));
    const here = cursor.row * SIZE + cursor.column;
    if (event.key === " ") ink[here] = ink[here] ? 0 : 1;
    update();
  });

  let shown = 0;
  const clear = button(say("clear", "지우기"), () => {
    ink.fill(0);
    update();
  });
  const example = button(say("somebody's digit", "누군가 쓴 숫자"), async () => {
    const {examples} = await load();
    ink.set([...examples[shown++ % examples.length]].map(character => parseInt(character, 17) / 16));
    update();
  });
  const beside = document.createElement("div");
  beside.className = "beside";
  beside.append(board, table);
  figure.querySelector(".still")?.remove();
  figure.prepend(beside, words, example, clear);
  paint();
}

addEventListener("DOMContentLoaded", () => document.querySelectorAll("figure.digits").forEach(digits));
window.byhandLoadDigits = load;
}
