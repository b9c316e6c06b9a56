package health.helan.foundation.registry;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower.Followed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A prescription needs its prescriber's right: at the institution that writes it, at the moment it
 * is written. What an institution's system hands in later counts at the time it says ({@code
 * authoredOn}); a practitioner's own word is of now. What stays as it was prescribed is not asked
 * again: a prescription of before the licence ended can be completed after.
 */
final class Prescribing {
  static final String TYPE = "MedicationRequest";

  /** Of what is not asked for yet, or no more. */
  private static final Set<String> NO_ORDER =
      Set.of("draft", "cancelled", "stopped", "entered-in-error", "unknown");

  private static final Set<String> NO_INTENT = Set.of("proposal", "plan");

  private static final String ATC = "http://www.whocc.no/atc";

  private final Standing standing;

  Prescribing(Standing standing) {
    this.standing = standing;
  }

  private record Asked(String practitioner, Instant at, Set<PrescribingRight> rights) {}

  void check(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    if (caller.isRoot()) {
      return;
    }
    var passed = new HashSet<Asked>();
    for (Followed one : written) {
      ObjectNode after = one.after();
      if (!one.type().equals(TYPE) || after == null || !isOrder(after)) {
        continue;
      }
      ObjectNode before = one.before();
      if (before != null && isOrder(before) && isSame(before, after)) {
        continue;
      }
      String prescriber = prescriber(transaction, caller, after);
      if (prescriber == null) {
        continue; // Nobody here is named.
      }
      var asked = new Asked(prescriber, when(caller, after, at), rights(after));
      if (passed.add(asked)) {
        standing.checkPrescriber(
            transaction, prescriber, caller.institution(), asked.at, asked.rights);
      }
    }
  }

  private static boolean isOrder(ObjectNode request) {
    return !NO_ORDER.contains(request.path("status").asString(""))
        && !NO_INTENT.contains(request.path("intent").asString(""));
  }

  private static boolean isSame(ObjectNode before, ObjectNode after) {
    for (String element :
        new String[] {
          "requester",
          "authoredOn",
          "medicationCodeableConcept",
          "medicationReference",
          "category",
          "dosageInstruction",
          "dispenseRequest",
          "subject"
        }) {
      if (!before.path(element).equals(after.path(element))) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String prescriber(
      Connection transaction, Caller caller, ObjectNode request) throws SQLException {
    JsonNode requester = request.path("requester");
    String practitioner = RegistryTable.id(requester, "Practitioner");
    String post = RegistryTable.id(requester, "PractitionerRole");
    if (!post.isEmpty()) {
      String of = RegistryTable.practitionerOf(transaction, post);
      practitioner = of == null ? "" : of;
    }
    if (caller.role() != Caller.Role.PRACTITIONER) {
      return practitioner.isEmpty() ? null : practitioner;
    }
    String own = caller.binding().practitioner();
    if (own.isEmpty()) {
      return practitioner.isEmpty() ? null : practitioner;
    }
    if (!practitioner.isEmpty() && !practitioner.equals(own)) {
      // 处方由接诊医师本人开具: nobody stands in for the prescriber.
      throw new Refusal(
          Refusal.Kind.FORBIDDEN,
          "MedicationRequest.requester",
          "registry.own-name",
          new Object[] {});
    }
    return own;
  }

  private static Instant when(Caller caller, ObjectNode request, Instant now) {
    Instant authored =
        caller.role() == Caller.Role.PRACTITIONER
            ? null
            : Spans.from(request.path("authoredOn").asString(""));
    return authored == null || authored.isAfter(now) ? now : authored;
  }

  /**
   * Rights that a prescription needs: those that its category names, and by the ATC code of the
   * drug the least that its group needs: J01 (antibacterials) the lowest grade, N01AH, N02AA and
   * N02AB (opioids) that for narcotics. Which drug is of which grade is for the institution's list
   * to say.
   */
  static Set<PrescribingRight> rights(ObjectNode request) {
    Set<PrescribingRight> needed = EnumSet.of(PrescribingRight.ORDINARY);
    for (JsonNode category : request.path("category")) {
      for (JsonNode coding : category.path("coding")) {
        if (PrescribingRight.SYSTEM.equals(coding.path("system").asString(""))) {
          PrescribingRight right = PrescribingRight.of(coding.path("code").asString(""));
          if (right == null) {
            throw new Refusal(
                Refusal.Kind.VALUE,
                "MedicationRequest.category",
                "registry.parameter",
                new Object[] {"category"});
          }
          needed.add(right);
        }
      }
    }
    for (JsonNode coding : request.path("medicationCodeableConcept").path("coding")) {
      if (ATC.equals(coding.path("system").asString(""))) {
        String code = coding.path("code").asString("");
        if (code.startsWith("J01")) {
          needed.add(PrescribingRight.ANTIBIOTIC_1);
        } else if (code.startsWith("N01AH")
            || code.startsWith("N02AA")
            || code.startsWith("N02AB")) {
          needed.add(PrescribingRight.NARCOTIC);
        }
      }
    }
    return needed;
  }
}
