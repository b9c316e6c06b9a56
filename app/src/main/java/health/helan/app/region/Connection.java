package health.helan.app.region;

import health.helan.foundation.gateway.edge.Nodes;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How an institution's messages come in, the worst of its feeds and edge nodes. */
enum Connection {
  /** No feed that takes anything, and no node that was ever heard of. */
  NONE,
  OK,
  /** Messages wait for longer than {@link #LATE_AFTER}, or a node says that something is wrong. */
  LATE,
  /** A node is not heard of any more. */
  SILENT;

  static final Duration LATE_AFTER = Duration.ofMinutes(10);

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Connection worse(Connection other) {
    return compareTo(other) >= 0 ? this : other;
  }

  static Connection of(Nodes.Health health) {
    return switch (health) {
      case NEW, OFF -> NONE;
      case OK -> OK;
      case TROUBLED, LAGGING -> LATE;
      case SILENT -> SILENT;
    };
  }

  /**
   * @param oldest when the message came that waits longest; null for none that waits
   */
  static Connection of(boolean takes, @Nullable Instant oldest, Instant now) {
    if (oldest != null && oldest.plus(LATE_AFTER).isBefore(now)) {
      return LATE;
    }
    return takes ? OK : NONE;
  }
}
