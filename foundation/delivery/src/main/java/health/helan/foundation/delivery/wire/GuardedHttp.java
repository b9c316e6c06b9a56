package health.helan.foundation.delivery.wire;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
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
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * HTTP to addresses in networks that the operator allows, and nowhere else. The address that was
 * checked is the one that is connected to (docs/adr/0040). No redirect is followed; https, and http
 * on loopback only.
 */
public final class GuardedHttp {
  private final Predicate<InetAddress> allowed;
  private final int millis;

  /**
   * @param allowed networks that may be connected to
   * @param patience for the connection, and for each read of the answer; three times as long for
   *     everything together
   */
  public GuardedHttp(Predicate<InetAddress> allowed, Duration patience) {
    this.allowed = allowed;
    this.millis = (int) patience.toMillis();
  }

  /** Why an address cannot be one. */
  public enum Flaw {
    /** No http or https address with a host, or one with user or fragment. */
    FORM,
    /** http beyond the machine. */
    HTTPS,
    /** In no network that is allowed, or its name is unknown. */
    NETWORK
  }

  /**
   * What came of a request.
   *
   * @param status 0 when there was no answer
   * @param headers by name in any case; the first of several
   * @param body empty where it was not asked for
   * @param fault a word for why there was none: name, network, tls, timeout, refused, closed, large
   */
  public record Reply(int status, Map<String, String> headers, byte[] body, String fault) {
    static Reply none(String fault) {
      return new Reply(0, Map.of(), new byte[0], fault);
    }

    public boolean isTaken() {
      return status >= 200 && status < 300;
    }

    public String text() {
      return status > 0 ? "HTTP " + status : fault;
    }

    /** Empty for none. */
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** Looks whether an address can be one at all; null when it can. */
  public @Nullable Flaw flaw(String endpoint) {
    URI uri = uri(endpoint);
    if (uri == null) {
      return Flaw.FORM;
    }
    try {
      InetAddress address = address(uri);
      return uri.getScheme().equalsIgnoreCase("http") && !address.isLoopbackAddress()
          ? Flaw.HTTPS
          : null;
    } catch (IOException e) {
      return Flaw.NETWORK;
    }
  }

  private static @Nullable URI uri(String endpoint) {
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
      // Told by the answer.
    }
    return null;
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
   * Sends a request and reads the answer.
   *
   * @param suffix appended to the path of the endpoint; empty for none
   * @param contentType empty for no body
   * @param most bytes of the answer's body that are taken; 0 to read its status alone
   */
  public Reply send(
      String method,
      String endpoint,
      String suffix,
      Map<String, String> headers,
      String contentType,
      byte[] body,
      int most) {
    URI uri = uri(endpoint);
    if (uri == null) {
      return Reply.none("name");
    }
    InetAddress address;
    try {
      address = address(uri);
    } catch (UnknownHostException e) {
      return Reply.none("name");
    } catch (IOException e) {
      return Reply.none("network");
    }
    boolean isTls = uri.getScheme().equalsIgnoreCase("https");
    if (!isTls && !address.isLoopbackAddress()) {
      return Reply.none("tls");
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
        return exchange(socket, request, most);
      }
      try (SSLSocket tls =
          (SSLSocket)
              ((SSLSocketFactory) SSLSocketFactory.getDefault())
                  .createSocket(socket, uri.getHost(), port, true)) {
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return exchange(tls, request, most);
      }
    } catch (TooLarge e) {
      return Reply.none("large");
    } catch (IOException e) {
      return Reply.none(late.get() ? "timeout" : fault(e));
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

  private static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static Reply exchange(Socket socket, byte[] request, int most) throws IOException {
    socket.getOutputStream().write(request);
    socket.getOutputStream().flush();
    InputStream in = new BufferedInputStream(socket.getInputStream());
    if (most == 0) {
      // What follows the status does not matter.
      String line = new String(in.readNBytes("HTTP/1.1 200".length()), StandardCharsets.ISO_8859_1);
      return new Reply(status(line), Map.of(), new byte[0], "");
    }
    int status = status(line(in));
    Map<String, String> headers = headers(in);
    while (status >= 100 && status < 200) {
      status = status(line(in));
      headers = headers(in);
    }
    return new Reply(status, headers, body(in, status, headers, most), "");
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5]\\d\\d( .*)?")) {
      throw new IOException("no HTTP");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static Map<String, String> headers(InputStream in) throws IOException {
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() > 100) {
        throw new IOException("no HTTP");
      }
      headers.putIfAbsent(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int one = in.read(); one != '\n'; one = in.read()) {
      if (one < 0) {
        throw new EOFException();
      }
      if (line.size() > 16_000) {
        throw new TooLarge();
      }
      line.write(one);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static byte[] body(InputStream in, int status, Map<String, String> headers, int most)
      throws IOException {
    if (status == 204 || status == 304) {
      return new byte[0];
    }
    if (headers
        .getOrDefault("Transfer-Encoding", "")
        .toLowerCase(Locale.ROOT)
        .contains("chunked")) {
      return chunks(in, most);
    }
    String length = headers.get("Content-Length");
    if (length == null) {
      byte[] all = in.readNBytes(most + 1);
      if (all.length > most) {
        throw new TooLarge();
      }
      return all;
    }
    if (!length.matches("\\d{1,18}")) {
      throw new IOException("no HTTP");
    }
    if (Long.parseLong(length) > most) {
      throw new TooLarge();
    }
    return exactly(in, Integer.parseInt(length));
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] all = in.readNBytes(length);
    if (all.length < length) {
      throw new EOFException();
    }
    return all;
  }

  private static byte[] chunks(InputStream in, int most) throws IOException {
    var all = new ByteArrayOutputStream();
    while (true) {
      String size = line(in).split(";", 2)[0].strip();
      if (!size.matches("[0-9A-Fa-f]{1,8}")) {
        throw new IOException("no HTTP");
      }
      long length = Long.parseLong(size, 16);
      if (length == 0) {
        return all.toByteArray();
      }
      if (all.size() + length > most) {
        throw new TooLarge();
      }
      all.writeBytes(exactly(in, (int) length));
      if (!line(in).isEmpty()) {
        throw new IOException("no HTTP");
      }
    }
  }
}
