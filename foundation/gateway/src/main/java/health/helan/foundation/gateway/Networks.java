package health.helan.foundation.gateway;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;

/**
 * Who may connect: addresses and networks such as {@code 10.20.0.0/16}; without any, this machine.
 */
public final class Networks {
  private Networks() {}

  /** True when the text is an address or network. */
  static boolean isOne(String text) {
    try {
      int slash = text.indexOf('/');
      byte[] address =
          InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
      int prefix = slash < 0 ? 8 * address.length : Integer.parseInt(text.substring(slash + 1));
      return prefix >= 0 && prefix <= 8 * address.length;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  public static boolean hold(List<String> networks, InetAddress address) {
    return address.isLoopbackAddress()
        || networks.stream().anyMatch(network -> holds(network, address));
  }

  private static boolean holds(String network, InetAddress address) {
    int slash = network.indexOf('/');
    byte[] own =
        InetAddress.ofLiteral(slash < 0 ? network : network.substring(0, slash)).getAddress();
    byte[] other = address.getAddress();
    if (own.length != other.length) {
      return false;
    }
    int prefix = slash < 0 ? 8 * own.length : Integer.parseInt(network.substring(slash + 1));
    int shift = 8 * own.length - prefix;
    return new BigInteger(1, own)
        .shiftRight(shift)
        .equals(new BigInteger(1, other).shiftRight(shift));
  }
}
