// A page opened as a file may not read other files: leave out the excerpts under search results there.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// What the theme's markup leaves untold to a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("pst-primary-sidebar")?.setAttribute("role", "complementary");
  for (const summary of document.querySelectorAll("nav details > summary"))
    summary.setAttribute("aria-label", summary.closest("li").querySelector("a").textContent.trim());
  for (const said of document.querySelectorAll(".search-button-field, .cell summary")) said.removeAttribute("aria-label");
  for (const head of document.querySelectorAll("article th")) // the empty corner of a table
    if (!head.textContent.trim()) head.setAttribute("role", "presentation");
  for (const list of document.querySelectorAll(".citation-list")) list.removeAttribute("role");
  for (const citation of document.querySelectorAll(".citation")) citation.removeAttribute("role");
});

// Whatever scrolls sideways must be reachable from the keyboard, at every width of the window.
function reachScrollingBoxes() {
  for (const box of document.querySelectorAll("article :is(pre, div.math, .output, .pst-scrollable-table-container)"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
addEventListener("resize", reachScrollingBoxes);
addEventListener("load", async () => {
  await window.MathJax?.startup?.promise; // formulas get their width late
  reachScrollingBoxes();
});

// Paper is white: print in the light colours, then go back.
let themeOnScreen;
addEventListener("beforeprint", () => {
  themeOnScreen = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => (document.documentElement.dataset.theme = themeOnScreen));
