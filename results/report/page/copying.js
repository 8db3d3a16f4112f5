// Tables as Markdown and CSV, and the way to the clipboard.

function visibleCells(table) {
  const rows = [...(table.tHead?.rows ?? []), ...rowsOf(table)].filter((row) => !row.hidden);
  return rows.map((row) => [...row.cells]);
}

function textOf(cell) {
  return cell.textContent.replace(/\s+/g, " ").trim();
}

/** As the page shows it: the same rows in the same order. */
function markdownOf(table) {
  const [head, ...rows] = visibleCells(table);
  const line = (cells) => `| ${cells.map((cell) => textOf(cell).replace(/[\\|]/g, "\\$&")).join(" | ")} |`;
  const rule = `|${head.map((cell) => (cell.dataset.type === "number" ? "---:" : "---")).join("|")}|`;
  return `${[line(head), rule, ...rows.map(line)].join("\n")}\n`;
}

/** With the exact numbers behind what is shown (RFC 4180). */
function csvOf(table) {
  const field = (cell) => {
    const text = cell.dataset.value ?? textOf(cell);
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return `${visibleCells(table).map((cells) => cells.map(field).join(",")).join("\r\n")}\r\n`;
}

// Browsers without a clipboard for pages from files know the older command.
function copyBySelection(text) {
  const area = element("textarea", { class: "unseen", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  area.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Where no way to the clipboard is open, the text is laid out to be copied by hand. */
function offerByHand(text, after) {
  const area = element("textarea", { class: "by-hand", readonly: true, "aria-label": "Text to copy" });
  area.value = text;
  area.addEventListener("blur", () => area.remove());
  after.after(area);
  area.select();
}

function copyButton(title, make, output) {
  const button = element("button", { type: "button" }, title);
  button.addEventListener("click", async () => {
    const text = make();
    const done = await copy(text);
    output.value = done ? "Copied" : "Copy the text below";
    if (done) button.focus();
    else offerByHand(text, button.parentElement);
  });
  return button;
}

function addCommandCopies() {
  for (const command of document.querySelectorAll("#recipe pre")) {
    const output = element("output");
    const text = command.textContent;
    command.after(element("div", { class: "toolbar" }, copyButton("Copy", () => text, output), output));
  }
}
