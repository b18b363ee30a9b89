// Undo and redo of everything that is not saved yet. A deed is a list of changes of cells, rows and strikes.

export class History {
  constructor(plan, changed) {
    this.plan = plan;
    this.changed = changed; // (keys, rowsMoved, name)
    this.done = [];
    this.undone = [];
  }

  // Take a deed: {name, changes: [{cell|add|strike}]}. Changes that change nothing are left out.
  take(name, changes) {
    const real = changes.filter((change) => change.type !== "cell" || change.from !== change.to);
    if (!real.length) return false;
    const deed = { name, changes: real };
    this.done.push(deed);
    this.undone.length = 0;
    this.#run(deed, false);
    return true;
  }

  undo() {
    const deed = this.done.pop();
    if (!deed) return null;
    this.undone.push(deed);
    this.#run(deed, true);
    return deed;
  }

  redo() {
    const deed = this.undone.pop();
    if (!deed) return null;
    this.done.push(deed);
    this.#run(deed, false);
    return deed;
  }

  clear() {
    this.done.length = 0;
    this.undone.length = 0;
  }

  #run(deed, back) {
    const keys = new Set();
    let moved = false;
    for (const change of back ? [...deed.changes].reverse() : deed.changes) {
      keys.add(change.key);
      moved = this.#apply(change, back) || moved;
    }
    this.changed([...keys], moved, deed.name);
  }

  #apply(change, back) {
    if (change.type === "add") {
      if (back) this.plan.drop(change.key);
      else this.plan.put(change.row, change.after);
      return true;
    }
    const row = this.plan.rows.get(change.key);
    const to = back ? change.from : change.to;
    if (change.type === "strike") row.struck = to;
    else {
      row.now[change.field] = to;
      delete row.faults[change.field];
    }
    return false;
  }
}
