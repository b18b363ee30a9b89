// Saving: every changed row in one request; what is refused comes back to its cells, and nothing typed is lost.

async function ask(address, method, body, token) {
  const answer = await fetch(address, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    body: JSON.stringify(body),
  });
  let told = {};
  try { told = await answer.json(); } catch { /* a proxy's page: the status tells enough */ }
  return { ok: answer.ok, status: answer.status, told };
}

export class Saving {
  constructor(plan, settings, token) {
    this.plan = plan;
    this.settings = settings;
    this.token = token;
  }

  // {saved} | {faults, clashes} | {message}; the plan is brought up to date, sections of new rows are put in order.
  async save() {
    const rows = this.plan.dirty();
    for (const row of rows) Object.assign(row, { faults: {} });
    const { ok, told, status } = await ask(this.settings.save, "PATCH", { rows: rows.map((row) => this.#sent(row)) }, this.token);
    if (ok) return { saved: this.#keep(told.items), keys: rows.map((row) => row.key) };
    if (!told.faults) return { message: told.detail || String(status) };
    for (const { key, field, message } of told.faults) this.plan.rows.get(key).faults[field] = message;
    for (const clash of told.conflicts) this.#clash(clash);
    return { faults: told.faults, clashes: told.conflicts };
  }

  #sent(row) {
    const sent = { key: row.key };
    if (row.id === null) sent.section = row.section;
    else Object.assign(sent, { item_id: row.id, version: row.version });
    if (row.struck) return { ...sent, strike: true };
    const names = this.plan.changed(row);
    return { ...sent, values: Object.fromEntries(names.map((name) => [name, row.now[name] ?? ""])) };
  }

  #keep(items) {
    const sections = new Set();
    for (const item of items) {
      const row = this.plan.rows.get(item.key);
      Object.assign(row, { faults: {}, clash: {}, by: "" }); // offers stay: dates not taken are not lost
      if (item.struck) {
        Object.assign(row, { offers: {}, note: "", gone: true, struck: false, base: { title: row.base.title }, now: { title: row.base.title } });
        continue;
      }
      if (row.id === null) sections.add(row.section);
      Object.assign(row, { id: item.item_id, version: item.version, code: item.code, base: item.texts, now: { ...item.texts } });
    }
    for (const section of sections) this.plan.sort(section);
    return items.length;
  }

  // Somebody was there before: his row becomes what mine is compared with; where both changed a cell, both are shown.
  #clash({ key, who, struck, now }) {
    const row = this.plan.rows.get(key);
    row.by = who;
    if (struck || !now) {
      row.faults[""] = this.settings.words.struck_by.replace("{who}", who);
      row.lost = true;
      return;
    }
    const mine = this.plan.changed(row);
    for (const { name } of this.plan.columns) {
      const was = row.base[name] ?? "";
      const theirs = now.texts[name] ?? "";
      if (theirs === was) continue;
      if (mine.includes(name) && theirs !== row.now[name]) row.clash[name] = theirs;
      else row.now[name] = theirs;
    }
    Object.assign(row, { base: now.texts, version: now.version });
  }

  // What the terms typed in words come to: offers beside the cells of dates. Faults are told at the words.
  async understand(rows) {
    const asked = rows.map((row) => ({ key: row.key, term_text: (row.now.term_text ?? "").slice(0, 500) }));
    const { ok, told } = await ask(this.settings.terms, "POST", { rows: asked }, this.token);
    if (!ok) return;
    for (const { key, texts, note, fault } of told.items) {
      const row = this.plan.rows.get(key);
      if (!row) continue;
      Object.assign(row, { offers: texts, note });
      if (fault) row.faults.term_text = fault;
    }
  }
}
