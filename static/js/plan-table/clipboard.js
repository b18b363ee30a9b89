// What Word and Excel put on the clipboard, as rows of texts; and back.

const LINE = /^(P|DIV|LI|TR|H[1-6])$/;

// The text of a cell of Word or Excel: paragraphs and line breaks as lines, everything else as it reads.
function textOf(cell) {
  let text = "";
  const walk = (node) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text += child.data.replace(/\s+/g, " ");
      else if (child.nodeName === "BR") text += "\n";
      else if (child.nodeType === Node.ELEMENT_NODE && !/^(STYLE|SCRIPT|TEMPLATE)$/.test(child.nodeName)) {
        if (LINE.test(child.nodeName) && text && !text.endsWith("\n")) text += "\n";
        walk(child);
        if (LINE.test(child.nodeName) && !text.endsWith("\n")) text += "\n";
      }
    }
  };
  walk(cell);
  return text.split("\n").map((line) => line.trim()).join("\n").trim();
}

// A table of HTML; a merged cell says its text once, in its first place.
export function fromHtml(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const rows = [...page.querySelectorAll("tr")].filter((row) => !row.parentElement.closest("tr"));
  const grid = rows.map(() => []);
  rows.forEach((row, at) => {
    let place = 0;
    for (const cell of row.cells) {
      while (grid[at][place] !== undefined) place += 1;
      const wide = Math.min(cell.colSpan || 1, 50);
      const high = Math.min(cell.rowSpan || 1, rows.length - at);
      for (let down = 0; down < high; down += 1) {
        for (let right = 0; right < wide; right += 1) grid[at + down][place + right] = down || right ? "" : textOf(cell);
      }
      place += wide;
    }
  });
  return grid.map((row) => Array.from(row, (text) => text ?? "")).filter((row) => row.length);
}

// Tab-separated text as Excel writes it: a cell with line breaks or quotes stands in quotes.
export function fromText(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const letter = source[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (source[at + 1] === '"') { cell += '"'; at += 1; }
      else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === "\t") { rows.at(-1).push(cell); cell = ""; }
    else if (letter === "\n") { rows.at(-1).push(cell); cell = ""; rows.push([]); }
    else cell += letter;
  }
  rows.at(-1).push(quoted ? `"${cell}` : cell);
  return rows;
}

// The clipboard of a paste event as rows of texts.
export function pasted(data) {
  const html = data.getData("text/html");
  if (/<t[dh][\s>]/i.test(html)) {
    const rows = fromHtml(html);
    if (rows.length) return rows;
  }
  const text = data.getData("text/plain");
  return text ? fromText(text) : [];
}

const quote = (text) => (/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\n", "<br>");

export function put(data, rows) {
  data.setData("text/plain", rows.map((row) => row.map(quote).join("\t")).join("\n"));
  const cells = rows.map((row) => `<tr>${row.map((text) => `<td>${escape(text)}</td>`).join("")}</tr>`);
  data.setData("text/html", `<table>${cells.join("")}</table>`);
}

const heading = (text) => text.toLowerCase().replace(/\s+/g, " ").trim();

// A heading row among what is pasted: columns by their names; null where the first row is no heading.
export function headed(rows, columns) {
  const labels = new Map(columns.map((column) => [heading(column.label), column.name]));
  const names = rows[0].map((text) => labels.get(heading(text)) ?? (/^(№|n)( п\/п)?$/i.test(heading(text)) ? "" : null));
  return rows.length > 1 && names.filter((name) => name).length > 1 ? names : null;
}
