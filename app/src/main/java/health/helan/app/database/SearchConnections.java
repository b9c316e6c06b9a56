package health.helan.app.database;

import javax.sql.DataSource;

/**
 * Connections that plan every statement for its values. A type of its own, so that whoever asks for
 * the data source gets the other one.
 */
public record SearchConnections(DataSource dataSource) {}
