package health.helan.foundation.store.search;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Tells in which home a resource lies. */
@FunctionalInterface
public interface HomeOf {
  /** Null when there is no such resource as far as can be told without reading it. */
  @Nullable Integer of(Connection connection, String type, String id) throws SQLException;
}
