package health.helan.foundation.delivery.subscription;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** A subscriber's HTTP server, which can fail, hang, and be stopped and started again. */
final class Receiver implements AutoCloseable {
  /** How it answers. */
  enum Mood {
    WELL,
    FAILING,
    HANGING
  }

  /** A request that it took. */
  record Taken(String method, String path, Headers headers, String body) {
    JsonNode json() {
      return Json.MAPPER.readTree(body);
    }

    String header(String name) {
      String value = headers.getFirst(name);
      return value == null ? "" : value;
    }
  }

  final List<Taken> taken = new CopyOnWriteArrayList<>();

  /** Requests that were answered badly. */
  final AtomicInteger refused = new AtomicInteger();

  volatile Mood mood = Mood.WELL;
  private HttpServer server;
  private final int port;

  Receiver() throws IOException {
    server = start(0);
    port = server.getAddress().getPort();
  }

  private HttpServer start(int at) throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), at), 50);
    made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    made.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          switch (mood) {
            case WELL -> {
              taken.add(
                  new Taken(
                      exchange.getRequestMethod(),
                      exchange.getRequestURI().toString(),
                      exchange.getRequestHeaders(),
                      body));
              exchange.sendResponseHeaders(200, -1);
            }
            case FAILING -> {
              refused.incrementAndGet();
              exchange.sendResponseHeaders(500, -1);
            }
            case HANGING -> {
              refused.incrementAndGet();
              try {
                Thread.sleep(1500);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          }
          exchange.close();
        });
    made.start();
    return made;
  }

  String url() {
    return "http://127.0.0.1:" + port + "/hook";
  }

  void stop() {
    server.stop(0);
  }

  void startAgain() throws IOException {
    server = start(port);
  }

  @Override
  public void close() {
    stop();
  }
}
