// The small figures that move: <figure class="instrument" data-instrument="NAME">, a question in its caption.
{
const {softmax, maskedSoftmax, sampling, rotatedScore, normal, dot} = window.byhandMath;

// --- Parts that all instruments share ---

const korean = document.documentElement.lang === "ko";
const say = (english, hangul) => korean ? hangul : english;
const make = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};
const draw = (tag, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  node.append(...children);
  return node;
};

// A native slider with its name and its value; `shown` turns the position into what it means.
const slider = (name, min, max, step, value, shown = Number) => {
  const input = make("input", {type: "range", min, max, step});
  input.value = value;
  const output = make("output");
  const box = make("label", {className: "slider"}, make("span", {textContent: name}), input, output);
  const show = () => {
    output.textContent = shown(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", show);
  show();
  return Object.assign(box, {input, get: () => shown(Number(input.value)), set: to => { input.value = to; show(); }});
};

const bars = names => {
  const rows = names.map(name => {
    const bar = make("span", {className: "bar"}), number = make("span", {className: "number"});
    return {bar, number, row: make("div", {}, make("span", {className: "name", textContent: name}), bar, number)};
  });
  const box = make("div", {className: "bars"}, ...rows.map(({row}) => row));
  box.set = values => values.forEach((value, i) => {
    rows[i].bar.style.setProperty("--w", value);
    rows[i].number.textContent = value.toFixed(2);
  });
  return box;
};

const status = () => make("p", {role: "status"});
const react = (figure, update, ...parts) => {
  figure.prepend(...parts);
  figure.addEventListener("input", update);
  update();
};

// --- The instruments ---

const instruments = {
  temperature(figure) {
    const scores = [2, 1, 0, -1];
    const heat = slider(say("temperature", "온도"), -1, 1, 0.05, 0, x => Number((10 ** x).toFixed(2)));
    const chart = bars(scores.map(score => say(`score ${score}`, `점수 ${score}`))), words = status();
    react(figure, () => {
      const weights = softmax(scores, heat.get());
      chart.set(weights);
      words.textContent = say(`The first key gets ${Math.round(100 * weights[0])} % of the attention.`,
                              `첫째 키가 어텐션의 ${Math.round(100 * weights[0])} %를 받아요.`);
    }, heat, chart, words);
  },

  lookup(figure) {
    const keys = [[-1.5, 1], [1.5, 1.2], [-0.8, -1.2], [1.2, -0.8]], values = [10, 20, 30, 40];
    const x = slider(say("query, to the right", "쿼리, 오른쪽으로"), -2, 2, 0.1, 0.5);
    const y = slider(say("query, up", "쿼리, 위로"), -1.5, 1.5, 0.1, 0.3);
    const at = ([a, b]) => [150 + 60 * a, 112 - 60 * b];
    const lines = keys.map(() => draw("line", {class: "weight"})), spot = draw("circle", {r: 7, class: "query"});
    const dots = keys.map((key, i) => draw("g", {},
      draw("circle", {cx: at(key)[0], cy: at(key)[1], r: 5}),
      Object.assign(draw("text", {x: at(key)[0], y: at(key)[1] + (key[1] > 0 ? -9 : 18)}), {textContent: values[i]})));
    const along = value => 30 + 8 * (value - 10);
    const answer = draw("path", {class: "query"});
    const ticks = values.map(value => draw("g", {},
      draw("line", {x1: along(value), x2: along(value), y1: 238, y2: 246}),
      Object.assign(draw("text", {x: along(value), y: 260}), {textContent: value})));
    const picture = draw("svg", {viewBox: "0 0 300 270", "aria-hidden": "true"}, ...lines, ...dots, spot,
      draw("line", {x1: 30, x2: 270, y1: 242, y2: 242}), ...ticks, answer);
    const words = status();
    const update = () => {
      const query = [x.get(), y.get()], [left, top] = at(query);
      const distances = keys.map(([a, b]) => (a - query[0]) ** 2 + (b - query[1]) ** 2);
      const weights = softmax(distances.map(distance => -2 * distance));
      spot.setAttribute("cx", left);
      spot.setAttribute("cy", top);
      lines.forEach((line, i) => {
        const [toLeft, toTop] = at(keys[i]), ends = {x1: left, y1: top, x2: toLeft, y2: toTop};
        for (const name in ends) line.setAttribute(name, ends[name]);
        line.setAttribute("stroke-width", 9 * weights[i]);
      });
      const sum = dot(weights, values), place = along(sum);
      answer.setAttribute("d", `M${place} 238l-6 -12h12z`);
      words.textContent = weights.map((weight, i) => `${weight.toFixed(3)} · ${values[i]}`).join(" + ")
        + ` = ${sum.toFixed(1)}`;
    };
    const follow = event => {
      if (!event.buttons) return;
      const box = picture.getBoundingClientRect(), scale = 300 / box.width;
      x.set(((event.clientX - box.left) * scale - 150) / 60);
      y.set((112 - (event.clientY - box.top) * scale) / 60);
      update();
    };
    picture.addEventListener("pointerdown", follow);
    picture.addEventListener("pointermove", follow);
    react(figure, update, picture, x, y, words);
  },

  root(figure) {
    const next = normal(7), count = 8, most = 1024;
    const vector = () => Array.from({length: most}, next);
    const query = vector(), keys = Array.from({length: count}, vector);
    const size = slider("d", 0, 10, 1, 2, x => 2 ** x);
    const names = keys.map((_, i) => say(`key ${i + 1}`, `키 ${i + 1}`));
    const plain = bars(names), divided = bars(names), words = status();
    const beside = make("div", {className: "beside"},
      make("div", {}, make("b", {textContent: say("scores as they are", "점수 그대로")}), plain),
      make("div", {}, make("b", {textContent: say("scores divided by √d", "√d로 나눈 점수")}), divided));
    react(figure, () => {
      const d = size.get(), scores = keys.map(key => dot(query.slice(0, d), key));
      const raw = softmax(scores), calm = softmax(scores.map(score => score / Math.sqrt(d)));
      plain.set(raw);
      divided.set(calm);
      words.textContent = say("The largest weight: ", "가장 큰 가중치: ")
        + `${Math.max(...raw).toFixed(2)}, ${say("divided", "나누면")} ${Math.max(...calm).toFixed(2)}.`;
    }, size, beside, words);
  },

  mask(figure) {
    const count = 5, next = normal(3), scores = Array.from({length: count}, () => Array.from({length: count}, next));
    const name = (t, s) => say(`query ${t} may look at key ${s}`, `쿼리 ${t}이 키 ${s}을 봐도 됨`);
    const boxes = scores.map((row, t) => row.map((_, s) =>
      make("input", {type: "checkbox", checked: true, ariaLabel: name(t + 1, s + 1)})));
    const cells = boxes.map(row => row.map(box => make("td", {}, make("label", {}, box))));
    const head = make("tr", {}, make("td"), ...boxes.map((_, s) => make("th", {scope: "col", textContent: s + 1})));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...cells.map((row, t) =>
      make("tr", {}, make("th", {scope: "row", textContent: t + 1}), ...row))));
    const words = status();
    let last = 2;
    const update = () => {
      boxes.forEach((row, t) => {
        const weights = maskedSoftmax(scores[t], row.map(box => box.checked));
        weights.forEach((weight, s) => cells[t][s].style.setProperty("--w", weight));
        if (t !== last) return;
        const seen = weights.map((weight, s) => weight ? `${s + 1}: ${weight.toFixed(2)}` : "").filter(Boolean);
        words.textContent = say(`Query ${t + 1} looks at `, `쿼리 ${t + 1} → `)
          + (seen.join(", ") || say("nothing: all its weights are 0.", "볼 것이 없어요. 가중치가 모두 0이에요."));
      });
    };
    const preset = (name, may) => make("button", {type: "button", textContent: name, onclick() {
      boxes.forEach((row, t) => row.forEach((box, s) => (box.checked = may(t, s))));
      update();
    }});
    for (const event of ["pointerover", "focusin"])
      table.addEventListener(event, ({target}) => {
        const row = cells.findIndex(row => row.some(cell => cell.contains(target)));
        if (row >= 0) last = row;
        update();
      });
    react(figure, update, preset(say("all", "모두"), () => true),
          preset(say("causal", "인과"), (t, s) => s <= t),
          preset(say("padding: 4 and 5", "패딩: 4와 5"), (t, s) => s < 3), table, words);
  },

  turns(figure) {
    const rates = [1, 0.32, 0.1, 0.03];
    const t = slider(say("place of the query", "쿼리의 자리"), 0, 40, 1, 6);
    const s = slider(say("place of the key", "키의 자리"), 0, 40, 1, 4);
    const clocks = rates.map((_, i) => {
      const hands = ["query", "key"].map(name => draw("line", {x1: 40 + 75 * i, y1: 40, class: name}));
      const face = draw("circle", {cx: 40 + 75 * i, cy: 40, r: 32, class: "clock"});
      return {hands, all: draw("g", {}, face, ...hands)};
    });
    const picture = draw("svg", {viewBox: "0 0 305 80", "aria-hidden": "true"}, ...clocks.map(({all}) => all));
    const words = status();
    const update = () => {
      clocks.forEach(({hands}, i) => [t, s].forEach((place, j) => {
        const angle = place.get() * rates[i];
        hands[j].setAttribute("x2", 40 + 75 * i + (30 - 8 * j) * Math.cos(angle));
        hands[j].setAttribute("y2", 40 - (30 - 8 * j) * Math.sin(angle));
      }));
      const score = rotatedScore(t.get(), s.get(), rates).toFixed(2), offset = t.get() - s.get();
      words.textContent = say(`Offset ${offset}: score ${score}.`, `거리 ${offset}: 점수 ${score}.`);
    };
    const both = say("move both on by 1", "둘 다 한 자리 뒤로");
    const on = make("button", {type: "button", textContent: both, onclick() {
      if (Math.max(t.get(), s.get()) < 40) for (const place of [t, s]) place.set(place.get() + 1);
      update();
    }});
    react(figure, update, picture, t, s, on, words);
  },

  sampling(figure) {
    const tokens = korean ? ["의자", "방석", "마루", "책상", "지붕", "무릎", "피아노", "달"]
      : ["mat", "chair", "floor", "table", "roof", "my", "piano", "moon"];
    const logits = [2.6, 2.1, 1.9, 1.2, 0.6, 0.1, -0.7, -1.5];
    const heat = slider(say("temperature", "온도"), -1, 0.7, 0.05, 0, x => Number((10 ** x).toPrecision(2)));
    const k = slider("top-k", 1, 8, 1, 8), p = slider("top-p", 0.05, 1, 0.05, 1);
    const chart = bars(tokens), words = status(), drawn = [];
    const chances = () => sampling(logits, heat.get(), k.get(), p.get());
    const button = make("button", {type: "button", textContent: say("draw a token", "토큰 하나 뽑기"), onclick() {
      let left = Math.random();
      const weights = chances(), hit = weights.findIndex(weight => (left -= weight) < 0);
      drawn.push(tokens[hit < 0 ? weights.indexOf(Math.max(...weights)) : hit]);
      words.textContent = say("Drawn: ", "뽑은 것: ") + drawn.slice(-10).join(", ");
    }});
    react(figure, () => {
      chart.set(chances());
      words.textContent = say(`${chances().filter(Boolean).length} of 8 tokens can be drawn.`,
                              `토큰 8개 가운데 ${chances().filter(Boolean).length}개를 뽑을 수 있어요.`);
    }, heat, k, p, chart, button, words);
  },
};

addEventListener("DOMContentLoaded", () => {
  for (const figure of document.querySelectorAll("figure.instrument")) {
    figure.querySelector(".still")?.remove();
    instruments[figure.dataset.instrument](figure);
  }
});
}
