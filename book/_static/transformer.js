// The Transformer of chapter 14 in a page: its forward pass, and the box in which a reader tries it.
// A matrix is {data, rows, columns}, row by row; a token is a row, as in the chapter.
{
const matrix = (rows, columns, data = new Float32Array(rows * columns)) => ({data, rows, columns});

// x @ weight.T + bias, for x (T, in) and weight (out, in)
const linear = (x, weight, bias) => {
  const y = matrix(x.rows, weight.rows);
  for (let t = 0; t < x.rows; t++)
    for (let o = 0; o < weight.rows; o++) {
      let sum = bias ? bias.data[o] : 0;
      for (let i = 0; i < x.columns; i++) sum += x.data[t * x.columns + i] * weight.data[o * x.columns + i];
      y.data[t * y.columns + o] = sum;
    }
  return y;
};

const add = (a, b) => matrix(a.rows, a.columns, a.data.map((x, i) => x + b.data[i]));
const relu = x => matrix(x.rows, x.columns, x.data.map(number => Math.max(number, 0)));

const layerNorm = (x, scale, shift) => {
  const y = matrix(x.rows, x.columns), D = x.columns;
  for (let t = 0; t < x.rows; t++) {
    const row = x.data.subarray(t * D, (t + 1) * D);
    const mean = row.reduce((sum, number) => sum + number, 0) / D;
    const variance = row.reduce((sum, number) => sum + (number - mean) ** 2, 0) / D;
    for (let i = 0; i < D; i++)
      y.data[t * D + i] = (row[i] - mean) / Math.sqrt(variance + 1e-5) * scale.data[i] + shift.data[i];
  }
  return y;
};

// softmax(query key.T / sqrt(D)) value for each head; also the weights, [head][query][key]
const attention = (query, key, value, heads, causal) => {
  const D = query.columns / heads, output = matrix(query.rows, query.columns), maps = [];
  for (let h = 0; h < heads; h++) {
    maps.push(Array.from({length: query.rows}, (_, t) => {
      const scores = Array.from({length: causal ? t + 1 : key.rows}, (_, s) => {
        let sum = 0;
        for (let i = h * D; i < (h + 1) * D; i++)
          sum += query.data[t * query.columns + i] * key.data[s * key.columns + i];
        return sum / Math.sqrt(D);
      });
      const weights = byhandMath.softmax(scores);
      weights.forEach((weight, s) => {
        for (let i = h * D; i < (h + 1) * D; i++)
          output.data[t * output.columns + i] += weight * value.data[s * value.columns + i];
      });
      return weights;
    }));
  }
  return {output, maps};
};

// The weights of a model file, by name: numbers of 16 bits, one matrix after another
const unpack = (offsets, weights) => {
  const bytes = Uint8Array.from(atob(weights), character => character.charCodeAt(0));
  const halves = new Uint16Array(bytes.buffer), matrices = {};
  for (const name in offsets) {
    const [begin, [rows, width = 1]] = offsets[name];
    const data = Float32Array.from(halves.subarray(begin, begin + rows * width), half => {
      const sign = half >> 15 ? -1 : 1, power = (half >> 10) & 31, rest = half & 1023;
      return sign * (power ? 2 ** (power - 15) * (1 + rest / 1024) : 2 ** -14 * rest / 1024);
    });
    matrices[name] = matrix(rows, width, data);
  }
  return matrices;
};

class Transformer {
  constructor({tokens, start, end, num_heads, options, offsets, weights}) {
    Object.assign(this, {tokens, start, end, heads: num_heads, layers: options.num_layers});
    Object.assign(this, unpack(offsets, weights));
  }

  embed(table, ids) {  // embeddings times sqrt(D), plus sinusoidal positions
    const D = table.columns, x = matrix(ids.length, D);
    ids.forEach((id, t) => {
      for (let i = 0; i < D; i++) {
        const angle = t * 10000 ** (-2 * Math.floor(i / 2) / D);
        x.data[t * D + i] = table.data[id * D + i] * Math.sqrt(D) + (i % 2 ? Math.cos(angle) : Math.sin(angle));
      }
    });
    return x;
  }

  norm(name, x) {
    return layerNorm(x, this[name + ".scale"], this[name + ".shift"]);
  }

  attend(name, x, memory, causal) {
    const D = x.columns, all = this[name + ".qkv.weight"].data, shift = this[name + ".qkv.bias"].data;
    const [query, key, value] = [x, memory, memory].map((from, i) => {  // three projections in one matrix
      const weight = matrix(D, D, all.subarray(i * D * D, (i + 1) * D * D));
      return linear(from, weight, matrix(D, 1, shift.subarray(i * D)));
    });
    const {output, maps} = attention(query, key, value, this.heads, causal);
    return {output: linear(output, this[name + ".out.weight"], this[name + ".out.bias"]), maps};
  }

  feed(name, x) {
    const hidden = relu(linear(x, this[name + ".up.weight"], this[name + ".up.bias"]));
    return linear(hidden, this[name + ".down.weight"], this[name + ".down.bias"]);
  }

  encode(source) {
    let x = this.embed(this["source_embedding.weight"], source);
    for (let layer = 0; layer < this.layers; layer++) {
      const name = `encoder.${layer}`, normed = this.norm(`${name}.residuals.0.norm`, x);
      x = add(x, this.attend(`${name}.attention`, normed, normed, false).output);
      x = add(x, this.feed(`${name}.feed_forward`, this.norm(`${name}.residuals.1.norm`, x)));
    }
    return this.norm("encoder_norm", x);
  }

  decode(previous, memory) {  // logits of the last position, and the cross-attention [layer][head][query][key]
    let x = this.embed(this["target_embedding.weight"], previous);
    const maps = [];
    for (let layer = 0; layer < this.layers; layer++) {
      const name = `decoder.${layer}`, normed = this.norm(`${name}.residuals.0.norm`, x);
      x = add(x, this.attend(`${name}.attention`, normed, normed, true).output);
      const cross = this.attend(`${name}.cross`, this.norm(`${name}.residuals.1.norm`, x), memory, false);
      x = add(x, cross.output);
      x = add(x, this.feed(`${name}.feed_forward`, this.norm(`${name}.residuals.2.norm`, x)));
      maps.push(cross.maps);
    }
    const D = x.columns, last = matrix(1, D, x.data.slice(-D));
    return {logits: linear(this.norm("decoder_norm", last), this["output.weight"], this["output.bias"]).data, maps};
  }

  // One token after another: yields {written, maps} after each, until the end token.
  *translate(source, length = 30) {
    const memory = this.encode(source), previous = [this.start];
    while (previous.length <= length) {
      const {logits, maps} = this.decode(previous, memory);
      const token = logits.indexOf(Math.max(...logits));
      previous.push(token);
      yield {written: previous.slice(1), maps};
      if (token === this.end) return;
    }
  }
}

// --- The box ---

const korean = document.documentElement.lang === "ko";
const say = (english, hangul) => korean ? hangul : english;
const here = document.currentScript.src;
const LONGEST = 28;  // tokens: a little more than the longest sentence of the corpus

// The reader's text as token ids, or a sentence that says why not.
function read(text, tokens) {
  const hangul = /[가-힣]/.test(text), direction = hangul ? "to English" : "to Korean";
  const around = /^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu;  // marks around a word
  const words = text.toLowerCase().split(/\s+/).map(word => word.replace(around, "") || word).filter(Boolean);
  const parts = hangul ? [...words.join(" ")] : words;
  if (hangul && /[a-z]/.test(text.toLowerCase()))
    return {problem: say("One language at a time, please.", "한 번에 한 언어로만 써 주세요.")};
  const refuse = (english, hangul) => ({problem: say(english, hangul)});
  if (!parts.length) return refuse("Write a sentence first.", "먼저 문장을 써 주세요.");
  if (parts.length > LONGEST)
    return refuse("That is too long for it: its sentences have at most a dozen words.",
                  "너무 길어요. 이 모델의 문장은 단어 여남은 개까지예요.");
  const known = tokens.slice(4);  // the first four are signs: padding, the end, and the two directions
  const foreign = [...new Set(parts.filter(part => !known.includes(part)))];
  const unknown = foreign.map(part => `“${part.length > 20 ? part.slice(0, 20) + "…" : part}”`).join(", ");
  if (unknown) return refuse(`It has never met ${unknown}. Its whole language is in the list below.`,
                             `이 모델이 만난 적 없는 것: ${unknown}. 아는 말은 아래 목록에 다 있어요.`);
  return {ids: [direction, ...parts].map(part => tokens.indexOf(part)), labels: ["→", ...parts], hangul};
}

const spell = (ids, model, hangul) =>
  ids.filter(id => id !== model.end).map(id => model.tokens[id]).join(hangul ? " " : "");

// A function that loads a model: its file comes when somebody wants it, and once; it calls window[name]
const loader = (file, name, Model) => {
  let loading;
  return () => loading ??= new Promise((done, failed) => {
    window[name] = saved => done(new Model(saved));
    const script = document.createElement("script");
    script.src = new URL(file, here);
    script.onerror = () => {
      loading = undefined;
      failed();
    };
    document.head.append(script);
  });
};
const load = loader("../translator.js", "byhandTranslator", Transformer);

function translator(figure) {
  const form = document.createElement("form");
  form.innerHTML = `<label></label><input name="text" autocomplete="off" maxlength="200"><button></button>
    <p class="answer" role="status"></p>`;
  const [label, input, button, answer] = form.children;
  input.id = "translator-text";
  label.htmlFor = input.id;
  label.textContent = say("A sentence in English or Korean", "한국어나 영어 문장 하나");
  button.textContent = say("Translate", "옮기기");
  input.value = figure.dataset.source;
  answer.textContent = figure.dataset.answer;
  const view = document.createElement("attn-view");
  figure.querySelector(".still")?.remove();
  figure.prepend(form, view);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    answer.textContent = "…";
    try {
      const model = await load(), sentence = read(input.value, model.tokens);
      if (sentence.problem) {
        view.replaceChildren();
        figure.querySelector("details").open = true;
        return void (answer.textContent = sentence.problem);
      }
      let step;
      for (step of model.translate(sentence.ids)) {
        answer.textContent = spell(step.written, model, sentence.hangul);
        await new Promise(requestAnimationFrame);
      }
      const visible = label => label.replace(" ", "␣");
      const queries = step.written.map(id => visible(model.tokens[id]));
      view.show({weights: step.maps, queries, keys: sentence.labels.map(visible)});
    } catch {
      answer.textContent = say("The model could not be loaded. Try again.",
                               "모델을 불러오지 못했어요. 다시 해 보세요.");
    }
  });
}

addEventListener("DOMContentLoaded", () => document.querySelectorAll("figure.translator").forEach(translator));
window.byhandLayers = {matrix, linear, add, layerNorm, attention, unpack, loader};
window.byhandRead = read;
window.byhandLoad = load;
}
