package health.helan.app.links;

import health.helan.app.links.LinkState.Look;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One look at an address: {@code http}, {@code https}, {@code mllp} (HL7 v2) or {@code tcp}, with a
 * port. A connection is opened; over TLS the certificate is checked; over HTTP a HEAD request is
 * sent, without any credential, and an answer below 500 is good. Nothing is sent to an MLLP door.
 */
final class LinkProbe {
  private final ProbedNetworks networks;
  private final Duration patience;
  private final Duration slow;

  LinkProbe(ProbedNetworks networks, Duration patience, Duration slow) {
    this.networks = networks;
    this.patience = patience;
    this.slow = slow;
  }

  /**
   * What came of it.
   *
   * @param millis until the answer; -1 where none came
   * @param reason code of a failure: {@code name}, {@code refused}, {@code timeout}, {@code tls},
   *     {@code status}, {@code closed}; null for none
   */
  record Result(Look look, long millis, @Nullable String reason) {}

  /**
   * A place to look at.
   *
   * @param path for HTTP
   */
  record Target(String scheme, String host, int port, String path) {
    /** Null for an address that is none of those that can be looked at. */
    static @Nullable Target of(String address) {
      try {
        URI uri = URI.create(address.strip());
        String scheme =
            uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(java.util.Locale.ROOT);
        int port =
            switch (scheme) {
              case "http" -> uri.getPort() < 0 ? 80 : uri.getPort();
              case "https" -> uri.getPort() < 0 ? 443 : uri.getPort();
              case "mllp", "tcp" -> uri.getPort();
              default -> -1;
            };
        String host = uri.getHost();
        if (host == null || port < 1 || port > 65_535 || uri.getUserInfo() != null) {
          return null;
        }
        String path = uri.getRawPath();
        return new Target(
            scheme,
            host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
            port,
            path == null || path.isEmpty() ? "/" : path);
      } catch (IllegalArgumentException noAddress) {
        return null;
      }
    }
  }

  /** Addresses of the target that may be probed; null where its name or network does not fit. */
  @Nullable InetAddress allowed(Target target) throws UnknownHostException {
    for (InetAddress address : InetAddress.getAllByName(target.host())) {
      if (networks.hold(address)) {
        return address;
      }
    }
    return null;
  }

  /**
   * Looks once.
   *
   * @return null where the address is in none of the networks that may be probed
   */
  @Nullable Result look(Target target) {
    InetAddress address;
    try {
      address = allowed(target);
    } catch (UnknownHostException unknown) {
      return new Result(Look.FAILED, -1, "name");
    }
    if (address == null) {
      return null;
    }
    long began = System.nanoTime();
    try (Socket socket = new Socket()) {
      int millis = (int) patience.toMillis();
      socket.setSoTimeout(millis);
      socket.connect(new InetSocketAddress(address, target.port()), millis);
      boolean answered =
          switch (target.scheme()) {
            case "http" -> answers(socket, target);
            case "https" -> {
              // To the address that was checked, under the name that its certificate must have.
              SSLSocket tls =
                  (SSLSocket)
                      ((SSLSocketFactory) SSLSocketFactory.getDefault())
                          .createSocket(socket, target.host(), target.port(), true);
              SSLParameters parameters = tls.getSSLParameters();
              parameters.setEndpointIdentificationAlgorithm("HTTPS");
              tls.setSSLParameters(parameters);
              tls.startHandshake();
              yield answers(tls, target);
            }
            default -> true;
          };
      long took = (System.nanoTime() - began) / 1_000_000;
      if (!answered) {
        return new Result(Look.FAILED, took, "status");
      }
      return new Result(took > slow.toMillis() ? Look.SLOW : Look.GOOD, took, null);
    } catch (SocketTimeoutException late) {
      return new Result(Look.FAILED, -1, "timeout");
    } catch (SSLException unfit) {
      return new Result(Look.FAILED, -1, "tls");
    } catch (java.net.ConnectException refused) {
      return new Result(Look.FAILED, -1, "refused");
    } catch (IOException closed) {
      return new Result(Look.FAILED, -1, "closed");
    }
  }

  /**
   * Sends a HEAD request and reads the first line of the answer, of which only the number counts.
   */
  private static boolean answers(Socket socket, Target target) throws IOException {
    String host = target.host().contains(":") ? "[" + target.host() + "]" : target.host();
    socket
        .getOutputStream()
        .write(
            ("HEAD "
                    + target.path()
                    + " HTTP/1.1\r\nHost: "
                    + host
                    + ":"
                    + target.port()
                    + "\r\nUser-Agent: helan-link-health\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
    String text = new String(line, StandardCharsets.ISO_8859_1);
    if (!text.matches("HTTP/1\\.[01] [1-5]\\d\\d")) {
      throw new IOException("no HTTP");
    }
    return text.charAt(text.length() - 3) < '5';
  }
}
