// The mathematics of the figures that move; tests/test_live.py compares it with byhand.
{
const softmax = (scores, temperature = 1) => {
  const top = Math.max(...scores);
  const powers = scores.map(score => Math.exp((score - top) / temperature)); // the largest is 1: nothing overflows
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map(power => power / total);
};

// Softmax over the positions where mask is true; all weights are 0 where nothing may be seen.
const maskedSoftmax = (scores, mask) => mask.some(Boolean)
  ? softmax(scores.map((score, s) => mask[s] ? score : -Infinity))
  : scores.map(() => 0);

// Chapter 16's order: temperature, then the topK most probable, then the fewest of these that reach topP.
const sampling = (logits, temperature, topK, topP) => {
  const order = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a]);
  const scaled = softmax(logits, temperature);
  const inTopK = order.slice(0, topK);
  const totalK = inTopK.reduce((sum, i) => sum + scaled[i], 0);
  let before = 0;
  const kept = inTopK.filter(i => (before += scaled[i] / totalK) - scaled[i] / totalK < topP || topP === 1);
  const total = kept.reduce((sum, i) => sum + scaled[i], 0);
  return scaled.map((p, i) => kept.includes(i) ? p / total : 0);
};

// Chapter 12: what is left of the score of two equal vectors when they are rotated, to positions t and s.
const rotatedScore = (t, s, rates) => rates.reduce((sum, rate) => sum + Math.cos((t - s) * rate), 0);

// Numbers from a normal distribution, the same ones at every visit (mulberry32, then Box and Muller).
const normal = seed => {
  const uniform = () => {
    seed = (seed + 0x6D2B79F5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
};

const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

window.byhandMath = {softmax, maskedSoftmax, sampling, rotatedScore, normal, dot};
}
