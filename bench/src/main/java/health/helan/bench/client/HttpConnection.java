package health.helan.bench.client;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One kept-alive HTTP/1.1 connection for one thread. Opens itself when needed and closes itself
 * after an error, so that the next request starts afresh. The last answer stays readable until the
 * next request.
 */
public final class HttpConnection implements AutoCloseable {
  private static final int CONNECT_MS = 10_000;

  /** The peer needs more than a minute for the largest bundles. */
  private static final int READ_MS = 600_000;

  /** Bodies up to this size travel with their header in one write. */
  private static final int ONE_WRITE = 1 << 16;

  private final Endpoint endpoint;
  private @Nullable Socket socket;
  private InputStream in = InputStream.nullInputStream();
  private OutputStream out = OutputStream.nullOutputStream();
  private byte[] body = new byte[1 << 16];
  private int length;
  private String location = "";
  private String contentLocation = "";

  public HttpConnection(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @param path below the base, such as {@code /Patient/1}; empty for the base itself
   * @param headers complete header lines, each ended by CR LF; may be empty
   * @return the status code
   */
  public int send(String method, String path, byte @Nullable [] content, String headers)
      throws IOException {
    boolean whole = false;
    try {
      if (socket == null) {
        open();
      }
      write(method, path, content, headers);
      int status = read(method);
      whole = true;
      return status;
    } finally {
      if (!whole) {
        close();
      }
    }
  }

  private void open() throws IOException {
    Socket fresh = new Socket();
    socket = fresh;
    fresh.setTcpNoDelay(true);
    fresh.setSoTimeout(READ_MS);
    fresh.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), CONNECT_MS);
    in = new BufferedInputStream(fresh.getInputStream(), 1 << 16);
    out = fresh.getOutputStream();
  }

  private void write(String method, String path, byte @Nullable [] content, String headers)
      throws IOException {
    var head = new StringBuilder(256);
    head.append(method).append(' ').append(endpoint.path()).append(path).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(endpoint.host()).append(':').append(endpoint.port());
    head.append("\r\nAccept: application/fhir+json\r\n").append(headers);
    if (!endpoint.token().isEmpty()) {
      head.append("Authorization: Bearer ").append(endpoint.token()).append("\r\n");
    }
    if (content != null) {
      head.append("Content-Type: application/fhir+json\r\nContent-Length: ");
      head.append(content.length).append("\r\n");
    }
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    if (content != null && content.length <= ONE_WRITE) {
      byte[] all = Arrays.copyOf(start, start.length + content.length);
      System.arraycopy(content, 0, all, start.length, content.length);
      out.write(all);
    } else {
      out.write(start);
      if (content != null) {
        out.write(content);
      }
    }
    out.flush();
  }

  private int read(String method) throws IOException {
    length = 0;
    location = "";
    contentLocation = "";
    String first = line();
    if (!first.startsWith("HTTP/1.") || first.length() < 12) {
      throw new IOException("not an HTTP answer: " + first);
    }
    int status = Integer.parseInt(first.substring(9, 12));
    int announced = -1;
    boolean chunked = false;
    boolean last = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      String value = header.substring(colon + 1).strip();
      switch (header.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT)) {
        case "content-length" -> announced = Integer.parseInt(value);
        case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
        case "connection" -> last = value.equalsIgnoreCase("close");
        case "location" -> location = value;
        case "content-location" -> contentLocation = value;
        default -> {}
      }
    }
    if (chunked) {
      for (int size = chunkSize(); size > 0; size = chunkSize()) {
        take(size);
        line();
      }
      while (!line().isEmpty()) {
        // Trailers tell nothing that is measured.
      }
    } else if (announced >= 0) {
      take(announced);
    } else if (status >= 200 && status != 204 && status != 304 && !method.equals("HEAD")) {
      take(Integer.MAX_VALUE);
      last = true;
    }
    if (last) {
      close();
    }
    return status;
  }

  private int chunkSize() throws IOException {
    String line = line();
    int extension = line.indexOf(';');
    return Integer.parseInt(extension < 0 ? line : line.substring(0, extension), 16);
  }

  private String line() throws IOException {
    var line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** Appends to the body; {@code Integer.MAX_VALUE} reads to the end of the stream. */
  private void take(int count) throws IOException {
    int wanted = count;
    while (wanted > 0) {
      if (length == body.length) {
        body = Arrays.copyOf(body, body.length * 2);
      }
      int got = in.read(body, length, Math.min(wanted, body.length - length));
      if (got < 0) {
        if (count == Integer.MAX_VALUE) {
          return;
        }
        throw new EOFException("the answer ended early");
      }
      length += got;
      wanted -= got;
    }
  }

  /** Bytes of the last answer's body. */
  public int length() {
    return length;
  }

  /** A copy of the last answer's body. */
  public byte[] body() {
    return Arrays.copyOf(body, length);
  }

  /** The first characters of the last answer's body, for messages. */
  public String excerpt(int characters) {
    return new String(body, 0, Math.min(length, characters), StandardCharsets.UTF_8)
        .replaceAll("\\s+", " ");
  }

  /** The last answer's {@code Content-Location}, or empty. */
  public String contentLocation() {
    return contentLocation;
  }

  /** The last answer's {@code Location}, or empty. */
  public String location() {
    return location;
  }

  /** How often the text, in ASCII, occurs in the last answer's body. */
  public int occurrences(String text) {
    byte[] sought = text.getBytes(StandardCharsets.US_ASCII);
    int found = 0;
    for (int at = 0; at + sought.length <= length; at++) {
      if (Arrays.equals(body, at, at + sought.length, sought, 0, sought.length)) {
        found++;
        at += sought.length - 1;
      }
    }
    return found;
  }

  /** How many entries of the last answer, a response bundle, have a status of 2xx. */
  public int acceptedEntries() {
    int found = 0;
    byte[] sought = "\"status\"".getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at + sought.length < length; at++) {
      if (body[at] == '"'
          && Arrays.equals(body, at, at + sought.length, sought, 0, sought.length)) {
        int value = at + sought.length;
        while (value < length && (body[value] == ':' || Character.isWhitespace(body[value]))) {
          value++;
        }
        if (value + 1 < length && body[value] == '"' && body[value + 1] == '2') {
          found++;
        }
        at = value;
      }
    }
    return found;
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException alreadyGone) {
        // Nothing is lost: the answer was read, or its loss is being reported.
      }
    }
  }

  /**
   * Where a server answers.
   *
   * @param path of the FHIR base, without a slash at the end
   * @param token bearer token, or empty
   */
  public record Endpoint(String host, int port, String path, String token) {
    /**
     * @throws IllegalArgumentException if the base is not of the form {@code http://host:port/path}
     */
    public static Endpoint of(URI base, String token) {
      if (!"http".equals(base.getScheme()) || base.getHost() == null) {
        throw new IllegalArgumentException("The base must be http://host:port/path, not " + base);
      }
      String path = base.getPath().replaceAll("/+$", "");
      return new Endpoint(base.getHost(), base.getPort() < 0 ? 80 : base.getPort(), path, token);
    }
  }
}
