package health.helan.foundation.store;

import health.helan.foundation.store.sql.WriteSql;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction claims for itself alone, across homes: ids that clients chose, and the
 * conditions of conditional creates. Two transactions that want the same meet at the claim's row.
 */
final class Claims {
  static final short ID = 1;
  static final short CONDITION = 2;

  private final List<Claim> claims = new ArrayList<>();

  /** Who held a condition's claim at an earlier attempt, by the claim's mac. */
  private final Map<ByteBuffer, Keyed> holders;

  private record Claim(IndexKey.Lookup lookup, short kind, WriteEntry entry) {}

  /**
   * @param holders kept over the attempts at one transaction
   */
  Claims(Map<ByteBuffer, Keyed> holders) {
    this.holders = holders;
  }

  void add(IndexKey.Lookup lookup, short kind, WriteEntry entry) {
    claims.add(new Claim(lookup, kind, entry));
  }

  boolean isEmpty() {
    return claims.isEmpty();
  }

  /** Homes of the ids that are now taken, for those who ask next. */
  void rememberIds(Homes homes) {
    for (Claim claim : claims) {
      if (claim.kind == ID) {
        homes.remember(claim.entry.type() + "/" + claim.entry.id, claim.entry.home);
      }
    }
  }

  /**
   * Takes all of them.
   *
   * @return false when someone else was faster with one
   */
  boolean take(Connection connection) throws SQLException {
    if (claims.isEmpty()) {
      return true;
    }
    // In key order: two bundles with the same claims wait for, and do not lock out, each other.
    claims.sort(Comparator.comparingLong(claim -> claim.lookup.key()));
    Set<ByteBuffer> inserted = insert(connection);
    boolean all = true;
    for (Claim claim : claims) {
      if (!inserted.contains(ByteBuffer.wrap(claim.lookup.mac())) && !takeOver(connection, claim)) {
        all = false;
      }
    }
    return all;
  }

  /**
   * One statement for all, which says which were free: a driver that rewrites batches does not.
   *
   * @return macs of the claims that were free and are now ours
   */
  private Set<ByteBuffer> insert(Connection connection) throws SQLException {
    int n = claims.size();
    var keys = new Long[n];
    var macs = new byte[n][];
    var kinds = new Short[n];
    var homes = new Integer[n];
    var types = new String[n];
    var ids = new String[n];
    for (int i = 0; i < n; i++) {
      Claim claim = claims.get(i);
      keys[i] = claim.lookup.key();
      macs[i] = claim.lookup.mac();
      kinds[i] = claim.kind;
      homes[i] = claim.entry.home;
      types[i] = claim.entry.type();
      ids[i] = claim.entry.id;
    }
    var inserted = new HashSet<ByteBuffer>();
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.INSERT_CLAIMS)) {
      statement.setShort(1, IndexKey.ID);
      statement.setArray(2, connection.createArrayOf("bigint", keys));
      statement.setArray(3, connection.createArrayOf("bytea", macs));
      statement.setArray(4, connection.createArrayOf("smallint", kinds));
      statement.setArray(5, connection.createArrayOf("integer", homes));
      statement.setArray(6, connection.createArrayOf("text", types));
      statement.setArray(7, connection.createArrayOf("text", ids));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          inserted.add(ByteBuffer.wrap(rows.getBytes(1)));
        }
      }
    }
    return inserted;
  }

  /**
   * Takes a condition's claim from a resource that no longer meets the condition. Safe, since the
   * holder was noted before the condition was resolved (again, and to nothing): had another writer
   * met the condition since then, the claim would now be that one's.
   */
  private boolean takeOver(Connection connection, Claim claim) throws SQLException {
    if (claim.kind != CONDITION) {
      return false;
    }
    ByteBuffer mac = ByteBuffer.wrap(claim.lookup.mac());
    @Nullable Keyed holder = holders.get(mac);
    if (holder != null) {
      try (PreparedStatement statement = connection.prepareStatement(WriteSql.TAKE_OVER_CLAIM)) {
        statement.setInt(1, claim.entry.home);
        statement.setString(2, claim.entry.id);
        statement.setLong(3, claim.lookup.key());
        statement.setBytes(4, claim.lookup.mac());
        statement.setInt(5, holder.home());
        statement.setString(6, holder.id());
        if (statement.executeUpdate() == 1) {
          return true;
        }
      }
    }
    holders.remove(mac);
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.CLAIM_HOLDER)) {
      statement.setLong(1, claim.lookup.key());
      statement.setBytes(2, claim.lookup.mac());
      try (var rows = statement.executeQuery()) {
        if (rows.next()) {
          holders.put(mac, new Keyed(rows.getString(1), rows.getString(2), rows.getInt(3)));
        }
      }
    }
    return false;
  }

  /**
   * Gives up what a deleted resource claimed; its id stays taken, since its history stays readable.
   */
  static void release(Connection connection, WriteEntry deleted) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.DELETE_CLAIMS)) {
      statement.setInt(1, deleted.home);
      statement.setString(2, deleted.type());
      statement.setString(3, deleted.id);
      statement.setShort(4, ID);
      statement.executeUpdate();
    }
  }
}
