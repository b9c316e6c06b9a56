package health.helan.foundation.delivery.subscription;

import health.helan.foundation.store.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Requests to endpoints of subscribers, in networks that the operator allows, and nowhere else. The
 * address that was checked is the one that is connected to (docs/adr/0040). No redirect is
 * followed.
 */
final class RestHook {
  private final Predicate<InetAddress> allowed;
  private final int millis;

  /**
   * @param allowed networks that may be connected to
   * @param patience for the connection, and for the answer; three times as long for everything
   *     together
   */
  RestHook(Predicate<InetAddress> allowed, Duration patience) {
    this.allowed = allowed;
    this.millis = (int) patience.toMillis();
  }

  /** What came of a request: its status, or a word for why there was none. */
  record Result(int status, String fault) {
    boolean isTaken() {
      return status >= 200 && status < 300;
    }

    String text() {
      return status > 0 ? "HTTP " + status : fault;
    }
  }

  /**
   * Looks whether an address can be one at all, when a subscription is written.
   *
   * @throws Refusal UNPROCESSABLE
   */
  void check(String endpoint) {
    URI uri = uri(endpoint);
    try {
      InetAddress address = address(uri);
      if (uri.getScheme().equalsIgnoreCase("http") && !address.isLoopbackAddress()) {
        throw Criteria.at("Subscription.channel.endpoint", "subscription.endpoint-https");
      }
    } catch (IOException e) {
      throw Criteria.at("Subscription.channel.endpoint", "subscription.endpoint-network");
    }
  }

  private static URI uri(String endpoint) {
    try {
      URI uri = URI.create(endpoint);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https"))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getFragment() == null
          && uri.toASCIIString().length() < 2000) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw Criteria.at("Subscription.channel.endpoint", "subscription.endpoint");
  }

  /**
   * The address to connect to.
   *
   * @throws IOException when it has none that is allowed
   */
  private InetAddress address(URI uri) throws IOException {
    String host = uri.getHost();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    for (InetAddress address : InetAddress.getAllByName(bare)) {
      if (allowed.test(address)) {
        return address;
      }
    }
    throw new IOException("no allowed network");
  }

  /**
   * Sends a request and reads the status of the answer.
   *
   * @param suffix appended to the path of the endpoint; empty for none
   * @param contentType empty for no body
   */
  Result send(
      String method,
      String endpoint,
      String suffix,
      Map<String, String> headers,
      String contentType,
      byte[] body) {
    URI uri = uri(endpoint);
    InetAddress address;
    try {
      address = address(uri);
    } catch (UnknownHostException e) {
      return new Result(0, "name");
    } catch (IOException e) {
      return new Result(0, "network");
    }
    boolean isTls = uri.getScheme().equalsIgnoreCase("https");
    if (!isTls && !address.isLoopbackAddress()) {
      return new Result(0, "tls");
    }
    int port = uri.getPort() < 0 ? isTls ? 443 : 80 : uri.getPort();
    byte[] request = request(method, uri, suffix, headers, contentType, body);
    var socket = new Socket();
    var ended = new CountDownLatch(1);
    var late = new AtomicBoolean();
    Thread.ofVirtual().start(() -> cut(socket, ended, late));
    try (socket) {
      socket.setSoTimeout(millis);
      socket.connect(new InetSocketAddress(address, port), millis);
      if (!isTls) {
        return new Result(exchange(socket, request), "");
      }
      try (SSLSocket tls =
          (SSLSocket)
              ((SSLSocketFactory) SSLSocketFactory.getDefault())
                  .createSocket(socket, uri.getHost(), port, true)) {
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return new Result(exchange(tls, request), "");
      }
    } catch (IOException e) {
      return new Result(0, late.get() ? "timeout" : fault(e));
    } finally {
      ended.countDown();
    }
  }

  /**
   * Ends what an endpoint draws out: the timeout of a socket is that of each read, and a write to
   * who does not read has none. A sender would be held for good.
   */
  private void cut(Socket socket, CountDownLatch ended, AtomicBoolean late) {
    try {
      if (!ended.await(3L * millis, TimeUnit.MILLISECONDS)) {
        late.set(true);
        socket.close();
      }
    } catch (IOException e) {
      // It is closed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String fault(IOException e) {
    return switch (e) {
      case SocketTimeoutException _ -> "timeout";
      case SSLException _ -> "tls";
      case ConnectException _ -> "refused";
      default -> "closed";
    };
  }

  private static byte[] request(
      String method,
      URI uri,
      String suffix,
      Map<String, String> headers,
      String contentType,
      byte[] body) {
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (!suffix.isEmpty()) {
      path = path.endsWith("/") ? path + suffix : path + "/" + suffix;
    }
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path.isEmpty() ? "/" : path);
    if (uri.getRawQuery() != null) {
      head.append('?').append(uri.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(uri.getHost());
    if (uri.getPort() >= 0) {
      head.append(':').append(uri.getPort());
    }
    head.append("\r\nUser-Agent: helan\r\nConnection: close\r\nContent-Length: ")
        .append(body.length);
    if (!contentType.isEmpty()) {
      head.append("\r\nContent-Type: ").append(contentType);
    }
    headers.forEach((name, value) -> head.append("\r\n").append(name).append(": ").append(value));
    head.append("\r\n\r\n");
    var all = new ByteArrayOutputStream(head.length() + body.length);
    all.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    all.writeBytes(body);
    return all.toByteArray();
  }

  /** Status of the answer; what follows its first line does not matter. */
  private static int exchange(Socket socket, byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    socket.getOutputStream().flush();
    InputStream in = socket.getInputStream();
    String line = new String(in.readNBytes("HTTP/1.1 200".length()), StandardCharsets.ISO_8859_1);
    if (!line.matches("HTTP/1\\.[01] [1-5]\\d\\d")) {
      throw new IOException("no HTTP");
    }
    return Integer.parseInt(line.substring(line.length() - 3));
  }
}
