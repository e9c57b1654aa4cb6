const table = document.querySelector("table.runs"), body = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells], words = new Intl.Collator("en", { numeric: true });
const key = (row, at) => row.cells[at].dataset.sort ?? row.cells[at].textContent.trim();

heads.forEach((head, at) => {
  const kind = head.dataset.sort;
  if (!kind) return;
  const button = document.createElement("button");
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const now = head.getAttribute("aria-sort") ?? (kind === "down" ? "ascending" : "descending");
    const turn = now === "ascending" ? -1 : 1;
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
    body.append(...[...body.rows].sort((one, other) => {
      const [a, b] = [key(one, at), key(other, at)];
      if (a === "" || b === "") return (a === "") - (b === "");
      return turn * (kind === "text" ? words.compare(a, b) : a - b);
    }));
  });
});

const label = document.createElement("label"), box = document.createElement("input");
box.type = "search";
label.className = "filter";
label.append(`Show only ${heads[0].textContent}s named `, box);
box.addEventListener("input", () => [...body.rows].forEach(row => {
  row.hidden = !row.cells[0].textContent.toLowerCase().includes(box.value.trim().toLowerCase());
}));
table.parentElement.before(label);
