package health.helan.foundation.registry;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What the registry says of a place of practice for care online, at one moment: fact by fact, so
 * that whoever refuses can say what is missing. Other than at acts in general ({@link
 * health.helan.foundation.store.Licences}), what the registry does not know does not hold.
 *
 * @param practitioner id of the Practitioner
 * @param department id of the Organization that the place is at; the institution where there is no
 *     department
 * @param institution id of the Organization that the department belongs to
 * @param title as the place says it; empty for none
 * @param licensed a licence to prescribe holds, a doctor's
 * @param placed the place is approved and holds
 * @param online it is approved for care online
 * @param experienced a doctor's licence held three years ago already
 * @param served the institution has an active service online whose licence holds
 */
public record OnlineStanding(
    String practitioner,
    String department,
    String institution,
    String title,
    boolean licensed,
    boolean placed,
    boolean online,
    boolean experienced,
    boolean served) {

  /** Null for a place that nobody filed. */
  static @Nullable OnlineStanding of(Connection connection, String post, Instant at)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            select p.practitioner, p.organization, o.institution, p.title,
              p.active and p.state = 'approved' and p.valid @> ?::timestamptz, p.online,
              exists (select 1 from registry_organization d join registry_service s on s.organization = d.id
                join registry_licence l on l.holder = 'HealthcareService/' || s.id
                where d.institution = o.institution and s.active and s.online and l.valid @> ?::timestamptz)
            from registry_post p join registry_organization o on o.id = p.organization where p.id = ?""")) {
      statement.setObject(1, at.atOffset(ZoneOffset.UTC));
      statement.setObject(2, at.atOffset(ZoneOffset.UTC));
      statement.setString(3, post);
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        String practitioner = rows.getString(1);
        return new OnlineStanding(
            practitioner,
            rows.getString(2),
            rows.getString(3),
            rows.getString(4),
            mayPrescribe(connection, practitioner, at),
            rows.getBoolean(5),
            rows.getBoolean(6),
            mayPrescribe(
                connection,
                practitioner,
                at.atZone(Spans.BEIJING).minusYears(Registry.ONLINE_YEARS).toInstant()),
            rows.getBoolean(7));
      }
    }
  }

  private static boolean mayPrescribe(Connection connection, String practitioner, Instant at)
      throws SQLException {
    return RegistryTable.licences(connection, "Practitioner/" + practitioner, at).stream()
        .anyMatch(one -> one.holds() && Standing.prescribes(one));
  }
}
