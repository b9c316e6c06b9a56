package health.helan.foundation.store;

import health.helan.foundation.store.sql.SqlText;

/**
 * What a caller may see and do. Compiled into the SQL of every search step and asked at every read
 * and write. Implemented by trust; until then {@link #EVERYTHING} serves the operator's token.
 */
public interface AccessPolicy {

  /** May the caller take part at all in interactions with this type? */
  boolean mayRead(Caller caller, String type);

  boolean mayWrite(Caller caller, String type);

  /**
   * Appends {@code " and <condition>"} on the rows of {@code alias} (columns {@code patient, owner,
   * level, home, id}) that the caller may see; nothing for no restriction. Called for each table
   * that a search touches: the type itself, every step of chains and {@code _has}, includes.
   *
   * @param type empty where rows of several types are read at once
   */
  void restrict(SqlText sql, Caller caller, String type, String alias);

  /** The same for rows of {@code history}: superseded versions and deletions. */
  void restrictHistory(SqlText sql, Caller caller, String type, String alias);

  /** No restriction. */
  AccessPolicy EVERYTHING =
      new AccessPolicy() {
        @Override
        public boolean mayRead(Caller caller, String type) {
          return true;
        }

        @Override
        public boolean mayWrite(Caller caller, String type) {
          return true;
        }

        @Override
        public void restrict(SqlText sql, Caller caller, String type, String alias) {}

        @Override
        public void restrictHistory(SqlText sql, Caller caller, String type, String alias) {}
      };
}
