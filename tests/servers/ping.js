// Node's own http module: an event of type ping every second, for as long as the client stays.
const http = require("node:http");

const server = http.createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  const ping = setInterval(() => {
    response.write(`event: ping\ndata: ${JSON.stringify({ date: new Date() })}\n\n`);
  }, 1000);
  request.on("close", () => clearInterval(ping));
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
