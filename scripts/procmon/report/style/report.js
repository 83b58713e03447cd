// A little comfort where JavaScript runs: tables of more than eight rows can be sorted and filtered.
"use strict";
for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0], rows = [...body.rows];
  if (rows.length < 8) continue;
  const key = (row, at) => {
    const text = row.cells[at].textContent.trim(), number = Number(text.replaceAll(",", ""));
    return text && !Number.isNaN(number) ? number : text.toLowerCase();
  };
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sorted = rows.map((row) => [key(row, at), row]).sort(([a], [b]) =>
        typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1);
      body.append(...(down ? sorted.reverse() : sorted).map(([, row]) => row));
    });
  });
  const field = document.createElement("input");
  field.type = "search";
  field.className = "filter";
  field.placeholder = document.documentElement.dataset.search;
  const title = table.closest("section").querySelector("h3, h2");
  field.setAttribute("aria-label", [field.placeholder, title && title.textContent.trim()].filter(Boolean).join(": "));
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
  table.parentNode.before(field);
  // A link to a row that the filter hides must still find it.
  addEventListener("hashchange", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row && row.hidden && body.contains(row)) {
      field.value = "";
      field.dispatchEvent(new Event("input"));
      row.scrollIntoView();
    }
  });
}
