package health.helan.foundation.gateway.edge;

import java.util.List;

/** Parcels, for tests of other packages. */
public final class Parcels {
  private Parcels() {}

  public static byte[] of(List<Parcel.Item> items) {
    return Parcel.write(items);
  }

  public static Nodes.Health health(
      Nodes.Node node, Nodes.Beat beat, Nodes.Patience patience, java.time.Instant now) {
    return Nodes.health(node, beat, patience, now);
  }
}
