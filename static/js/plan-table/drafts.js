// Work that is not saved outlives a reload: kept in this browser, for this person and this edition.
const PAUSE = 400;
const KEPT_FOR = 14 * 24 * 60 * 60 * 1000;

export class Drafts {
  constructor(plan, name) {
    this.plan = plan;
    this.name = name;
    this.timer = 0;
    addEventListener("pagehide", () => this.now());
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), PAUSE);
  }

  now() {
    clearTimeout(this.timer);
    const rows = this.plan.dirty().map(({ key, id, version, section, base, now, struck }) => (
      { key, id, version, section, base, now, struck, after: this.plan.before(key) }
    ));
    try {
      if (rows.length) localStorage.setItem(this.name, JSON.stringify({ at: Date.now(), rows }));
      else localStorage.removeItem(this.name);
    } catch { /* no room, or a private window: the warning before leaving stays */ }
  }

  // Put back what was not saved. Rows the server has changed since keep both: {restored, clashed}.
  restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(this.name)); } catch { /* unreadable: nothing to put back */ }
    if (!kept?.rows || Date.now() - kept.at > KEPT_FOR) return { restored: 0, stale: [] };
    const stale = kept.rows.filter((row) => !this.#put(row));
    return { restored: this.plan.count(), stale };
  }

  #put(kept) {
    if (kept.id === null) {
      if (!this.plan.order.has(kept.section)) return false;
      const after = this.plan.rows.has(kept.after) ? kept.after : null;
      this.plan.put(this.plan.make(kept.section, { key: kept.key, base: kept.base, now: kept.now }), after);
      return true;
    }
    const row = this.plan.rows.get(kept.key);
    if (!row) return false;
    row.struck = kept.struck;
    for (const name of Object.keys(kept.now)) {
      if ((kept.now[name] ?? "") !== (kept.base[name] ?? "")) {
        row.now[name] = kept.now[name];
        if ((row.base[name] ?? "") !== (kept.base[name] ?? "")) row.clash[name] = row.base[name] ?? "";
      }
    }
    return true;
  }
}
