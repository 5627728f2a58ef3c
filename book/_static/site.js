// A page opened as a file may not read other files: leave out the excerpts under search results there.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// What the theme's markup leaves untold to a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("pst-primary-sidebar")?.setAttribute("role", "complementary");
  for (const summary of document.querySelectorAll("nav details > summary"))
    summary.setAttribute("aria-label", summary.closest("li").querySelector("a").textContent.trim());
  for (const search of document.querySelectorAll(".search-button-field")) search.removeAttribute("aria-label");
  for (const list of document.querySelectorAll(".citation-list")) list.removeAttribute("role");
  for (const citation of document.querySelectorAll(".citation")) citation.removeAttribute("role");
});

// Whatever scrolls sideways must be reachable from the keyboard; formulas get their width late.
addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  for (const box of document.querySelectorAll("article div.math, article .output"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
});
