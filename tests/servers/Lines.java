import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.net.InetSocketAddress;

/** The JDK's own server, written to as a servlet would: with println, in the platform's line ends (-Dline.separator names others). */
public final class Lines {
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream;charset=UTF-8");
            exchange.sendResponseHeaders(200, 0);
            try (PrintWriter writer = new PrintWriter(exchange.getResponseBody())) {
                writer.println("data:Hello World");
                writer.println("event:load");
                writer.println("id:140312");
                writer.println();
            }
        });
        server.start();
        System.out.println(server.getAddress().getPort());
    }
}
