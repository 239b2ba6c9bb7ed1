// spin:key-value in memory.
const values = new Map();

export class Store {
  static async open(label) {
    if (label !== "default") throw { tag: "no-such-store" };
    return new Store();
  }

  async get(key) {
    return values.get(key);
  }

  async set(key, value) {
    values.set(key, value);
  }

  async delete(key) {
    values.delete(key);
  }
}
