package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.GrantRules;
import health.helan.foundation.store.Licences;
import health.helan.foundation.trust.consent.ConsentProvisions;
import health.helan.foundation.trust.consent.Grant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the grants that follow from bookings, check-ins, referrals, consents and emergency
 * accesses, in their transaction. A grant needs an act of someone other than the grantee: what a
 * clinician writes opens nothing to that clinician, its department or its institution. An own later
 * write of the same cause may shorten a grant, never lengthen it.
 */
final class Grants implements GrantRules {
  private static final Set<String> CAUSES = Set.of("Appointment", "Encounter", "Task", "Consent");

  private final Licences licences;

  Grants(Licences licences) {
    this.licences = licences;
  }

  @Override
  public boolean concerns(Caller caller, Written written, Instant at) {
    if (!CAUSES.contains(written.type())) {
      return false;
    }
    // What was over before it was loaded opens nothing, and nothing of it can stand.
    return written.before() != null
        || written.after() != null && Causes.isLive(written.type(), written.after(), at);
  }

  @Override
  public void follow(
      Connection transaction, Caller caller, List<Written> all, Instant at, Around around)
      throws SQLException {
    for (Written written : all) {
      follow(transaction, caller, written, at, around);
    }
  }

  /** A write, and the Patient whose row is held for it. */
  private record Of(Caller caller, Written written, int home, String patient) {}

  @Override
  public void followTogether(Connection transaction, List<Shared> shares, Instant at, Around around)
      throws SQLException {
    var all = new ArrayList<Of>();
    for (Shared share : shares) {
      for (Written written : share.written()) {
        String patient = patient(written);
        all.add(
            new Of(
                share.caller(),
                written,
                patient.isEmpty() ? 0 : around.home("Patient", patient),
                patient));
      }
    }
    // In the order in which whoever changes links locks Patients.
    all.sort(Comparator.comparingInt(Of::home).thenComparing(Of::patient));
    for (Of one : all) {
      follow(transaction, one.caller, one.written, at, around);
    }
  }

  /** The Patient that a booking is for; empty for other causes, which nobody writes together. */
  private static String patient(Written written) {
    ObjectNode after = written.after();
    if (after != null) {
      for (JsonNode participant : after.path("participant")) {
        List<String> one =
            patients(List.of(participant.path("actor").path("reference").asString("")));
        if (!one.isEmpty()) {
          return one.getFirst();
        }
      }
    }
    return "";
  }

  @Override
  public void regroup(Connection transaction, List<List<String>> persons, Instant at, Around around)
      throws SQLException {
    LinkedGrants.follow(transaction, persons, at, around);
  }

  /**
   * A row to be.
   *
   * @param of row of the Patient that the cause names; the row itself when it is that one
   * @param named digest of that Patient, for the row of another Patient of the same person
   */
  private record Wanted(Grant grant, Key of, @Nullable Long named) {}

  private record Key(int home, long patient, String grantee, int part) {}

  private void follow(
      Connection transaction, Caller caller, Written written, Instant at, Around around)
      throws SQLException {
    String cause = written.type() + "/" + written.id();
    Map<Key, Instant> standing = standing(transaction, cause, at);
    Map<Key, Wanted> wanted = new LinkedHashMap<>();
    Map<Key, Wanted> ofOthers = new LinkedHashMap<>();
    Map<String, List<String>> persons = new HashMap<>();
    boolean isConsent = written.type().equals("Consent");
    ObjectNode after = written.after();
    List<Grant> grants =
        after == null
            ? List.of()
            : isConsent
                ? ConsentProvisions.grants(after, at)
                : Causes.grants(caller, written, after, at, around);
    int part = 0;
    for (Grant grant : grants) {
      var key =
          new Key(
              around.home("Patient", grant.patient()),
              around.patient(grant.patient()),
              grant.grantee(),
              isConsent ? ++part : 0);
      wanted.put(key, new Wanted(grant, key, null));
      List<String> person = persons.get(grant.patient());
      if (person == null) {
        person = around.person(grant.patient());
        persons.put(grant.patient(), person);
      }
      for (String other : person) {
        if (!other.equals(grant.patient())) {
          var theirs =
              new Key(around.home("Patient", other), around.patient(other), key.grantee, key.part);
          ofOthers.putIfAbsent(theirs, new Wanted(grant, key, key.patient));
        }
      }
    }
    // What the cause says of a Patient itself comes first.
    ofOthers.forEach(wanted::putIfAbsent);
    for (Key key : standing.keySet()) {
      if (!wanted.containsKey(key)) {
        end(transaction, key, cause, at);
      }
    }
    List<String> own = Grantee.own(caller);
    for (Map.Entry<Key, Wanted> entry : wanted.entrySet()) {
      Key key = entry.getKey();
      Wanted row = entry.getValue();
      Grant grant = row.grant;
      if (Causes.isReferralOf(caller, written)) {
        // The answer opens what was offered, by someone who had it to offer; nothing else.
        if (standing.containsKey(key)) {
          insert(transaction, key, row, cause, caller, at);
        }
        continue;
      }
      boolean byAnother = caller.isRoot() || isConsent || !own.contains(grant.grantee());
      if (byAnother) {
        if (mayOpen(transaction, caller, row.of, own, grant, at, around)
            && (isConsent || mayTreat(transaction, grant.grantee(), at))) {
          insert(transaction, key, row, cause, caller, at);
        }
      } else if (standing.containsKey(key)) {
        shorten(transaction, key, grant, cause);
      }
    }
  }

  /**
   * Staff opens a record to a colleague, or refers it, only where there is a reason to have it in
   * hand: the resident is the own institution's, or its record is open to it.
   */
  private static boolean mayOpen(
      Connection transaction,
      Caller caller,
      Key key,
      List<String> own,
      Grant grant,
      Instant at,
      Around around)
      throws SQLException {
    if (caller.role() != Caller.Role.PRACTITIONER) {
      return true;
    }
    if (caller.institution().equals(around.owner("Patient", grant.patient()))) {
      return true;
    }
    try (PreparedStatement statement = transaction.prepareStatement(GrantSql.STANDING)) {
      statement.setInt(1, key.home);
      statement.setLong(2, key.patient);
      statement.setArray(3, transaction.createArrayOf("text", own.toArray()));
      statement.setObject(4, at.atOffset(ZoneOffset.UTC));
      statement.setObject(5, at.atOffset(ZoneOffset.UTC));
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1) > 0;
      }
    }
  }

  /**
   * Nobody is given a resident to treat whose licence does not hold. A consent is the resident's
   * own will, and works again when the licence does; until then who has no post sees nothing by it.
   */
  private boolean mayTreat(Connection transaction, String grantee, Instant at) throws SQLException {
    return !grantee.startsWith("Practitioner/")
        || licences.holds(transaction, grantee.substring("Practitioner/".length()), "", at);
  }

  private static Map<Key, Instant> standing(Connection transaction, String cause, Instant at)
      throws SQLException {
    Map<Key, Instant> standing = new LinkedHashMap<>();
    try (PreparedStatement statement = transaction.prepareStatement(GrantSql.OF_CAUSE)) {
      statement.setString(1, cause);
      statement.setObject(2, at.atOffset(ZoneOffset.UTC));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          standing.put(
              new Key(rows.getInt(1), rows.getLong(2), rows.getString(3), rows.getInt(4)),
              rows.getObject(5, java.time.OffsetDateTime.class).toInstant());
        }
      }
    }
    return standing;
  }

  private static void end(Connection transaction, Key key, String cause, Instant at)
      throws SQLException {
    move(transaction, GrantSql.END, key, cause, at);
  }

  private static void shorten(Connection transaction, Key key, Grant grant, String cause)
      throws SQLException {
    move(transaction, GrantSql.SHORTEN, key, cause, grant.until());
  }

  private static void move(Connection transaction, String sql, Key key, String cause, Instant until)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(sql)) {
      statement.setObject(1, until.atOffset(ZoneOffset.UTC));
      statement.setInt(2, key.home);
      statement.setLong(3, key.patient);
      statement.setString(4, key.grantee);
      statement.setString(5, cause);
      statement.setInt(6, key.part);
      statement.executeUpdate();
    }
  }

  private static void insert(
      Connection transaction, Key key, Wanted row, String cause, Caller caller, Instant at)
      throws SQLException {
    Grant grant = row.grant;
    try (PreparedStatement statement = transaction.prepareStatement(GrantSql.INSERT)) {
      int i = 1;
      statement.setInt(i++, key.home);
      statement.setLong(i++, key.patient);
      statement.setObject(i++, grant.since().atOffset(ZoneOffset.UTC));
      statement.setObject(i++, grant.until().atOffset(ZoneOffset.UTC));
      statement.setObject(i++, at.atOffset(ZoneOffset.UTC));
      statement.setInt(i++, grant.weight());
      statement.setInt(i++, grant.level());
      statement.setInt(i++, grant.categories());
      statement.setInt(i++, key.part);
      statement.setString(i++, grant.grantee());
      statement.setString(i++, cause);
      statement.setString(i++, caller.subject());
      statement.setObject(i, row.named, Types.BIGINT);
      statement.executeUpdate();
    }
  }

  /** Ids of the patients in some references, in their order. */
  static List<String> patients(List<String> references) {
    List<String> patients = new ArrayList<>();
    for (String reference : references) {
      if (reference.startsWith("Patient/")) {
        String id = reference.substring("Patient/".length());
        int slash = id.indexOf('/');
        patients.add(slash < 0 ? id : id.substring(0, slash));
      }
    }
    return patients;
  }
}
