package health.helan.care.visit;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Addenda (补记) to the note of a visit that has ended. The note stays as it was signed: an addendum
 * is a document of its own that appends it (FHIR R4 {@code Composition.relatesTo}), written by the
 * doctor of the visit and signed as the note was.
 */
final class Addenda {
  private static final int SHORTEST = 2;
  private static final int LONGEST = 4_000;
  static final int MOST = 50;
  private static final String TITLE = "互联网复诊病历补记";

  private final Visits visits;

  Addenda(Visits visits) {
    this.visits = visits;
  }

  /**
   * Writes an addendum, to be signed next. The last one is written anew while it is unsigned; the
   * same words again have the effect of once.
   *
   * @return the Composition
   * @throws Refusal FORBIDDEN for whoever is not the doctor, or does not see the record any more;
   *     BUSINESS_RULE while the visit has not ended, or its note is not signed
   */
  Outcome write(Caller caller, String id, String words) {
    Visits.Member member = visits.member(caller, id);
    if (member.party() != Party.DOCTOR) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.not-your-step", "addendum");
    }
    if (!member.row().state().isFinal()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.not-over", member.row().state().word());
    }
    String text = Visits.text(words, SHORTEST, LONGEST, "visit.addendum-length");
    Visit visit = visits.read(caller, id);
    mayAppend(caller, visit);
    List<String> there = visit.addenda();
    ResourceVersion last = there.isEmpty() ? null : read(caller, there.getLast());
    if (last != null && says(last, text)) {
      return Visits.outcome(last);
    }
    Instant now = visits.now();
    ObjectNode addendum = addendum(caller, visit, text, now);
    if (last != null && !visits.notes().isSigned(caller, visit, last)) {
      return write(caller, member, there, change(last, addendum), now);
    }
    if (there.size() == MOST) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.too-many-addenda", MOST);
    }
    return write(caller, member, there, create(visit, addendum), now);
  }

  /** What is signed afterwards must be the doctor's to sign: better told before it is written. */
  private void mayAppend(Caller caller, Visit visit) {
    if (!visit.note().isEmpty()) {
      ResourceVersion note = visits.store.readToSign(caller, "Composition", visit.note());
      if (visits.notes().isSigned(caller, visit, note)) {
        return;
      }
    }
    throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.nothing-to-append");
  }

  private ResourceVersion read(Caller caller, String id) {
    return visits.store.read(caller.asPlatform(), "Composition", id);
  }

  private static boolean says(ResourceVersion addendum, String text) {
    return Visits.content(addendum)
        .path("section")
        .path(0)
        .path("text")
        .path("div")
        .asString("")
        .equals(Notes.div(text));
  }

  private static ObjectNode addendum(Caller caller, Visit visit, String text, Instant now) {
    ObjectNode addendum = Notes.document(caller, visit, "final", TITLE, now);
    addendum
        .putArray("relatesTo")
        .addObject()
        .put("code", "appends")
        .putObject("targetReference")
        .put("reference", "Composition/" + visit.note());
    ObjectNode section = addendum.putArray("section").addObject().put("title", "补记");
    section.putObject("text").put("status", "additional").put("div", Notes.div(text));
    return addendum;
  }

  /**
   * @param reference of the addendum in the transaction
   */
  private record Writing(Interaction interaction, String reference, boolean isNew) {}

  private static Writing create(Visit visit, ObjectNode addendum) {
    String urn = Visits.urn();
    return new Writing(
        Visits.create("Composition", addendum, urn, "Patient/" + visit.patient()), urn, true);
  }

  private static Writing change(ResourceVersion last, ObjectNode addendum) {
    return new Writing(
        new Interaction.Patch(
            "Composition",
            last.id(),
            null,
            old -> {
              addendum.set("id", old.path("id"));
              return addendum;
            },
            last.version()),
        "Composition/" + last.id(),
        false);
  }

  private Outcome write(
      Caller caller, Visits.Member member, List<String> there, Writing writing, Instant now) {
    String id = member.row().id();
    return visits
        .store
        .transact(
            caller.asPlatformOf(member.row().institution()),
            List.of(
                writing.interaction,
                new Interaction.Patch(
                    "Encounter",
                    id,
                    null,
                    resource -> {
                      Visit current = Visit.of(resource);
                      if (!current.addenda().equals(there)) {
                        throw new Refusal(Refusal.Kind.CONFLICT, "visit.addendum-meanwhile");
                      }
                      if (writing.isNew) {
                        current.addendum(writing.reference);
                      }
                      return resource;
                    },
                    null),
                Visits.create(
                    "Provenance",
                    Visits.provenance(caller, writing.reference, "addendum", null, now),
                    null,
                    null)),
            Set.of(),
            null)
        .getFirst();
  }
}
