package health.helan.foundation.trust.oversight;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.audit.AuditLog;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET Patient/[id]/$trace}, {@code GET Encounter/[id]/$trace}: what happened to a record, or
 * to one encounter, from end to end and in order of time: Parameters with an {@code event} each
 * ({@link TraceEvent}), and {@code next} where there is more.
 *
 * <p>Parameters: {@code start}, {@code end} (instants), {@code _count} (200, at most 1,000), and
 * for all but the resident {@code case}: the file that it is asked for, which stays in the record's
 * own trace. For residents on what is theirs, regulators and operators; it holds no content.
 */
public final class TraceOperation implements FhirOperation {
  private static final int DEFAULT_COUNT = 200;
  private static final int MOST = 1000;
  private static final Instant EVER = Instant.parse("9999-01-01T00:00:00Z");

  private final Traces traces;

  /**
   * @param searches for reading
   * @param database for noting who asked
   */
  public TraceOperation(RecordStore store, DataSource searches, DataSource database, AuditLog log) {
    this.traces = new Traces(store, searches, database, log);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "trace",
        Set.of(Level.INSTANCE),
        Set.of("Patient", "Encounter"),
        false,
        "https://helan.health/fhir/OperationDefinition/trace");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    String id = String.valueOf(call.id());
    boolean isResident = caller.role() == Caller.Role.RESIDENT;
    call.store().checkMayOperate(caller, spec().name());
    String document = isResident ? "" : Note.of(call.text("case"), "case");
    boolean isEncounter = "Encounter".equals(call.type());
    String patient = isEncounter ? patientOf(call, isResident, id) : id;
    if (isResident && !caller.binding().patients().contains(patient)) {
      throw notFound(call.type(), id);
    }
    long subject = call.store().purges().subject(patient);
    if (!traces.isKnown(subject)) {
      throw notFound(call.type(), id);
    }
    AccessTrail.noteAsked(subject);
    int count = count(call.text("_count"));
    Instant from = instant(call.text("start"), "start", Instant.EPOCH);
    Instant until = instant(call.text("end"), "end", EVER);
    if (!isResident) {
      traces.inquire(caller, subject, document);
    }
    Traces.Page page =
        traces.page(
            new Traces.Asked(
                subject, isEncounter ? traces.ofEncounter(id) : null, null, from, until, count));
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    for (TraceEvent event : page.events()) {
      parameters.add(event.node());
    }
    if (page.next() != null) {
      parameters.addObject().put("name", "next").put("valueInstant", page.next().toString());
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  /** The resident sees an encounter as the policy lets it be seen; overseers learn no content. */
  private static String patientOf(Call call, boolean isResident, String id) {
    Caller reader = isResident ? call.caller() : call.caller().asPlatform();
    byte[] content = call.store().read(reader, "Encounter", id).content();
    String reference =
        content == null
            ? ""
            : Json.MAPPER.readTree(content).path("subject").path("reference").asString("");
    if (!reference.startsWith("Patient/")) {
      throw notFound("Encounter", id);
    }
    return reference.substring("Patient/".length());
  }

  private static Refusal notFound(@Nullable String type, String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", String.valueOf(type), id);
  }

  private static int count(@Nullable String text) {
    if (text == null) {
      return DEFAULT_COUNT;
    }
    if (!text.matches("[1-9]\\d{0,5}")) {
      throw new Refusal(Refusal.Kind.VALUE, "audit.value-broken", "_count");
    }
    return Math.min(MOST, Integer.parseInt(text));
  }

  private static Instant instant(@Nullable String text, String name, Instant otherwise) {
    if (text == null) {
      return otherwise;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new Refusal(Refusal.Kind.VALUE, "audit.value-broken", name);
    }
  }
}
