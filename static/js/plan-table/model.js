// Rows of the draft: what is stored (base) beside what is typed (now). Knows nothing of the page.

const SHORT_DATE = /^(\d{1,2})[./,-](\d{1,2})[./,-](\d{2}|\d{4})(?:\s*г(?:ода|\.)?)?$/;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/;

const plain = (text) => text.toLowerCase().replaceAll("ё", "е").replace(/\s+/g, " ").trim();

function tidyDate(text) {
  const iso = ISO_DATE.exec(text);
  if (iso) return `${iso[3]}.${iso[2]}.${iso[1]}`;
  const short = SHORT_DATE.exec(text);
  if (!short) return text;
  const year = short[3].length === 2 ? `20${short[3]}` : short[3];
  return `${short[1].padStart(2, "0")}.${short[2].padStart(2, "0")}.${year}`;
}

// A typed or pasted text as its column keeps it; what is not understood stays as it was typed: the server will say.
export function tidy(column, text) {
  const clean = text.replaceAll("\u00a0", " ").replace(/\r\n?/g, "\n").trim();
  if (column.kind === "date") return tidyDate(clean);
  if (column.kind === "choice") return column.choices.find((word) => plain(word) === plain(clean)) ?? clean;
  if (column.kind === "long" || column.kind === "points") return clean;
  return clean.replace(/\s*\n\s*/g, " ");
}

export class Plan {
  constructor(columns, fresh) {
    this.columns = columns;
    this.fresh = fresh; // what an untouched new row says
    this.byName = new Map(columns.map((column) => [column.name, column]));
    this.rows = new Map();
    this.order = new Map(); // section → keys, as they are shown
    this.serial = 0;
  }

  section(number) {
    if (!this.order.has(number)) this.order.set(number, []);
    return this.order.get(number);
  }

  make(section, parts = {}) {
    const key = parts.key ?? (parts.id ? `i${parts.id}` : `n${Date.now().toString(36)}-${++this.serial}`);
    const base = parts.base ?? { ...this.fresh };
    return { id: null, version: null, code: "", struck: false, gone: false, lost: false, faults: {}, clash: {}, offers: {},
      note: "", by: "",
      ...parts, key, section, base, now: parts.now ?? { ...base } };
  }

  put(row, after = null) {
    this.rows.set(row.key, row);
    const keys = this.section(row.section);
    const at = after === null ? keys.length : keys.indexOf(after) + 1;
    keys.splice(at, 0, row.key);
  }

  drop(key) {
    const keys = this.section(this.rows.get(key).section);
    keys.splice(keys.indexOf(key), 1);
    this.rows.delete(key);
  }

  before(key) {
    const keys = this.section(this.rows.get(key).section);
    return keys[keys.indexOf(key) - 1] ?? "";
  }

  text(row, field) {
    return row.now[field] ?? "";
  }

  changed(row) {
    if (row.gone) return [];
    return this.columns.filter(({ name }) => (row.now[name] ?? "") !== (row.base[name] ?? "")).map(({ name }) => name);
  }

  isNew(row) {
    return row.id === null;
  }

  // `lost`: somebody struck the row meanwhile; what was typed stays to be copied, but cannot be saved.
  isDirty(row) {
    if (row.gone || row.lost) return false;
    return this.isNew(row) ? !row.struck && this.changed(row).length > 0 : row.struck || this.changed(row).length > 0;
  }

  all() {
    return [...this.order.values()].flat().map((key) => this.rows.get(key));
  }

  dirty() {
    return this.all().filter((row) => this.isDirty(row));
  }

  // How many cells, new rows and struck rows wait to be saved.
  count() {
    return this.dirty().reduce((sum, row) => sum + (row.struck ? 1 : Math.max(this.changed(row).length, 1)), 0);
  }

  // Rows that stand in the section in the order of their numbers again; new ones stay where they were put.
  sort(section) {
    const number = (key) => Number(this.rows.get(key).code.split(".")[1] ?? Infinity);
    this.section(section).sort((one, other) => number(one) - number(other));
  }
}
