// GENERATED from notebooks/09-alignment.ipynb by make sync
if (!customElements.get("attn-view")) {
const make = (tag, properties) =>
  Object.assign(document.createElement(tag), properties);
const percent = weight => `${Math.round(100 * weight)} %`;

customElements.define("attn-view", class extends HTMLElement {
  words = document.documentElement.lang === "ko"
    ? {layer: "층", head: "헤드", mean: "평균", corner: "쿼리 ↓ 키 →", at: "→"}
    : {layer: "layer", head: "head", mean: "mean", corner: "query ↓ key →",
       at: "looks at"};

  connectedCallback() {  // on a page the data arrive later than the element itself
    const start = () => {
      const data = this.querySelector("[type='application/json']");
      if (data) this.show(JSON.parse(data.text));
      return data;
    };
    start() || addEventListener("DOMContentLoaded", start);
  }

  show({weights, queries, keys}) {  // weights[layer][head][query][key]
    Object.assign(this, {weights, queries, keys, query: -1});
    this.chooser = ["layer", "head"].map((name, axis) => this.choose(name, axis));
    this.table = make("table");
    this.status = make("p", {role: "status"});
    const labels = this.chooser.map(select => select.parentElement);
    this.replaceChildren(...labels, this.table, this.status);
    this.draw();
  }

  choose(name, axis) {
    const count = axis ? this.weights[0].length : this.weights.length;
    const select = make("select");
    if (axis && count > 1) select.append(new Option(this.words.mean, -1));
    for (let i = 0; i < count; i++) select.append(new Option(i + 1, i));
    select.onchange = () => this.draw();
    const label = make("label", {hidden: count === 1});
    label.append(this.words[name] + " ", select);
    return select;
  }

  map() {  // weights[query][key] of the chosen layer and head
    const [layer, head] = this.chooser.map(select => Number(select.value));
    const heads = this.weights[layer];
    const mean = (t, s) => heads.reduce((sum, h) => sum + h[t][s], 0) / heads.length;
    return heads[head] ?? heads[0].map((row, t) => row.map((_, s) => mean(t, s)));
  }

  draw() {
    const top = make("tr"), body = make("tbody");
    top.append(make("td", {textContent: this.words.corner, className: "corner"}));
    for (const key of this.keys) {
      const cell = make("th", {scope: "col"}), long = key.length > 2 ? "long" : "";
      cell.append(make("span", {textContent: key, className: long}));
      top.append(cell);
    }
    this.rows = this.map().map((weights, t) => {
      const row = make("tr"), name = make("th", {scope: "row"});
      const button = make("button", {textContent: this.queries[t]});
      button.tabIndex = t === Math.max(this.query, 0) ? 0 : -1;  // one stop for Tab
      button.onfocus = row.onpointerenter = () => this.ask(t);
      button.onkeydown = event => this.move(event, t);
      name.append(button);
      row.append(name, ...weights.map(weight => {
        const cell = make("td", {textContent: percent(weight)});
        cell.style.setProperty("--w", Math.sqrt(weight));
        return cell;
      }));
      body.append(row);
      return row;
    });
    const head = make("thead");
    head.append(top);
    this.table.replaceChildren(head, body);
    if (this.query >= 0) this.ask(this.query);
  }

  ask(t) {  // show one query's row, in color and in words
    this.query = t;
    this.rows.forEach((row, i) => {
      row.classList.toggle("asks", i === t);
      row.querySelector("button").tabIndex = i === t ? 0 : -1;
    });
    this.table.className = "chosen";
    const order = this.map()[t].map((weight, s) => [weight, s])
      .sort((a, b) => b[0] - a[0]);
    const most = order.slice(0, 3).filter(([weight]) => weight >= 0.005);
    const list = most.map(([weight, s]) => `“${this.keys[s]}” ${percent(weight)}`);
    this.status.textContent =
      `“${this.queries[t]}” ${this.words.at} ${list.join(", ")}`;
  }

  move(event, t) {
    const last = this.rows.length - 1;
    const to = {ArrowDown: Math.min(t + 1, last), ArrowUp: Math.max(t - 1, 0),
                Home: 0, End: last}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.rows[to].querySelector("button").focus();
  }
});
}
