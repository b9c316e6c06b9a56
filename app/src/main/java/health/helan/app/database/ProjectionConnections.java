package health.helan.app.database;

import java.util.function.Function;
import javax.sql.DataSource;

/**
 * Makes connections to another schema of the same database, for data that are made from the
 * records.
 *
 * @param open by the name of the schema, which alone they see; whoever opens them closes them
 */
public record ProjectionConnections(Function<String, DataSource> open) {}
