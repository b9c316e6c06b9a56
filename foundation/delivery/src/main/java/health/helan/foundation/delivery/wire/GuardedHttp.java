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
          && uri.getPort() <= 65_535
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
    if (uri.getScheme().equalsIgnoreCase("http") && !address.isLoopbackAddress()) {
      return Reply.none("tls");
    }
    byte[] request = request(method, uri, suffix, headers, contentType, body);
    var socket = new Socket();
    var ended = new CountDownLatch(1);
    var late = new AtomicBoolean();
    Thread.ofVirtual().start(() -> cut(socket, ended, late, 3L * millis));
    try (socket) {
      try (Socket connected = connected(socket, uri, address)) {
        return exchange(connected, request, most);
      }
    } catch (TooLarge e) {
      return Reply.none("large");
    } catch (IOException e) {
      return Reply.none(late.get() ? "timeout" : fault(e));
    } finally {
      ended.countDown();
    }
  }

  /** An answer whose body is read as it comes. */
  public static final class Download implements AutoCloseable {
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;
    private final String fault;
    private final Socket socket;
    private final CountDownLatch ended;

    private Download(
        int status,
        Map<String, String> headers,
        InputStream body,
        String fault,
        Socket socket,
        CountDownLatch ended) {
      this.status = status;
      this.headers = headers;
      this.body = body;
      this.fault = fault;
      this.socket = socket;
      this.ended = ended;
    }

    /** 0 when there was no answer. */
    public int status() {
      return status;
    }

    /** A word for why there was none. */
    public String fault() {
      return fault;
    }

    /** Empty for none. */
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }

    /**
     * Ends where the other side says that it ends; before that, an end is an {@link IOException}.
     */
    public InputStream body() {
      return body;
    }

    @Override
    public void close() throws IOException {
      ended.countDown();
      socket.close();
    }
  }

  /**
   * Fetches a file. Its answer must say how long it is, or come in chunks: else a cut would look
   * like its end.
   *
   * @param longest time for everything together
   */
  public Download download(String endpoint, Duration longest) {
    var socket = new Socket();
    var ended = new CountDownLatch(1);
    URI uri = uri(endpoint);
    InetAddress address = null;
    String fault = uri == null ? "name" : "";
    if (uri != null) {
      try {
        address = address(uri);
        if (uri.getScheme().equalsIgnoreCase("http") && !address.isLoopbackAddress()) {
          fault = "tls";
        }
      } catch (UnknownHostException e) {
        fault = "name";
      } catch (IOException e) {
        fault = "network";
      }
    }
    if (uri == null || address == null || !fault.isEmpty()) {
      return new Download(0, Map.of(), InputStream.nullInputStream(), fault, socket, ended);
    }
    var late = new AtomicBoolean();
    Thread.ofVirtual().start(() -> cut(socket, ended, late, longest.toMillis()));
    try {
      Socket connected = connected(socket, uri, address);
      connected
          .getOutputStream()
          .write(request("GET", uri, "", Map.of("Accept-Encoding", "gzip"), "", new byte[0]));
      connected.getOutputStream().flush();
      InputStream in = new BufferedInputStream(connected.getInputStream(), 64 << 10);
      int status = status(line(in));
      Map<String, String> headers = headers(in);
      boolean isChunked =
          headers
              .getOrDefault("Transfer-Encoding", "")
              .toLowerCase(Locale.ROOT)
              .contains("chunked");
      String length = headers.getOrDefault("Content-Length", "");
      if (status == 200 && !isChunked && !length.matches("\\d{1,18}")) {
        return new Download(0, headers, InputStream.nullInputStream(), "length", connected, ended);
      }
      InputStream body =
          isChunked
              ? new Measured(in, -1)
              : new Measured(in, length.isEmpty() ? 0 : Long.parseLong(length));
      return new Download(status, headers, body, "", connected, ended);
    } catch (IOException e) {
      return new Download(
          0,
          Map.of(),
          InputStream.nullInputStream(),
          late.get() ? "timeout" : fault(e),
          socket,
          ended);
    }
  }

  private Socket connected(Socket socket, URI uri, InetAddress address) throws IOException {
    boolean isTls = uri.getScheme().equalsIgnoreCase("https");
    int port = uri.getPort() < 0 ? isTls ? 443 : 80 : uri.getPort();
    socket.setSoTimeout(millis);
    socket.connect(new InetSocketAddress(address, port), millis);
    if (!isTls) {
      return socket;
    }
    SSLSocket tls =
        (SSLSocket)
            ((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(socket, uri.getHost(), port, true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    return tls;
  }

  /** A body of a length, or in chunks (RFC 9112, 6 and 7.1). */
  private static final class Measured extends InputStream {
    private final InputStream in;
    private final boolean chunked;
    private long left;
    private boolean first = true;
    private boolean ended;

    /**
     * @param length -1 for chunks
     */
    Measured(InputStream in, long length) {
      this.in = in;
      this.chunked = length < 0;
      this.left = chunked ? 0 : length;
    }

    private boolean isEnded() throws IOException {
      if (left > 0 || ended) {
        return ended;
      }
      if (!chunked) {
        ended = true;
        return true;
      }
      if (!first && !line(in).isEmpty()) {
        throw new IOException("no HTTP");
      }
      first = false;
      String size = line(in).split(";", 2)[0].strip();
      if (!size.matches("[0-9A-Fa-f]{1,8}")) {
        throw new IOException("no HTTP");
      }
      left = Long.parseLong(size, 16);
      ended = left == 0;
      return ended;
    }

    @Override
    public int read() throws IOException {
      if (isEnded()) {
        return -1;
      }
      int one = in.read();
      if (one < 0) {
        throw new EOFException();
      }
      left--;
      return one;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (isEnded()) {
        return -1;
      }
      int read = in.read(bytes, from, (int) Math.min(length, left));
      if (read < 0) {
        throw new EOFException();
      }
      left -= read;
      return read;
    }
  }

  /**
   * Ends what an endpoint draws out: the timeout of a socket is that of each read, and a write to
   * who does not read has none. A sender would be held for good.
   */
  private static void cut(Socket socket, CountDownLatch ended, AtomicBoolean late, long within) {
    try {
      if (!ended.await(within, TimeUnit.MILLISECONDS)) {
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
