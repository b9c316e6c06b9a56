package health.helan.app.database;

import javax.sql.DataSource;

/**
 * Connections for searches (docs/adr/0018 and 0046). A type of its own, so that whoever asks for
 * the data source gets the other one.
 *
 * @param dataSource plans every statement for its values
 * @param ofRecords plans a statement once and uses indexes only: for what is asked of one resident
 */
public record SearchConnections(DataSource dataSource, DataSource ofRecords) {}
