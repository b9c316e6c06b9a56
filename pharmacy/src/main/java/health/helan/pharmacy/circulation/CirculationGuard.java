package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Purges;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.trust.account.Sql;
import health.helan.pharmacy.review.Effective;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a write of anybody means to circulation: a prescription that has come to count gets its row
 * in the same transaction; what the steps have written, they alone change; and nobody writes a
 * MedicationDispense of such a prescription past them, or something could be dispensed twice. What
 * the HealthcareService of a pharmacy says of how drugs are had, offers follow; nobody files one
 * for another institution.
 */
public final class CirculationGuard implements WriteFollower {
  private static final Set<String> WRITTEN =
      Set.of("MedicationDispense", "SupplyDelivery", "Task", "DocumentReference", "ChargeItem");

  private final CirculationTable table;
  private final Digests digests;

  public CirculationGuard(DataSource database, ContentCodec codec, Digests digests) {
    table = new CirculationTable(new Sql(database), codec);
    this.digests = digests;
  }

  @Override
  public boolean concerns(String type) {
    return WRITTEN.contains(type)
        || type.equals("MedicationRequest")
        || type.equals("HealthcareService");
  }

  @Override
  public void check(Caller caller, Followed written) {
    if (WRITTEN.contains(written.type())
        && !caller.isRoot()
        && !Purges.isErasing(caller)
        && (Papers.isTagged(written.before()) || Papers.isTagged(written.after()))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.by-steps", written.type());
    }
    ObjectNode after = written.after();
    if (written.type().equals("HealthcareService")
        && after != null
        && !caller.isRoot()
        && Shops.isPharmacy(after)
        && !Shops.institution(after).equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.another-institution");
    }
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at) {
    throw new IllegalStateException("who writes is known");
  }

  @Override
  public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    Map<String, ObjectNode> requests = new HashMap<>();
    for (Followed one : written) {
      if (one.type().equals("MedicationRequest") && one.after() != null) {
        requests.put(one.id(), one.after());
      }
    }
    for (Followed one : written) {
      if (one.type().equals("Task") && one.after() != null) {
        begin(transaction, one.after(), requests, at);
      } else if (one.type().equals("MedicationDispense") && !caller.isRoot()) {
        refuseBeside(transaction, one.after());
      } else if (one.type().equals("HealthcareService")
          && one.after() != null
          && Shops.isPharmacy(one.after())) {
        Stock.putWays(
            transaction, digests, Shops.institution(one.after()), Shops.ways(one.after()));
      }
    }
  }

  private void begin(
      Connection transaction, ObjectNode task, Map<String, ObjectNode> requests, Instant at)
      throws SQLException {
    List<ObjectNode> its = new ArrayList<>();
    for (String id : Effective.requestsOf(task)) {
      ObjectNode request = requests.get(id);
      if (request == null) {
        return; // The step that makes one effective writes them all.
      }
      its.add(request);
    }
    Effective prescription = Effective.of(task, its);
    if (prescription != null && prescription.isActive()) {
      table.insert(
          transaction, prescription, digests.reference("Patient", prescription.patient()), at);
    }
  }

  private static void refuseBeside(
      Connection transaction, @org.jspecify.annotations.Nullable ObjectNode dispense)
      throws SQLException {
    if (dispense == null) {
      return;
    }
    for (JsonNode authority : dispense.path("authorizingPrescription")) {
      String reference = authority.path("reference").asString("");
      int at = reference.lastIndexOf("MedicationRequest/");
      if (at >= 0
          && CirculationTable.isUnderWay(
              transaction, reference.substring(at + "MedicationRequest/".length()).split("/")[0])) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.by-steps", "MedicationDispense");
      }
    }
  }
}
