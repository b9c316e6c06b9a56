package health.helan.foundation.trust.account;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * From where someone tries.
 *
 * @param address of the caller
 * @param device what the browser calls itself, in short; for its owner to recognise
 * @param deviceToken proof that this device has signed in before; null for none
 */
public record Visitor(String address, String device, @Nullable String deviceToken) {
  private static final int LONGEST_DEVICE = 60;

  public Visitor {
    device = device.length() > LONGEST_DEVICE ? device.substring(0, LONGEST_DEVICE) : device;
  }

  /**
   * Who is slowed down together: an IPv4 address, or the /64 of an IPv6 address, which one customer
   * has to itself.
   */
  String network() {
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      return parsed instanceof Inet6Address v6
          ? HexFormat.of().formatHex(v6.getAddress(), 0, 8) + "::/64"
          : parsed.getHostAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return address;
    }
  }

  /** For the owner's history: enough to recognise, not enough to trace a person. */
  String masked() {
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      if (parsed.isLoopbackAddress()) {
        return parsed.getHostAddress();
      }
      if (parsed instanceof Inet4Address) {
        return parsed.getHostAddress().replaceFirst("\\.\\d+$", ".*");
      }
      return network();
    } catch (IllegalArgumentException notAnAddress) {
      return "?";
    }
  }
}
