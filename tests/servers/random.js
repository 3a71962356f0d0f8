// Sends one event per request and ends: by chance an event of the default type or a CustomEvent. The chance has a seed
// (the first argument), so that a run can be repeated. Events that the client has are not sent again: their numbers go
// on from Last-Event-ID.
const http = require("node:http");

let state = Number(process.argv[2] ?? 1) >>> 0;

// xorshift32
function chance() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const server = http.createServer((request, response) => {
  const id = Number(request.headers["last-event-id"] ?? 0) + 1;
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write("retry: 1000\n");
  if (chance() < 0.5) response.write("event: CustomEvent\n");
  response.end(`id: ${id}\ndata: number ${id}\n\n`);
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
