// Comfort where JavaScript runs; the page is whole without it. Words stand in the data of the root element.
"use strict";
const words = document.documentElement.dataset;
const made = (name, properties) => Object.assign(document.createElement(name), properties);

// Tables of eight rows and more (or of as many as data-few says): sorted by a click on a head, searched by words, chosen by a column of few values.
for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  if (rows.length < (table.dataset.few || 8)) continue;
  const key = (row, at) => {
    const text = row.cells[at].textContent.trim(), number = Number(text.replaceAll(",", ""));
    return text && !Number.isNaN(number) ? number : text.toLowerCase();
  };
  heads.forEach((head, at) => {
    const button = made("button", { type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sorted = rows.map((row) => [key(row, at), row]).sort(([a], [b]) =>
        typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1);
      body.append(...(down ? sorted.reverse() : sorted).map(([, row]) => row));
    });
  });
  const title = table.closest("section").querySelector("h3, h2");
  const field = made("input", { type: "search", className: "filter", placeholder: words.search });
  field.setAttribute("aria-label", [words.search, title && title.textContent.trim()].filter(Boolean).join(": "));
  const choices = heads.map((head, at) => [head, at]).filter(([head]) => "choose" in head.dataset).map(([head, at]) => {
    const choice = made("select", { className: "filter choose" }), name = head.textContent.trim();
    choice.setAttribute("aria-label", name);
    choice.append(new Option(words.every.replace("{column}", name), ""));
    const values = [...new Set(rows.map((row) => row.cells[at].textContent.trim()))].sort();
    choice.append(...values.map((value) => new Option(value, value)));
    choice.dataset.at = at;
    return choice;
  });
  const shown = made("span", { className: "shown" });
  shown.setAttribute("role", "status");
  const narrow = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !(wanted.every((word) => text.includes(word)) && choices.every((choice) =>
        !choice.value || row.cells[choice.dataset.at].textContent.trim() === choice.value));
      left += !row.hidden;
    }
    shown.textContent = left < rows.length ? words.shown.replace("{n}", left).replace("{all}", rows.length) : "";
  };
  const bar = made("div", { className: "narrow" });
  bar.append(field, ...choices, shown);
  for (const one of [field, ...choices]) one.addEventListener("input", narrow);
  table.parentNode.before(bar);
  // A link to a row that is hidden must still find it.
  addEventListener("hashchange", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row && row.hidden && body.contains(row)) {
      for (const one of [field, ...choices]) one.value = "";
      narrow();
      row.scrollIntoView();
    }
  });
}

// Filters of Process Monitor: a button that copies the rules, one a line.
for (const see of document.querySelectorAll(".see")) {
  const button = made("button", { type: "button", className: "copy", textContent: words.copy });
  button.addEventListener("click", async () => {
    const rules = [...see.querySelectorAll(".rule")].map((rule) => rule.textContent).join("\n");
    try {
      await navigator.clipboard.writeText(rules);
    } catch { // not allowed: the old way
      const area = made("textarea", { value: rules });
      see.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = words.copied;
    setTimeout(() => { button.textContent = words.copy; }, 2000);
  });
  see.append(" ", button);
}

// A link into what is folded unfolds it; what is printed is unfolded.
const unfold = (element) => {
  for (let at = element; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
};
addEventListener("hashchange", () => unfold(document.getElementById(location.hash.slice(1))));
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));

// The contents show where one is: the last part or finding that begins above the middle.
const contents = document.querySelector(".contents"), places = contents ? [...contents.querySelectorAll("a")]
  .map((link) => [link, document.getElementById(link.hash.slice(1))]).filter(([, place]) => place) : [];
let here = null;
const follow = () => {
  const passed = places.filter(([, place]) => place.getBoundingClientRect().top < innerHeight / 2);
  const [link] = passed.at(-1) || [null];
  if (link === here) return;
  if (here) here.removeAttribute("aria-current");
  here = link;
  if (!here) return;
  here.setAttribute("aria-current", "true");
  contents.scrollTop = here.offsetTop - contents.clientHeight / 2;
};
addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
follow();
