package health.helan.foundation.delivery.bulkimport;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.delivery.bulkimport.ImportJobs.Input;
import health.helan.foundation.delivery.wire.GuardedHttp;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.HttpOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Refusal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * {@code POST $import} with Parameters: {@code inputFormat} {@code application/fhir+ndjson}, {@code
 * input} with the parts {@code type} and {@code url}, as often as there are files. Answers 202 and
 * {@code Content-Location}.
 */
final class ImportOperation implements HttpOperation {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int MOST_FILES = 1000;
  private static final Set<String> NEVER = Set.of("Binary", "AuditEvent", "Subscription", "Bundle");

  private final Imports imports;
  private final ImportJobs jobs;

  ImportOperation(Imports imports, ImportJobs jobs) {
    this.imports = imports;
    this.jobs = jobs;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "import",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/import");
  }

  @Override
  public Answer serve(HttpCall call) {
    if (!call.method().equals("POST")) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", call.method());
    }
    call.store().checkMayOperate(call.caller(), "import");
    if (!prefersAsync(call)) {
      throw new Refusal(Refusal.Kind.INVALID, "export.prefer");
    }
    List<Input> inputs = inputs(call);
    int most = imports.settings().perCaller();
    if (jobs.open(call.caller().subject()) >= most) {
      call.response().setHeader("Retry-After", "60");
      throw new Refusal(Refusal.Kind.THROTTLED, "import.too-many", most);
    }
    byte[] bits = new byte[16];
    RANDOM.nextBytes(bits);
    String id = HexFormat.of().formatHex(bits);
    jobs.add(id, call.caller(), inputs, call.language(), Imports.now());
    imports.hint();
    call.response().setHeader("Content-Location", call.base() + "/$import-status?job=" + id);
    var outcome = Outcomes.empty();
    Outcomes.issue(
        outcome,
        "information",
        "informational",
        Messages.of(call.language(), "import.accepted", List.of()),
        null);
    return Answer.status(202, Outcomes.bytes(outcome));
  }

  private static boolean prefersAsync(HttpCall call) {
    var headers = call.request().getHeaders("Prefer");
    while (headers.hasMoreElements()) {
      if (headers.nextElement().toLowerCase(Locale.ROOT).contains("respond-async")) {
        return true;
      }
    }
    return false;
  }

  private List<Input> inputs(HttpCall call) {
    List<Input> inputs = new ArrayList<>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        String name = parameter.path("name").asString("");
        switch (name) {
          case "inputFormat" -> {
            String format = value(parameter);
            if (!Set.of("application/fhir+ndjson", "application/ndjson", "ndjson")
                .contains(format)) {
              throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "export.format");
            }
          }
          case "inputSource" -> {
            // Whose they are is known by who asks.
          }
          case "input" -> inputs.add(input(call, parameter));
          default ->
              throw new Refusal(
                  Refusal.Kind.NOT_SUPPORTED,
                  "export.parameter",
                  name.replaceAll("[^A-Za-z0-9_-]", "?"));
        }
      }
    }
    if (inputs.isEmpty() || inputs.size() > MOST_FILES) {
      throw new Refusal(Refusal.Kind.INVALID, "import.inputs", MOST_FILES);
    }
    return inputs;
  }

  private static String value(JsonNode parameter) {
    for (var property : parameter.properties()) {
      if (property.getKey().startsWith("value")) {
        return property.getValue().asString("");
      }
    }
    return "";
  }

  private Input input(HttpCall call, JsonNode parameter) {
    String type = "";
    String url = "";
    for (JsonNode part : parameter.path("part")) {
      switch (part.path("name").asString("")) {
        case "type" -> type = value(part);
        case "url" -> url = value(part);
        default -> {
          // What else a manifest says of a file does not change how it is read.
        }
      }
    }
    if (!R4.get().resourceTypes().contains(type) || NEVER.contains(type)) {
      throw new Refusal(Refusal.Kind.INVALID, "import.type");
    }
    call.store().checkMayWrite(call.caller(), type);
    GuardedHttp.Flaw flaw = imports.flaw(url);
    if (flaw != null) {
      throw new Refusal(
          Refusal.Kind.UNPROCESSABLE,
          switch (flaw) {
            case FORM -> "subscription.endpoint";
            case HTTPS -> "subscription.endpoint-https";
            case NETWORK -> "subscription.endpoint-network";
          });
    }
    return new Input(type, url);
  }
}
