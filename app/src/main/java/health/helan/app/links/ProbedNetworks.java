package health.helan.app.links;

import health.helan.app.start.StartRefused;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The networks that may be probed, from {@code HELAN_LINK_NETWORKS}; none without it, and then
 * nothing is probed at all. Whoever can write an Endpoint could otherwise let the platform knock at
 * any door of its own network and learn from the states which are open. Institutions lie in private
 * ranges, so these cannot be refused as such: the operator names the ones meant. An address counts
 * after its name was resolved, and it is that address which is then connected to.
 */
public final class ProbedNetworks {
  public static final String VARIABLE = "HELAN_LINK_NETWORKS";

  private record Network(byte[] address, int prefix, String text) {
    boolean holds(InetAddress other) {
      byte[] bytes = other.getAddress();
      if (bytes.length != address.length) {
        return false;
      }
      int shift = 8 * bytes.length - prefix;
      return new BigInteger(1, bytes)
          .shiftRight(shift)
          .equals(new BigInteger(1, address).shiftRight(shift));
    }
  }

  private final List<Network> networks;

  private ProbedNetworks(List<Network> networks) {
    this.networks = networks;
  }

  /**
   * @param text networks such as {@code 10.20.0.0/16}, separated by commas; null for none
   * @throws StartRefused for what is no network
   */
  public static ProbedNetworks of(@Nullable String text) {
    List<Network> networks = new ArrayList<>();
    if (text != null && !text.isBlank()) {
      for (String part : text.split(",")) {
        networks.add(network(part.strip()));
      }
    }
    return new ProbedNetworks(networks);
  }

  private static Network network(String text) {
    try {
      int slash = text.indexOf('/');
      byte[] address =
          InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
      int prefix = slash < 0 ? 8 * address.length : Integer.parseInt(text.substring(slash + 1));
      if (prefix >= 0 && prefix <= 8 * address.length) {
        return new Network(address, prefix, text);
      }
    } catch (IllegalArgumentException notANetwork) {
      // Told below.
    }
    throw new StartRefused(
        VARIABLE + " 要求以逗号分隔的网段，例如 10.20.0.0/16，收到的是 " + text + "。",
        VARIABLE + " takes networks such as 10.20.0.0/16, separated by commas, not " + text + ".");
  }

  boolean isEmpty() {
    return networks.isEmpty();
  }

  public boolean hold(InetAddress address) {
    return networks.stream().anyMatch(network -> network.holds(address));
  }

  @Override
  public String toString() {
    return String.join(", ", networks.stream().map(Network::text).toList());
  }
}
