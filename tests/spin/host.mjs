// Serves the transpiled component: `host.mjs COMPONENT PORT`, one request at a time.
import { HttpServer } from "@bytecodealliance/preview3-shim/http";

const [component, port] = process.argv.slice(2);
const { handler } = await import(component);
// jco gives a result's value or throws its error; the server wants the result itself.
const handle = async (request) => ({ tag: "ok", val: await handler.handle(request) });
const server = new HttpServer({ handle });
server.on("error", (error) => console.error(error));
await server.listen(Number(port), "127.0.0.1");
process.send("listening");
