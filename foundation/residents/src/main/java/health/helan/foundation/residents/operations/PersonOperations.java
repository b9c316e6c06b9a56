package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.golden.Golden;
import health.helan.foundation.residents.index.Decision;
import health.helan.foundation.residents.index.Index;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Who a Patient is, and why. Tells only of Patients that the caller sees. */
final class PersonOperations {
  private final Residents residents;

  PersonOperations(Residents residents) {
    this.residents = residents;
  }

  private static String id(Call call) {
    return Objects.requireNonNull(call.id());
  }

  /**
   * {@code GET Patient/[id]/$person}: a {@code Person} that links its Patients, the golden record,
   * and for each of its values the Patients that say so.
   */
  Answer person(Call call, In in) {
    String id = id(call);
    Eyes.patient(call, residents, id);
    Index.Person person = residents.index().person(residents.home(id), id);
    if (person == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "residents.not-indexed", id);
    }
    Map<String, ObjectNode> seen = Eyes.patients(call, residents, person.members());
    // The id of one that the caller does not see stays out.
    String name = seen.containsKey(person.id()) ? person.id() : seen.keySet().iterator().next();
    Golden.Record golden =
        residents.golden().of(name, new GoldenOperations(residents).sources(seen));
    Out out = new Out();
    out.all().resource("person", person(name, seen)).resource("golden", golden.patient());
    out.all().text("rules", golden.rules());
    GoldenOperations.tell(out, golden);
    seen.forEach((_, patient) -> out.all().resource("member", patient));
    return out.answer();
  }

  private static ObjectNode person(String id, Map<String, ObjectNode> seen) {
    ObjectNode person = Json.MAPPER.createObjectNode().put("resourceType", "Person").put("id", id);
    for (String member : seen.keySet()) {
      person
          .withArray("link")
          .addObject()
          .putObject("target")
          .put("reference", "Patient/" + member);
    }
    return person;
  }

  /**
   * {@code GET Patient/[id]/$link-history}: what was decided about its pairs, the newest first;
   * {@code count, after}. Where the caller does not see the other Patient, or sees it masked,
   * neither it nor the evidence is told; residents are not told by whom.
   */
  Answer history(Call call, In in) {
    String id = id(call);
    Eyes.patient(call, residents, id);
    int count = in.number("count", 50, 200);
    String after = in.text("after", "");
    if (!after.isEmpty() && !after.matches("[0-9a-z]{21}/-?\\d{1,19}")) {
      throw In.wrong("after");
    }
    List<Decision> decisions = residents.index().history(id, after, count);
    Set<String> others = new LinkedHashSet<>();
    decisions.forEach(decision -> others.add(decision.other()));
    Map<String, ObjectNode> seen = Eyes.patients(call, residents, others);
    boolean keeps = Eyes.keepsTheIndex(call.caller());
    Out out = new Out();
    for (Decision decision : decisions) {
      Out.Parts parts =
          out.all()
              .parts("decision")
              .put("id", "valueId", decision.id())
              .put("at", "valueInstant", decision.at().toString())
              .code("kind", decision.kind())
              .code("reason", decision.reason());
      ObjectNode other = seen.get(decision.other());
      if (other == null || !keeps && Eyes.isMasked(other)) {
        // Who could change its own Patient and read what that did would learn what the other says.
        continue;
      }
      parts
          .reference("other", "Patient/" + decision.other())
          .decimal("weight", decision.weight())
          .text("model", decision.model());
      if (call.caller().role() == Caller.Role.RESIDENT) {
        continue; // Who reviewed it, and what they noted, is the staff's.
      }
      parts.text("by", decision.by());
      if (!decision.institution().isEmpty()) {
        parts.reference("institution", "Organization/" + decision.institution());
      }
      parts.text("note", decision.note());
      Evidence.tell(parts, decision.evidence());
    }
    if (decisions.size() == count) {
      out.all().text("after", residents.index().after(decisions.getLast()));
    }
    return out.answer();
  }
}
