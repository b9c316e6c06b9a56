package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import java.sql.Connection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps the projection up. It writes elsewhere, so a failure may repeat a change: which writes the
 * same again. It takes resources as they are now, not as they were at the change.
 */
final class ProjectionConsumer implements ChangeConsumer {
  private static final Set<String> TYPES = Rules.all();

  private final Projection projection;

  ProjectionConsumer(Projection projection) {
    this.projection = projection;
  }

  @Override
  public String name() {
    return Projection.NAME;
  }

  /** What was before is read from the records themselves, after the start. */
  @Override
  public Start start() {
    return Start.NOW;
  }

  @Override
  public void take(Connection transaction, List<Change> changes) {
    var references = new LinkedHashSet<String>();
    for (Change change : changes) {
      if (TYPES.contains(change.type())) {
        references.add(change.reference());
      }
    }
    projection.follow(references);
  }

  @Override
  public int changesPerTransaction() {
    return 200;
  }

  @Override
  public int homesPerTransaction() {
    return 8;
  }
}
