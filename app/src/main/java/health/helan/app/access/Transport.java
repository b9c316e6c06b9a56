package health.helan.app.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * How a request came: whether anyone on the way could read it, and from which address. Forwarded
 * headers are believed from the operator's proxies only.
 */
public final class Transport {
  private static final List<String> SIGNS_OF_A_PROXY =
      List.of("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via");

  private final Set<String> proxies;

  Transport(Set<String> proxies) {
    this.proxies = proxies;
  }

  private boolean isTrusted(String address) {
    return proxies.contains(address);
  }

  /** Over TLS, up to us or to a proxy of the operator's. */
  public boolean isTls(HttpServletRequest request) {
    return request.isSecure()
        || isTrusted(request.getRemoteAddr())
            && "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
  }

  /** May a secret travel this way: TLS, or never left this machine. */
  boolean isPrivate(HttpServletRequest request) {
    return isTls(request)
        || isLoopback(request.getRemoteAddr())
            && SIGNS_OF_A_PROXY.stream().noneMatch(sign -> request.getHeader(sign) != null);
  }

  /** The caller's address: the last one before the operator's proxies. */
  public String address(HttpServletRequest request) {
    String address = request.getRemoteAddr();
    String forwarded = request.getHeader("X-Forwarded-For");
    if (forwarded == null || !isTrusted(address)) {
      return address;
    }
    String[] hops = forwarded.split(",");
    for (int i = hops.length - 1; i >= 0; i--) {
      String hop = hops[i].strip();
      if (!isTrusted(hop)) {
        return isLiteral(hop) ? hop : address;
      }
    }
    return address;
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.ofLiteral(address).isLoopbackAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  private static boolean isLiteral(String text) {
    try {
      InetAddress.ofLiteral(text);
      return true;
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }
}
