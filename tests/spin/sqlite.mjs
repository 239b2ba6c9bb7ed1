// spin:sqlite over Node's: one file, a connection for each `open`. Like Spin's
// own host it runs the first statement of a text alone and passes on SQLite's words.
import { DatabaseSync } from "node:sqlite";

const tags = { bigint: "integer", number: "real", string: "text", object: "blob" };
const value = (cell) => (cell === null ? { tag: "null" } : { tag: tags[typeof cell], val: cell });

export class Connection {
  #database = new DatabaseSync(process.env.DATABASE);

  static async openAsync(name) {
    if (name !== "default") throw { tag: "no-such-database" };
    return new Connection();
  }

  async executeAsync(sql, parameters) {
    try {
      const statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      const columns = statement.columns().map((column) => column.name);
      const rows = statement.all(...parameters.map((parameter) => parameter.val ?? null));
      return [columns, stream(rows.map((row) => ({ values: row.map(value) }))), Promise.resolve({ tag: "ok" })];
    } catch (error) {
      throw { tag: "io", val: error.message };
    }
  }

  [Symbol.dispose]() {
    this.#database.close();
  }
}

async function* stream(rows) {
  yield* rows;
}
