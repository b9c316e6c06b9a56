package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Whether those who act may act: asked at the moment of an act, on the connection of the act.
 * Implemented by the provider registry ({@code docs/guide/registry.md}); whoever lets somebody
 * sign, prescribe or take a post asks it.
 */
public interface Licences {

  /**
   * Lets an act pass, or refuses it.
   *
   * @param who {@code Practitioner/id} or {@code Organization/id}
   * @param institution id of the Organization for which a practitioner acts; empty for none
   * @param at when it is done
   * @throws Refusal BUSINESS_RULE naming what is missing: a licence that holds, a registered place
   *     of practice at the institution, the institution's own licence
   */
  void check(Connection connection, String who, String institution, Instant at) throws SQLException;

  /**
   * As {@link #check}, for an act that doctors and nurses alone may take: one of the licences that
   * hold must be one of theirs.
   *
   * @param practitioner id
   */
  void checkCarer(Connection connection, String practitioner, String institution, Instant at)
      throws SQLException;

  /**
   * The same question without an act: for posts at sign-in and for grants.
   *
   * @param institution empty where only the licence is asked for, not the place
   */
  boolean holds(Connection connection, String practitioner, String institution, Instant at)
      throws SQLException;

  /** Where no registry is kept: everybody may. */
  Licences NONE =
      new Licences() {
        @Override
        public void check(Connection connection, String who, String institution, Instant at) {}

        @Override
        public void checkCarer(
            Connection connection, String practitioner, String institution, Instant at) {}

        @Override
        public boolean holds(
            Connection connection, String practitioner, String institution, Instant at) {
          return true;
        }
      };
}
