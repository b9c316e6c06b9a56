package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.circulation.Circulation.Counted;
import health.helan.pharmacy.circulation.Circulation.Drug;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.review.Effective;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What may be counted out for what was prescribed, from which packs; and the rows of it. */
final class CountingOut {
  private final Stock stock;

  CountingOut(Stock stock) {
    this.stock = stock;
  }

  static ObjectNode request(Effective prescription, String id) {
    return prescription.requests().stream()
        .filter(one -> one.path("id").asString("").equals(id))
        .findFirst()
        .orElseThrow(() -> Papers.unknown(id));
  }

  static boolean isSubstitute(Knowledge base, JsonNode request, Line line, Handing handing) {
    Preparation prescribed = Preparation.of(base, request.path("medicationCodeableConcept"));
    Preparation there = Preparation.of(base, line.name(), line.code());
    if (there.isWhatWasPrescribed(prescribed)) {
      return false;
    }
    if (!there.isSameAs(prescribed)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.another-drug");
    }
    if (!Preparation.allowsSubstitution(request)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.no-substitution");
    }
    if (handing.reason().isBlank()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.substitution-reason");
    }
    return true;
  }

  static void checkPack(Handing handing, Set<String> codes, Instant now) {
    if (handing.expires().isBefore(LocalDate.ofInstant(now, Circulations.BEIJING))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.pack-expired");
    }
    if (handing.traces().isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.trace-missing");
    }
    for (String trace : handing.traces()) {
      if (!trace.matches("[0-9A-Za-z]{8,40}")) {
        throw new Refusal(Refusal.Kind.VALUE, "circulation.trace");
      }
      if (!codes.add(trace) && !handing.opened()) {
        throw new Refusal(Refusal.Kind.DUPLICATE, "circulation.trace-seen");
      }
    }
  }

  /**
   * @param charge id of the ChargeItem; empty for none
   * @throws Refusal BUSINESS_RULE for what is too much or not there; DUPLICATE for a pack that went
   *     out before
   */
  void count(
      Connection connection,
      Circulation row,
      Handing handing,
      Line line,
      String id,
      String charge,
      Instant at)
      throws SQLException {
    Drug drug =
        CirculationTable.drugs(connection, row).stream()
            .filter(one -> one.request().equals(handing.request()))
            .findFirst()
            .orElseThrow(() -> Papers.unknown(handing.request()));
    if (!drug.unit().equals(line.unit())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.unit", drug.unit());
    }
    if (!CirculationTable.count(connection, row, handing.request(), handing.quantity())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.too-much", drug.left());
    }
    if (!stock.take(connection, line.shop(), line.item(), handing.quantity(), at)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.no-stock");
    }
    for (String trace : handing.traces()) {
      if (!CirculationTable.trace(
          connection, trace, !handing.opened(), line.shop(), row.id(), at)) {
        throw new Refusal(Refusal.Kind.DUPLICATE, "circulation.trace-seen");
      }
    }
    CirculationTable.insert(
        connection,
        row,
        new Counted(
            id,
            handing.request(),
            line.shop(),
            line.item(),
            handing.quantity(),
            line.price(handing.quantity()),
            Counted.OUT,
            at,
            handing.traces(),
            charge,
            false));
  }
}
