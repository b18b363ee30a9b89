// The table of a draft: joins the rows, the grid, the clipboard, the history, the drafts and the saving.
import { headed, pasted, put } from "./clipboard.js";
import { Drafts } from "./drafts.js";
import { Grid } from "./grid.js";
import { History } from "./history.js";
import { Plan, tidy } from "./model.js";
import { Panel } from "./panel.js";
import { Saving } from "./saving.js";

const root = document.getElementById("plan-table");
const table = root?.querySelector("table");

function start() {
  const settings = JSON.parse(root.dataset.settings);
  const { words } = settings;
  const plan = new Plan(settings.columns, settings.fresh);
  const saving = new Saving(plan, settings, root.querySelector("[name=csrf_token]").value);
  const deeds = {};
  const grid = new Grid(root, plan, words, deeds);
  const drafts = new Drafts(plan, settings.draft);
  const panel = new Panel(root, plan, grid, words, deeds);
  const history = new History(plan, changed);

  function changed(keys, moved, name) {
    if (moved) grid.drawAll();
    else for (const key of keys) grid.draw(key);
    drafts.later();
    panel.refresh(history);
    const worded = keys.map((key) => plan.rows.get(key)).filter((row) => row && !row.gone && row.now.term_text !== row.asked);
    if (name !== "accept") understand(worded);
  }

  // Ask what the terms in words come to, for rows whose words changed since.
  async function understand(rows) {
    const asked = rows.filter((row) => row.now.term_text && (row.now.term_text !== row.base.term_text || row.id === null));
    for (const row of rows) Object.assign(row, { asked: row.now.term_text, offers: {}, note: "" });
    if (!asked.length) return;
    try {
      await saving.understand(asked);
    } catch { return; /* no connection: dates are typed by hand */ }
    for (const row of asked) grid.draw(row.key);
    panel.refresh(history);
  }

  const cellChange = (row, field, to) => ({ type: "cell", key: row.key, field, from: plan.text(row, field), to });
  const open = (row) => row && !row.gone && !row.struck && !row.lost;

  Object.assign(deeds, {
    say: (text) => panel.say(text),
    typed(row, column, text) { history.take("edit", [cellChange(row, column.name, text)]); },
    undo() { back(history.undo(), words.undone); },
    redo() { back(history.redo(), words.redone); },
    clear() {
      const { keys, columns } = grid.chosen();
      const rows = keys.map((key) => plan.rows.get(key)).filter(open);
      const changes = rows.flatMap((row) => columns.filter(Boolean).map((column) => cellChange(row, column.name, "")));
      if (history.take("clear", changes)) panel.say(words.cleared.replace("{n}", changes.length));
    },
    insert() {
      const current = grid.rowAt();
      const section = current?.section ?? Number(table.tBodies[0].dataset.section);
      const row = plan.make(section);
      history.take("insert", [{ type: "add", key: row.key, row, after: current?.key ?? null }]);
      if (grid.cards) panel.open(row.key);
      else grid.show(row.key, grid.shown[0].name);
    },
    strike() {
      const rows = grid.chosen().keys.map((key) => plan.rows.get(key)).filter((row) => row && !row.gone);
      const to = !rows.every((row) => row.struck);
      history.take("strike", rows.map((row) => ({ type: "strike", key: row.key, from: row.struck, to })));
      panel.say(rows.map((row) => `${row.code || words.new}: ${to ? words.struck : words.edit}`).join("; "));
    },
    accept() {
      const { keys } = grid.chosen();
      accept(keys.map((key) => plan.rows.get(key)));
    },
    acceptAll() { accept(plan.all()); },
    settleClash(key, field, deed) {
      const row = plan.rows.get(key);
      const theirs = row.clash[field];
      delete row.clash[field];
      if (!Object.keys(row.clash).length) row.by = "";
      if (deed === "theirs") history.take("edit", [cellChange(row, field, theirs)]);
      else changed([key], false, "edit");
      grid.show(key, field);
    },
    async save() {
      grid.settle();
      if (grid.cards) document.activeElement.blur();
      if (!plan.dirty().length) return panel.say(words.saved);
      panel.busy(true);
      const answer = await attempt();
      panel.busy(false);
      drafts.now();
      if (answer.saved !== undefined) {
        history.clear();
        grid.drawAll();
        panel.done(answer.saved);
      } else {
        for (const row of plan.all()) if (row.by || Object.keys(row.faults).length) grid.draw(row.key);
        panel.refuse(answer);
      }
      panel.refresh(history);
    },
  });

  async function attempt() {
    try {
      return await saving.save();
    } catch (error) {
      if (error instanceof TypeError) return { message: words.network };
      throw error;
    }
  }

  function back(deed, sentence) {
    if (deed) panel.say(sentence.replace("{what}", words[deed.name]));
  }

  function accept(rows) {
    const changes = rows.filter(open).flatMap((row) => (
      Object.entries(row.offers).map(([field, text]) => cellChange(row, field, text))
    ));
    for (const row of rows) if (row) row.offers = {};
    if (!history.take("accept", changes)) changed(rows.filter(Boolean).map((row) => row.key), false, "accept");
  }

  // A paste: over the rows from the focused cell on; past the end of the section new rows are made.
  function paste(rows) {
    const { keys, columns } = grid.chosen();
    const names = headed(rows, plan.columns);
    const body = names ? rows.slice(1) : rows;
    const single = body.length === 1 && body[0].length === 1 && (keys.length > 1 || columns.length > 1);
    if (single) return fill(body[0][0], keys, columns);
    const first = plan.rows.get(keys[0]);
    const left = grid.range().left;
    const target = (at) => (names ? plan.byName.get(names[at]) : grid.shown[left + at - 1]);
    const changes = [];
    const section = plan.section(first.section);
    let at = section.indexOf(first.key);
    let last = section.at(-1);
    let wide = false;
    for (const texts of body) {
      while (at < section.length && !open(plan.rows.get(section[at]))) at += 1;
      let row = plan.rows.get(section[at]);
      if (!row) {
        row = plan.make(first.section);
        changes.push({ type: "add", key: row.key, row, after: last });
        last = row.key;
      }
      at += 1;
      texts.forEach((text, index) => {
        const column = target(index);
        if (column) changes.push({ type: "cell", key: row.key, field: column.name, from: row.now[column.name] ?? "", to: tidy(column, text) });
        else if (text.trim() && !names && left + index > grid.shown.length) wide = true;
      });
    }
    history.take("paste", changes);
    panel.say([words.pasted.replace("{n}", body.length), wide ? words.too_wide : ""].filter(Boolean).join(". "));
  }

  function fill(text, keys, columns) {
    const rows = keys.map((key) => plan.rows.get(key)).filter(open);
    const changes = rows.flatMap((row) => columns.filter(Boolean).map((column) => cellChange(row, column.name, tidy(column, text))));
    history.take("paste", changes);
  }

  function selected() {
    const { keys, columns } = grid.chosen();
    return keys.map((key) => {
      const row = plan.rows.get(key);
      return columns.map((column) => (column ? plan.text(row, column.name) : row.code));
    });
  }

  const inGrid = (event) => table.contains(event.target) && !event.target.closest("input, textarea, select");
  document.addEventListener("copy", (event) => {
    if (!inGrid(event)) return;
    const rows = selected();
    put(event.clipboardData, rows);
    event.preventDefault();
    panel.say(words.copied.replace("{n}", rows.length * rows[0].length));
  });
  document.addEventListener("cut", (event) => {
    if (!inGrid(event)) return;
    put(event.clipboardData, selected());
    event.preventDefault();
    deeds.clear();
  });
  document.addEventListener("paste", (event) => {
    if (!inGrid(event) || !grid.rowAt()) return;
    event.preventDefault();
    const rows = pasted(event.clipboardData);
    if (rows.length) paste(rows);
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.code !== "KeyS") return;
    event.preventDefault();
    deeds.save();
  });
  addEventListener("beforeunload", (event) => {
    if (plan.dirty().length || plan.all().some((row) => row.lost)) event.preventDefault();
  });

  grid.read();
  panel.restoreColumns();
  const { restored } = drafts.restore();
  if (restored) {
    grid.drawAll();
    panel.note(words.restored.replace("{n}", restored));
  }
  panel.refresh(history);
  root.dataset.ready = "";
}

if (table) start();
