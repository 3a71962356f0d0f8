// As classic ASP pages write it: no space after the colon, CR LF throughout, and a time in the local format.
const http = require("node:http");

const server = http.createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream", Expires: "-1" });
  response.end(`data:The server time is: ${new Date().toLocaleString("en-US")}\r\n\r\n`);
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
