package health.helan.foundation.rest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Requests byte by byte: what an HTTP client would not send. One connection each. */
final class RawHttp {
  /** No answer for so long means a stuck thread. */
  private static final int PATIENCE_MS = 20_000;

  /** Longer answers are read, but not kept. */
  private static final int KEPT = 1 << 20;

  private final String host;
  private final int port;

  RawHttp(String host, int port) {
    this.host = host;
    this.port = port;
  }

  /**
   * @param status 0 where the server closed the connection without an answer, -1 where none came in
   *     time
   */
  record Reply(int status, String text, long millis) {}

  /**
   * @param target as it goes into the request line
   * @param headers whole lines, each ended with CRLF
   */
  Reply send(String method, String target, String headers, byte[] body) throws IOException {
    String head =
        method
            + " "
            + target
            + " HTTP/1.1\r\nHost: "
            + host
            + ":"
            + port
            + "\r\nConnection: close\r\n"
            + headers
            + (body.length > 0 && !headers.contains("Transfer-Encoding")
                ? "Content-Length: " + body.length + "\r\n"
                : "")
            + "\r\n";
    return exchange(HostileInput.joined(head.getBytes(StandardCharsets.UTF_8), body));
  }

  /** Sends bytes as they are. */
  Reply exchange(byte[] request) throws IOException {
    long begin = System.nanoTime();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
      // A server that refuses early stops reading: write and read side by side.
      var writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  OutputStream out = socket.getOutputStream();
                  out.write(request);
                  out.flush();
                  socket.shutdownOutput();
                } catch (IOException e) {
                  // Refused before the end; the answer tells.
                }
              });
      var answer = new ByteArrayOutputStream();
      int status;
      try {
        var in = socket.getInputStream();
        byte[] buffer = new byte[16 * 1024];
        int got;
        while ((got = in.read(buffer)) > 0) {
          if (answer.size() < KEPT) {
            answer.write(buffer, 0, got);
          }
        }
        status = status(answer);
      } catch (SocketTimeoutException e) {
        status = -1;
      } catch (IOException e) {
        status = status(answer); // Closed with a part of the request unread.
      }
      socket.close();
      writer.join();
      return new Reply(
          status, answer.toString(StandardCharsets.UTF_8), (System.nanoTime() - begin) / 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static int status(ByteArrayOutputStream answer) {
    String text = answer.toString(StandardCharsets.ISO_8859_1);
    return text.startsWith("HTTP/1.1 ") && text.length() >= 12
        ? Integer.parseInt(text.substring(9, 12))
        : 0;
  }
}
