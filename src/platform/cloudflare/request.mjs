// One crossing for all that a request says of itself, and one for an answer: asked
// for piece by piece, each piece would cost more than what is done with it.

/** Method, URL, then names and values of headers, a line each: none of them can hold a line break. */
export function head(request) {
  let lines = `${request.method}\n${request.url}`;
  // Half of what an iterator costs, which makes an array of each.
  request.headers.forEach((value, name) => {
    lines += `\n${name}\n${value}`;
  });
  return lines;
}

/**
 * @param usual Headers that the answer has unless it says otherwise
 * @param own names and values in turn, a line each, those of one name together; no value takes the usual one away
 * @param body a view of wasm memory, which is another's as soon as this returns
 */
export function respond(status, usual, own, body) {
  const response = new Response(body.length > 0 ? body.slice() : null, { status, headers: usual });
  const lines = own.split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [name, value] = [lines[at], lines[at + 1]];
    if (value === "") response.headers.delete(name);
    else if (name === lines[at - 2]) response.headers.append(name, value);
    else response.headers.set(name, value);
  }
  return response;
}
