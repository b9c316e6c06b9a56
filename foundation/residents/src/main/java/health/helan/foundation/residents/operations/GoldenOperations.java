package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.golden.Golden;
import health.helan.foundation.residents.golden.Source;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.PlatformRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/** What the records of one person say together, and which of them says what. */
final class GoldenOperations {
  private final Residents residents;

  GoldenOperations(Residents residents) {
    this.residents = residents;
  }

  /**
   * {@code GET|POST Patient/[id]/$golden-record}: a Parameters with {@code record} (a Patient,
   * tagged SUBSETTED), {@code rules} (version), {@code left} (records seen masked, which took no
   * part) and, for each value, an {@code origin} with {@code field, index, decided} and a {@code
   * source} for each record that says so: {@code patient, version, updated, institution}. Of
   * Patients that the caller may see, and of nothing else.
   */
  Answer record(Call call) {
    if (Eyes.keepsTheIndex(call.caller())) {
      // They see all Patients past the policy: that is a right of its own.
      call.store().checkMayOperate(call.caller(), "person");
    }
    String id = Objects.requireNonNull(call.id());
    ObjectNode asked = Eyes.patient(call, residents, id);
    Caller eyes = Eyes.keepsTheIndex(call.caller()) ? call.caller().asPlatform() : call.caller();
    List<String> ids = call.store().persons().seen(eyes, id);
    Map<String, ObjectNode> seen = Eyes.patients(call, residents, ids);
    if (!seen.containsKey(id)) {
      seen.put(id, asked);
    }
    Golden.Record golden = residents.golden().of(id, sources(seen));
    Out out = new Out();
    out.all()
        .resource("record", golden.patient())
        .text("rules", golden.rules())
        .number("left", golden.left());
    tell(out, golden);
    return out.answer();
  }

  /** With the institutions that own the records: no body can say of itself whose it is. */
  List<Source> sources(Map<String, ObjectNode> patients) {
    Map<String, String> owners = new HashMap<>();
    for (PlatformRows.Owned row : Eyes.rows(residents, patients.keySet())) {
      owners.put(row.version().id(), row.owner());
    }
    List<Source> sources = new ArrayList<>();
    patients.forEach((id, patient) -> sources.add(Source.of(patient, owners.getOrDefault(id, ""))));
    return sources;
  }

  static void tell(Out out, Golden.Record golden) {
    for (Golden.Origin origin : golden.origins()) {
      Out.Parts parts =
          out.all().parts("origin").code("field", origin.field()).number("index", origin.index());
      if (origin.decided() != null) {
        parts.code("decided", origin.decided().name().toLowerCase(Locale.ROOT));
      }
      for (Source source : origin.sources()) {
        Out.Parts from =
            parts
                .parts("source")
                .reference("patient", "Patient/" + source.id())
                .put("version", "valueId", source.version())
                .put("updated", "valueInstant", source.updated());
        if (!source.institution().isEmpty()) {
          from.reference("institution", "Organization/" + source.institution());
        }
      }
    }
  }
}
