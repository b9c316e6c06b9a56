package health.helan.foundation.delivery.export;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.HttpOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * {@code $export}, {@code Patient/$export}, {@code Group/[id]/$export}: the kick-off (Bulk Data
 * Access 2.0, "Bulk Data Kick-off Request"). Answers 202 with the address of the job's status.
 */
final class ExportOperation implements HttpOperation {
  /** Where it is called. */
  enum Of {
    SYSTEM("export", Level.SYSTEM, Set.of()),
    PATIENTS("patient-export", Level.TYPE, Set.of("Patient")),
    GROUP("group-export", Level.INSTANCE, Set.of("Group"));

    private final String definition;
    private final Level level;
    private final Set<String> types;

    Of(String definition, Level level, Set<String> types) {
      this.definition = definition;
      this.level = level;
      this.types = types;
    }
  }

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Of of;
  private final Exports exports;
  private final ExportJobs jobs;

  ExportOperation(Of of, Exports exports, ExportJobs jobs) {
    this.of = of;
    this.exports = exports;
    this.jobs = jobs;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "export",
        Set.of(of.level),
        of.types,
        false,
        "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/" + of.definition);
  }

  @Override
  public Answer serve(HttpCall call) {
    if (call.method().equals("DELETE")) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", "DELETE");
    }
    call.store().checkMayOperate(call.caller(), "export");
    Set<String> prefer = preferences(call);
    if (!prefer.contains("respond-async")) {
      throw new Refusal(Refusal.Kind.INVALID, "export.prefer");
    }
    ExportRequest request =
        ExportRequest.of(call, prefer.contains("handling=lenient"), exports.agreements());
    tryOut(call, request);
    if (jobs.open(call.caller().subject()) >= exports.settings().perCaller()) {
      call.response().setHeader("Retry-After", "60");
      throw new Refusal(Refusal.Kind.THROTTLED, "export.too-many", exports.settings().perCaller());
    }
    byte[] bits = new byte[16];
    RANDOM.nextBytes(bits);
    String id = HexFormat.of().formatHex(bits);
    jobs.add(id, call.caller(), request, Instant.now());
    exports.hint();
    call.response().setHeader("Content-Location", call.base() + "/$export-status?job=" + id);
    var outcome = Outcomes.empty();
    Outcomes.issue(
        outcome,
        "information",
        "informational",
        Messages.of(call.language(), "export.accepted", List.of()),
        null);
    return Answer.status(202, Outcomes.bytes(outcome));
  }

  private static Set<String> preferences(HttpCall call) {
    Set<String> preferences = new java.util.HashSet<>();
    var headers = call.request().getHeaders("Prefer");
    while (headers.hasMoreElements()) {
      for (String part : headers.nextElement().split("[,;]")) {
        preferences.add(part.strip().toLowerCase(Locale.ROOT));
      }
    }
    return preferences;
  }

  /** What is asked for by name is refused at once where it cannot be had. */
  private static void tryOut(HttpCall call, ExportRequest request) {
    // Nothing of what is found is handed out here.
    ScopedValue.where(AccessTrail.CURRENT, new AccessTrail())
        .run(
            () -> {
              for (String type : request.types()) {
                for (List<Parameter> filter : request.filtersOf(type)) {
                  if (request.named() || !filter.isEmpty()) {
                    List<Parameter> parameters = new ArrayList<>(filter);
                    parameters.add(new Parameter("_count", "1"));
                    if (!request.elements().isEmpty()) {
                      parameters.add(new Parameter("_elements", request.elements()));
                    }
                    call.store()
                        .search(
                            call.caller(), new SearchRequest(type, null, null, parameters, false));
                  }
                }
              }
            });
  }
}
